"""Clusters: groups of y fixed points at one mutual distance, and a bound of the densest of them."""
