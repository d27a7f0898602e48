"""Graded neurons: one network, infinitely many neurons, and where either freezes."""
