"""What is asked of a network, and how one update of its parameters follows from it."""
