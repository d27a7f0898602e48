"""Clusters of a typical network: groups that share an overlap, and how far means mislead."""
