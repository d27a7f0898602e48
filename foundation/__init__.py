"""The ground floor: what every package stands on, and what stands alone.

- `domains`: the arguments of public functions, checked at the door.
- `errors`: what a solver raises that does not converge.
- `files`: files that are either the old one or the new one.
- `versions`: which libraries computed a result.

It imports nothing of ours and nothing heavy.
"""

__version__ = "1.0.0"

__all__ = ["__version__"]
