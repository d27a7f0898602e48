"""The dynamics of infinitely many neurons in one layer."""
