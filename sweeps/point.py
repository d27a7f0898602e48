"""One point of a sweep: its parameters, its name in the ledger, its random generator."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Value = bool | int | float | str | None


@dataclass(frozen=True)
class Point:
    """Parameters of one call, and which of the independent repetitions (replicas) it is."""

    parameters: dict[str, Value]
    replica: int = 0

    @cached_property
    def key(self) -> str:
        """The parameters as canonical JSON: the order in which they were given is no matter."""
        return json.dumps(self.parameters, sort_keys=True, separators=(",", ":"))

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
