"""Learning by steering: plasticity, the learner, the estimator, and networks in files."""
