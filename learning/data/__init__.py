"""Data sets, real and drawn, and the projection that entangles them."""
