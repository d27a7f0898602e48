"""Functions that compiled ones call, and Python does not: half of the time to compile them."""

from foundation.compiled import compiled

inside = compiled(no_cpython_wrapper=True)
