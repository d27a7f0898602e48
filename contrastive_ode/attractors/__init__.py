"""Where trajectories end: fixed points, cycles, tori and chaos, each decided by its own numbers."""
