"""How many fixed points a network of graded neurons has, and how many of them are stable."""
