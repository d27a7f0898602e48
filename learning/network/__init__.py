"""What a steered network is: strengths, schedule and rule, its couplings and its fields."""
