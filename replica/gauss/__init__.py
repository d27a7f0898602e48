"""Gaussian integrals that all counts are made of.

Orthants, averages over spins, one column of them.
"""
