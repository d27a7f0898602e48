"""Trajectories, where they end, and how fast neighbouring ones part."""
