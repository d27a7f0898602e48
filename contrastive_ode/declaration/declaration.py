"""The right-hand side of a network, declared by its terms."""

import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contrastive_ode.declaration.expressions import FUNCTIONS, check_expression, names_in
from foundation import domains

DECLARE = ": add it to parameters, constants or states, with its index"
INDICES = {"node": "i", "pair": "ij", "triple": "ijk"}
DIRECTION, FLOW = "direction", "flow"  # prefixes of vectors that a kernel is given
LIFT, DRIFT = "lift", "drift"  # prefixes of how rates depend on a total, and of its change in time
# what generated code calls, and the arguments of `System.on`
RESERVED = {"np", "range", "len", "abs", "copysign", "inf", "nan", "self", "topology"}
RESERVED |= {"integers", "unsigned", "narrow", "floats", "float_table", "states", "state_table"}
RESERVED |= {"logistic", "logistic_slope", "multiply", "multiply_back", "add_up", "room", "float"}


@dataclass(frozen=True, init=False, repr=False)
class Declaration:
    r"""What a system of equations says; `contrastive_ode.System` is one, to be put on a topology.

    Attributes
    ----------
    name
        What it is called.
    terms
        For each kind of term, `node`, `pair` or `triple`, the variables whose derivatives it
        changes, with the expressions that it adds to them.
    totals
        Pairs of the name of a sum over the edges into a node, without index, and what it sums.
    parameters, constants, states
        The names that were declared, with their indices.
    periods
        Pairs of a state that is a phase, and its period.
    threshold, resets
        An expression that makes a node fire when it reaches 0, "" for none; and pairs of a state,
        without index, and what it is after that.
    """

    name: str
    terms: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    totals: tuple[tuple[str, str], ...]
    parameters: tuple[str, ...]
    constants: tuple[str, ...]
    states: tuple[str, ...]
    periods: tuple[tuple[str, float], ...]
    threshold: str = ""
    resets: tuple[tuple[str, str], ...] = ()

    def __init__(
        self,
        name: str,
        *,
        node: "str | Mapping[str, Any] | Any" = None,
        pair: "str | Mapping[str, Any] | Any" = None,
        triple: "str | Mapping[str, Any] | Any" = None,
        total: "str | Mapping[str, Any] | Any" = None,
        parameters: Sequence[str] = (),
        constants: Sequence[str] = (),
        states: Sequence[str] = ("x",),
        periods: "Mapping[str, float] | None" = None,
    ) -> None:
        given = {"node": node, "pair": pair, "triple": triple}
        states = _names("states", states)
        if not states:
            raise ValueError("states must not be empty")
        terms = tuple(
            (kind, _rates(kind, rate, states)) for kind, rate in given.items() if rate is not None
        )
        for field, value in {
            "name": str(name),
            "terms": terms,
            "totals": _totals(total),
            "parameters": _names("parameters", parameters),
            "constants": _names("constants", constants),
            "states": states,
            "periods": _periods(periods, states),
        }.items():
            object.__setattr__(self, field, value)
        self._check()

    def _check(self) -> None:
        totals = [f"{name}_i" for name, _ in self.totals]
        declared = (*self.states, *self.parameters, *self.constants, *totals)
        bases = [without_index(name) for name in declared]
        twice = {name for name in bases if bases.count(name) > 1}
        twice |= {"t", "pi", *FUNCTIONS} & set(bases)
        twice |= {f"{base}_ji" for base in bases} & set(declared)
        if twice:
            raise ValueError(
                f"names must be declared once, and not be t, pi or a function, got {sorted(twice)}"
            )
        reserved = RESERVED | {f"{p}_{s}" for p in (DIRECTION, FLOW) for s in self.states}
        prefixes = (DIRECTION, FLOW, LIFT, DRIFT)
        reserved |= {f"{p}_{name}" for p in prefixes for name, _ in self.totals}
        taken = sorted({*bases, *declared} & reserved)
        if taken:
            raise ValueError(
                f"names must not be {', '.join(taken)}, which generated code uses: call it "
                f"{taken[0]}0 or the like"
            )
        if not self.terms:
            raise ValueError(f"{self.name} must have a rate: give node, pair or triple")
        for kind, rates in self.terms:
            known = self.symbols(kind)
            for target, text in rates:
                where = f"{self.name}: {kind} rate of {target}"
                if kind != "node":
                    self._refuse_totals(where, text)
                check_expression(where, text, known, DECLARE)
        for name, text in self.totals:
            where = f"{self.name}: total {name}_i"
            self._refuse_totals(where, text)
            check_expression(where, text, self.symbols("pair"), DECLARE)
            if not any(f"{name}_i" in names_in(t) for _, t in dict(self.terms).get("node", ())):
                raise ValueError(f"{where} must be used in a rate of a node: write {name}_i there")

    def _refuse_totals(self, where: str, text: str) -> None:
        """Raise if what is summed over the edges contains such a sum itself."""
        for name in sorted(names_in(text)):
            total, _, index = name.rpartition("_")
            if index in ("i", "j", "k") and total in dict(self.totals):
                raise ValueError(
                    f"{where} uses {name}, a sum inside a sum: take a factor of {total}_i out into "
                    f"the rate of the node, beside a second total; instead of {total}_j use y_j, a "
                    f"state that follows it: {{'y_i': '({total}_i - y_i) / tau'}}"
                )

    @property
    def uses_back(self) -> bool:
        """Whether the rate of an edge j → i depends on parameters or constants of i → j.

        Examples
        --------
        >>> from contrastive_ode.declaration.declaration import Declaration
        >>> Declaration("mutual", pair="K_ij * K_ji * x_j", parameters=["K_ij"]).uses_back
        True
        """
        texts = [text for _, text in (*dict(self.terms).get("pair", ()), *self.totals)]
        return any(name in self._back for text in texts for name in names_in(text))

    @property
    def _back(self) -> set[str]:
        names = (*self.parameters, *self.constants)
        return {f"{without_index(name)}_ji" for name in names if index_of(name) == "ij"}

    def symbols(self, kind: str) -> set[str]:
        """Return the names that the expressions of a kind of term may use.

        Examples
        --------
        >>> from contrastive_ode.declaration.declaration import Declaration
        >>> gain = Declaration("gain", pair="a_i * W_ij * x_j", parameters=["W_ij", "a_i"])
        >>> sorted(gain.symbols("pair"))
        ['W_ij', 'W_ji', 'a_i', 'a_j', 't', 'x_i', 'x_j']
        """
        nodes = [
            without_index(name)
            for name in (*self.parameters, *self.constants)
            if index_of(name) == "i"
        ]
        found = {f"{name}_{index}" for name in (*self.states, *nodes) for index in INDICES[kind]}
        shared = [n for n in (*self.parameters, *self.constants) if index_of(n) != "i"]
        found |= {name for name in shared if index_of(name) in ("", INDICES[kind])}
        if kind == "pair":
            found |= self._back
        if kind == "node":
            found |= {f"{name}_i" for name, _ in self.totals}
        return found | {"t"}

    def __repr__(self) -> str:
        terms = "; ".join(
            f"{kind}: {', '.join(f'd{target}/dt += {text}' for target, text in rates)}"
            for kind, rates in self.terms
        )
        totals = "".join(f"; {name}_i: sum over j of {text}" for name, text in self.totals)
        resets = ", ".join(f"{name}_i = {text}" for name, text in self.resets)
        events = f"; at {self.threshold} = 0: {resets}" if self.threshold else ""
        return f"{type(self).__name__}({self.name}: {terms}{totals}{events})"


