"""What a solver raises that does not converge."""


class ConvergenceError(RuntimeError):
    """A solver did not find what was asked for; the message is its `status`, and says what to do.

    Every solver raises it where its result would have `converged=False`. With `throw=False` it
    returns that result instead, with the same sentence as its `status`.

    Examples
    --------
    >>> import replica
    >>> try:
    ...     replica.local_entropy(d=0.1, J_D=3.0)
    ... except replica.ConvergenceError as error:
    ...     print(type(error).__name__)
    ConvergenceError
    >>> bool(replica.local_entropy(d=0.1, J_D=3.0, throw=False).converged)
    False
    """
