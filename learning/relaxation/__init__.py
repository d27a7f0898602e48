"""A batch that relaxes: its stages, and the engines that make the sweeps."""
