"""The report of `steering doctor`: the surroundings, then the checks, one line each."""

from figures.command import environment, self_test
from figures.command.self_test import Check, Finding


def report(checks: dict[str, Check] | None = None) -> bool:
    """Print what the package finds around it and whether it computes as it should.

    Parameters
    ----------
    checks
        Checks by name; by default all of `self_test.CHECKS`.

    Returns
    -------
    Whether all checks passed.
    """
    for fact in environment.facts():
        print(f"{fact.name:22} {fact.text}", flush=True)
        if fact.advice:
            print(f"{'':22} -> {fact.advice}", flush=True)
    print("\nself-test: some 20 seconds, the first time a minute more to compile")
    passed = [_checked(*item) for item in (checks or self_test.CHECKS).items()]
    print(f"\n{sum(passed)} of {len(passed)} checks passed")
    return all(passed)


def _checked(name: str, check: Check) -> bool:
    """Print what is checked before it runs, and the verdict behind it."""
    what = (check.__doc__ or "").splitlines()[0].rstrip(".")
    print(f"{name:22} {what} ", end="... ", flush=True)
    finding = self_test.run(check)
    print(_verdict(finding), flush=True)
    return finding.passed


def _verdict(finding: Finding) -> str:
    time = f"({finding.seconds:.1f} s)"
    if finding.error:
        return f"FAILED {time}\n{'':22} -> {finding.error}"
    word = "ok" if finding.passed else "FAILED"
    return f"{finding.measured:.2g}, allowed {finding.allowed:.2g}: {word} {time}"
