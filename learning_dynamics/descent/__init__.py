"""Gradient descent on all weights: in a network, and as an exact map of its Gram matrix."""
