"""What the messages say of a network as a whole: marginals, entropies, a local entropy."""
