"""Trajectories, where they end, and what can be said of short ones."""
