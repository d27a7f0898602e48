"""What can go wrong with a sweep as a whole, apart from a wrong argument."""


class SweepError(RuntimeError):
    """Points failed (with `throw=True`), or the executor broke; what was computed is stored."""


class LedgerError(RuntimeError):
    """The store cannot be used: the message names its path, the reason and a way out."""


class SweepWarning(UserWarning):
    """A sweep ended with failed points, or had to compute a damaged result again."""
