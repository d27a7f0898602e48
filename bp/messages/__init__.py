"""The messages, their iteration, and the free entropy at its end: the kernels."""
