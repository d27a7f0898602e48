"""One point of a sweep: its parameters, its name in the ledger, its random generator."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Value = bool | int | float | str | None


def canonical(value: Value) -> Value:
    """Return the one form of a value: a whole float of 64 bits is an integer, so 1.0 is 1."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return int(value)
    return value


@dataclass(frozen=True)
class Point:
    """Parameters of one call, and which of the independent repetitions (replicas) it is."""

    parameters: dict[str, Value]
    replica: int = 0

    @cached_property
    def key(self) -> str:
        """The parameters as canonical JSON: neither their order matters nor whether 1 is 1.0."""
        plain = {name: canonical(value) for name, value in self.parameters.items()}
        return json.dumps(plain, sort_keys=True, separators=(",", ":"))

    @property
    def identity(self) -> tuple[str, int]:
        """What tells the point from all others of its sweep."""
        return self.key, self.replica

    def generator(self, seed: int) -> np.random.Generator:
        """Return the generator that belongs to this point under a root seed.

        The spawn key of `numpy.random.SeedSequence` is the SHA-256 of parameters and replica, so
        the draws depend neither on who computes the point nor on what else is in the grid.
        """
        digest = hashlib.sha256(f"{self.key}#{self.replica}".encode()).digest()
        words = np.frombuffer(digest, dtype="<u4")
        return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=words.tolist()))

    def __str__(self) -> str:
        named = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{named}, replica {self.replica}"
