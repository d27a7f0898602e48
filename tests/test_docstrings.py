"""The examples in the documentation run, and the public faces are documented."""

import doctest
import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = [
    *("networks", "replica", "bp", "dynamics", "learning", "learning_dynamics"),
    *("contrastive_ode", "contrastive_ode.tasks", "sweeps"),
]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ["foundation", *PACKAGES]
    for path in (ROOT / package).rglob("*.py")
)

LONGEST = {  # about a second and more
    "bp.solving.focusing",
    "dynamics.graded.classical",
    "dynamics.graded.freezing",
    "dynamics.graded.stationary",
    "dynamics.relaxing.active_state",
    "dynamics.relaxing.lifetime",
    "learning.theory.collapse",
    "replica.graded.pairs",
    "replica.graded.thresholds",
    "replica.pairs.expansion",
    "replica.quenched.condensation",
    "replica.quenched.potential",
    "replica.quenched.quenched_state",
    "replica.thresholds.layered",
    "replica.thresholds.merging",
    "replica.thresholds.overlap_gap",
    "replica.thresholds.symmetric",
    "replica.thresholds.transition",
    "replica.two_layers.local_entropy",
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.thorough if name in LONGEST else ()) for name in MODULES],
)
def test_examples(name):
    module = importlib.import_module(name)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.testmod(module, optionflags=flags).failed == 0


@pytest.mark.parametrize("name", PACKAGES)
def test_a_page_has_an_equation_and_an_example(name):
    page = importlib.import_module(name).__doc__
    assert ".. math::" in page
    assert len(doctest.DocTestParser().get_examples(page)) >= 3


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_public_has_an_example(package):
    for name, thing in _public(package).items():
        shown = _examples(thing)
        assert name in shown, f"no example shows {package}.{name}"
        for method, function in vars(thing).items() if inspect.isclass(thing) else ():
            if inspect.isfunction(function) and not method.startswith("_"):
                assert f".{method}(" in shown + _examples(function), f"{name}.{method}"


def _public(package):
    """Return the public names of a package, without its version."""
    module = importlib.import_module(package)
    return {name: getattr(module, name) for name in module.__all__ if name != "__version__"}


def _examples(thing):
    """Return the code and the output of all examples that `test_examples` runs."""
    assert thing.__module__ in MODULES
    sections = re.split(r"\n *Examples\n *-{8}\n", inspect.getdoc(thing))
    examples = doctest.DocTestParser().get_examples("".join(sections[1:]))
    return "\n".join(
        example.source + example.want
        for example in examples
        if not example.options.get(doctest.SKIP)
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_everything_public_is_explained(package):
    for name, thing in _public(package).items():
        assert thing.__doc__.splitlines()[0].endswith("."), name
        if inspect.isfunction(thing):
            parameters = inspect.signature(thing).parameters
            for section in ["Returns", *(("Parameters", "Raises") if parameters else ())]:
                explained = (
                    section.removesuffix("s") in thing.__doc__
                    or "Arguments and errors are those" in thing.__doc__
                )
                assert explained, f"{name} does not explain its {section}"
            for parameter in parameters:
                assert parameter in thing.__doc__, f"{name} does not explain {parameter}"
