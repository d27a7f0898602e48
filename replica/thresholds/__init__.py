"""The couplings at which clusters begin to exist at all distances, and at which they merge."""
