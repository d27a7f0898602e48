"""A system on a topology: who acts on whom, and the parameters as one vector."""
