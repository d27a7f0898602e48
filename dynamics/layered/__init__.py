"""The dynamics of infinitely many neurons in each layer of a chain."""
