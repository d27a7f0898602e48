"""Which features emerge in modular addition: the energy of a node, and which frequency wins."""
