"""Speeds of the package against limits and peers: `python -m benchmarks [NAME...]`."""
