"""How many pairs of fixed points lie at a given distance, for N → ∞ and exactly at small N."""
