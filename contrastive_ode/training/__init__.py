"""Many updates: constraints, penalties, checkpoints, and how well they point down the gradient."""