def index_of(name: str) -> str:
    """Return the index of a declared name: "", "i", "ij" or "ijk"."""
    index = name.rpartition("_")[2] if "_" in name else ""
    return index if index in INDICES.values() else ""


def without_index(name: str) -> str:
    """Return a declared name without its index."""
    return name.removesuffix(f"_{index_of(name)}") if index_of(name) else name


def _names(what: str, names: Sequence[str]) -> tuple[str, ...]:
    names = (names,) if isinstance(names, str) else tuple(domains.several(what, names))
    for name in names:
        known = isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name)
        if not known or name.startswith("_"):
            raise ValueError(f"{what} must be names such as K_ij, got {name!r}")
    return names


def _periods(
    periods: "Mapping[str, float] | None", states: tuple[str, ...]
) -> tuple[tuple[str, float], ...]:
    found = domains.mapping("periods", periods)
    for name in found:
        if name not in states:
            raise ValueError(f"periods must be of states ({', '.join(states)}), got {name!r}")
    return tuple(
        (name, domains.real(f"periods[{name!r}]", value, low=0, exclusive=True))
        for name, value in found.items()
    )


def _totals(total: Any) -> tuple[tuple[str, str], ...]:
    """Return the totals as pairs (name without index, expression)."""
    if total is None:
        return ()
    given = total if isinstance(total, Mapping) else {"total_i": total}
    for name in _names("total", list(given)):
        if index_of(name) != "i":
            raise ValueError(f"total must be a quantity of a node, such as h_i, got {name!r}")
    return tuple((without_index(name), str(text)) for name, text in given.items())


def _rates(kind: str, rate: Any, states: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the rates of a term as pairs (variable whose derivative changes, expression)."""
    if not isinstance(rate, Mapping):
        if len(states) > 1:
            raise ValueError(f"{kind} must say what changes: {{'{states[0]}_i': ...}}")
        rate = {f"{states[0]}_i": rate}
    targets = {f"{state}_{index}" for state in states for index in INDICES[kind]}
    for target in rate:
        if target not in targets:
            raise ValueError(f"{kind} must change one of {sorted(targets)}, got {target!r}")
    return tuple((target, str(expression)) for target, expression in rate.items())
