"""Many updates, under constraints, with checkpoints; and how well one follows the gradient."""
