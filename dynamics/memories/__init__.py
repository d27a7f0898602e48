"""Stored patterns: the energy, motion at a temperature, and what comes back of damaged ones."""
