"""What the estimators of scikit-learn have in common: their door, and `random_state`."""
