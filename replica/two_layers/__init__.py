"""Clusters of fixed points of two coupled layers, and the densest of them."""
