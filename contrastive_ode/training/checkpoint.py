"""The state of a training on disk: the old one or the new one, whenever the process is killed."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from foundation import domains
from foundation.files import replacing


@dataclass(frozen=True)
class Checkpoint:
    """A file that keeps the state of a training, so that a kill costs little.

    If the file is there, the training goes on from it, and ends with the same bits as if it had not
    been stopped. A file of another training is refused, and so is one of another seed: give `train`
    the seed `rng`.

    Parameters
    ----------
    path
        The file.
    every
        Number of iterations from one saving to the next, >= 1.

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.

    Examples
    --------
    >>> import tempfile
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.linear_oscillators.on(ode.all_to_all(3), kappa=1.0)
    >>> task = ode.Task([0, 0, 0], outputs=[2], T=5, h=0.1, forces={0: 1.0}, target=0.1)
    >>> w = model.pack(k=0.5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kept = ode.Checkpoint(f"{folder}/run.npz", every=10)
    ...     for number in (15, 30):  # the second call goes on where the first one ended
    ...         wanted = ode.Iterations(number, checkpoint=kept)
    ...         training = ode.train(model, task, w, rate=0.2, iterations=wanted, rng=1)
    >>> len(training.loss)
    30
    """

    path: str | os.PathLike[str]
    every: int = 1000

    def __post_init__(self) -> None:
        path = domains.path("checkpoint", self.path)
        if path.is_dir() or not path.name:
            raise ValueError(f"checkpoint must be the path of a file, got {self.path!r}, a folder")
        if not path.parent.is_dir():
            raise ValueError(f"checkpoint must be in a folder that exists, got {self.path!r}")
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "every", domains.integer("every", self.every, 1))


class Stored:
    """The file with the state of one training, told by its fingerprint; without a path none."""

    def __init__(self, path: Path | None, run: str) -> None:
        self.path, self.run = path, run

    def save(self, state: Mapping[str, Any]) -> None:
        """Write a state; a crash leaves the old one."""
        if self.path is None:
            return
        with replacing(self.path) as temporary, temporary.open("wb") as file:
            np.savez(file, **state, run=self.run)

    def load(self, names: set[str]) -> dict[str, Any]:
        """Return the state in the file, which has these names; nothing if there is no file.

        Raises
        ------
        ValueError
            If it is no checkpoint, or that of another training.
        """
        path = self.path
        if path is None or not path.is_file():
            return {}
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                state = {name: stored[name] for name in stored.files}
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ValueError(f"checkpoint {str(path)!r} cannot be read: {error}") from None
        if str(state.pop("run", None)) != self.run:
            raise ValueError(
                f"checkpoint {str(path)!r} is of another training (network, task, start, rule or "
                "seed): give another path, or delete it"
            )
        if set(state) != names:
            raise ValueError(
                f"checkpoint {str(path)!r} is of another version of contrastive_ode, with "
                f"{', '.join(sorted(state))}: give another path, or delete it"
            )
        return state


def fingerprint(*parts: Any) -> str:
    """Return a hash of arrays, numbers and words."""
    key = hashlib.sha256()
    for part in parts:
        if isinstance(part, tuple | list):
            key.update(fingerprint(*part).encode())
        elif isinstance(part, np.ndarray):
            key.update(repr((part.shape, part.dtype.str)).encode() + part.tobytes())
        else:
            key.update(repr(part).encode())
        key.update(b"|")
    return key.hexdigest()
