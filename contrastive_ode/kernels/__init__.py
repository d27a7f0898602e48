"""From a declaration to machine code: derivatives, sources, the cache."""
