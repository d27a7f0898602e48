"""A batch that relaxes: its segments, and the engines that make the sweeps."""
