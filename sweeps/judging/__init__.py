"""Theory against data: means, comparisons, extrapolations, thresholds, each with its plot."""
