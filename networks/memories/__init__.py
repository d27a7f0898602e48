"""Networks that store patterns, and the rules by which they do."""
