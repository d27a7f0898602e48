"""Pairs of patterns in chains of modules, and how many of them a chain holds."""
