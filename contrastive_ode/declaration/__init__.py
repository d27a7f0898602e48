"""The right-hand side of a network as expressions, before anything is derived from it."""
