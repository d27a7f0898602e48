"""Deep linear networks: the same descent on a quadratic landscape, from rich to lazy, by depth."""
