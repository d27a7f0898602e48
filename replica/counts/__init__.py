"""How many fixed points there are: for N → ∞, and exactly at any N."""
