"""What is measured on a trained network: overlaps, trajectories, times to settle."""
