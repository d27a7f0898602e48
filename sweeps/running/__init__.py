"""A function over a grid: which points are missing, who computes them, how they come back."""
