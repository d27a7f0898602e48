"""All fixed points and cycles of a small network, and their exact mean numbers."""
