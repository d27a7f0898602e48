"""What is asked of a network, and one update of its parameters towards it."""
