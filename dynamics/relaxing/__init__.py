"""One network that follows its fields until it settles, neuron by neuron or all at once."""
