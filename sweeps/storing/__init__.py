"""What is kept: points and their results in a ledger, datasets with their provenance."""
