"""What a solver raises that does not converge."""


class ConvergenceError(RuntimeError):
    """A solver did not find what was asked for; the message says what to do.

    All solvers raise it where their result would have `converged=False`. With `throw=False` they
    return that result instead, with the same sentence as its `status`.
    """
