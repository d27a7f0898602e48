"""What is to be expected: plateaus, escape, the end, and what no controller can beat."""
