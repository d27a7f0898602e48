"""Clusters of fixed points around a free reference state, and the densest of them."""
