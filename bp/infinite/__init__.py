"""Message passing on infinite networks: its course, its onset, and the thresholds that follow."""
