"""The dynamics of infinitely many neurons, and where their activity dies."""
