"""Trajectories, and whether their steps are short enough."""
