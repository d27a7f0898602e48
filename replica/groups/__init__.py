"""Clusters: groups of y fixed points at one mutual distance, and the densest of them."""
