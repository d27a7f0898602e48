"""What can go wrong with a sweep as a whole, apart from a wrong argument."""


class SweepError(RuntimeError):
    """Points failed (with `throw=True`, or too many), the executor broke, or code has changed.

    What was computed is stored.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import sweeps
    >>> def inverse(N):
    ...     return 1 / N
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     again = dict(store=f"{folder}/inverse.sqlite", version=1, progress=False)
    ...     try:
    ...         sweeps.run(inverse, {"N": [0, 1]}, executor=executor, throw=True, **again)
    ...     except sweeps.SweepError as error:
    ...         print(error)
    1 of 2 points failed; the next run tries them again, sweeps.failures(...) has the tracebacks:
      N=0, replica 0: ZeroDivisionError: division by zero
    """


class LedgerError(RuntimeError):
    """The store cannot be used: the message names its path, the reason and a way out.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import sweeps
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     store = Path(folder, "notes.txt")
    ...     _ = store.write_text("not a ledger, but something else that must not be lost")
    ...     try:
    ...         sweeps.failures(store)
    ...     except sweeps.LedgerError as error:
    ...         print(error)
    /...notes.txt cannot be opened: it is not an SQLite file; give a new path.
    """


class LedgerInUseError(LedgerError):
    """Another sweep writes to the store: wait for its end, what it computes is there then.

    Examples
    --------
    >>> import tempfile
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import sweeps
    >>> def square(N):
    ...     return N**2
    >>> def meanwhile(N, store):
    ...     try:
    ...         with ThreadPoolExecutor(1) as executor:
    ...             sweeps.run(square, {"N": [N]}, executor=executor, store=store, version=1)
    ...     except sweeps.LedgerInUseError:
    ...         return "in use"
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     store = f"{folder}/squares.sqlite"
    ...     again = dict(executor=executor, store=store, version=1, progress=False)
    ...     print(sweeps.run(meanwhile, {"N": [2], "store": [store]}, **again)["result"].item())
    in use
    """


class SweepWarning(UserWarning):
    """A sweep ended with failed points, met a damaged result, or used results of other code.

    Examples
    --------
    >>> import tempfile
    >>> import warnings
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> import sweeps
    >>> def inverse(N):
    ...     return 1 / N
    >>> with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as executor:
    ...     again = dict(store=f"{folder}/inverse.sqlite", version=1, progress=False)
    ...     with warnings.catch_warnings(record=True) as told:
    ...         warnings.simplefilter("always", sweeps.SweepWarning)
    ...         data = sweeps.run(inverse, {"N": [0, 1]}, executor=executor, **again)
    >>> data["result"].values.ravel().tolist(), str(told[0].message).split(";")[0]
    ([nan, 1.0], '1 of 2 points failed')
    """
