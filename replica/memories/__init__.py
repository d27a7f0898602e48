"""Stored patterns: how many, how well they are recalled, and how many fixed points lie around."""
