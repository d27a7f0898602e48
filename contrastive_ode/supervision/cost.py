"""A cost of outputs, their velocities and their targets, each by itself or of all together."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from contrastive_ode.declaration.expressions import FUNCTIONS, check_expression
from foundation import domains
from foundation.domains import Floats

LINEAR = "x * y"  # what the kernels integrate for a `Cost`: a variable times its slope
PLAIN = ("x", "v", "y")
NUMBERED = re.compile(r"([xvy])_(0|[1-9][0-9]*)")
Functions = tuple[Callable[..., Any], Callable[..., Any]]


@dataclass(frozen=True)
class Cost:
    r"""A cost ℓ of the outputs x, their velocities :math:`v = \dot x` and their targets y.

    In `x`, `v`, `y` it is the cost of each output, and summed over them. With `x_0`, `v_0`, `y_0`,
    which are those of the first output, and so on, or with `mean(...)`, the mean over the outputs
    of an expression in `x`, `v`, `y`, it is one cost of all outputs together:

    - of a difference, `(x_0 - x_1 - y_0)**2`;
    - of the order of phases, `(mean(cos(x))**2 + mean(sin(x))**2 - y_0)**2`;
    - of the frequency of a rotation in the plane of two outputs,
      `((x_0 * v_1 - x_1 * v_0) / (x_0**2 + x_1**2) - y_0)**2`;
    - of an energy, `(v_0**2 / 2 + k * x_0**2 / 2 - y_0)**2`, or a power, `(a * v_0**2 - y_0)**2`.

    A supervisor sees the slope of such a cost along the free trajectory, by the state of the
    outputs, of which the velocities are functions; what they depend on in the parameters directly
    is part of every update.

    Parameters
    ----------
    expression
        The cost.
    constants
        Numbers that it uses, by name.

    Raises
    ------
    TypeError, ValueError
        If the expression cannot be read, or uses what is not there.

    Examples
    --------
    Two phases are to rotate at a rate of 0.8:

    >>> import numpy as np
    >>> import contrastive_ode as ode
    >>> from contrastive_ode import systems
    >>> model = systems.kuramoto.on(ode.all_to_all(3), omega=[0.2, 0.5, 1.0])
    >>> cost = ode.Cost("s * (v - y)**2 / 2", constants={"s": 0.1})
    >>> task = ode.Task([0, 1, 2], outputs=[0, 1], T=10, h=0.1, target=0.8, loss=cost)
    >>> training = ode.train(model, task, model.pack(K=0.1), rate=0.5, iterations=50)
    >>> bool(training.best_cost < 0.5 * training.loss[0])
    True
    >>> cost.moving, cost.together, cost.check(outputs=2)
    (True, False, None)
    >>> x, v, y = np.zeros((3, 1, 2)) + [[[0.0]], [[1.0]], [[0.8]]]
    >>> [found.round(3).tolist() for found in cost.of(x, v, y)]
    [[[0.002, 0.002]], [[0.0, 0.0]], [[0.02, 0.02]]]
    """

    expression: str
    constants: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = domains.mapping("constants", self.constants)
        values = {str(name): domains.real(f"constants[{name}]", v) for name, v in given.items()}
        for name in values:
            taken = name in (*PLAIN, "t", "pi", "mean", *FUNCTIONS) or NUMBERED.fullmatch(name)
            if taken or not name.isidentifier() or name.startswith("_"):
                raise ValueError(f"constants must have names of their own, got {name!r}")
        object.__setattr__(self, "expression", str(self.expression))
        object.__setattr__(self, "constants", values)
        outside = _names(self._tree(), inside=False)
        if self.together and outside & set(PLAIN):
            raise ValueError(
                f"cost of all outputs together must say of which it takes "
                f"{', '.join(sorted(outside & set(PLAIN)))}: write x_0 or mean(x), got "
                f"{self.expression!r}"
            )
        self._text(1 + max(self._highest, 0))  # it can be read

    @property
    def together(self) -> bool:
        """Whether it is one cost of all outputs."""
        tree = self._tree()
        return self._highest >= 0 or any(_is_mean(node) for node in ast.walk(tree))

    @property
    def moving(self) -> bool:
        """Whether it is a cost of velocities."""
        return any(name[0] == "v" for name in _names(self._tree()) - set(self.constants))

    def check(self, outputs: int) -> None:
        """Check that there are as many outputs as it takes.

        Raises
        ------
        ValueError
            If there are not.
        """
        if self._highest >= outputs:
            raise ValueError(
                f"loss uses output {self._highest}, counted from 0, but outputs are {outputs}: add "
                "it to them, or take another"
            )

    def of(self, x: Floats, v: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
        """Return values, one a row or one an output, and the slopes by x and by v.

        The arguments have the shape (rows, outputs).
        """
        outputs = x.shape[1]
        value, slopes = _compiled(self.expression, tuple(self.constants), outputs)
        numbers = self.constants.values()
        zero = np.zeros(len(x))
        if self.together:
            columns = [*x.T, *v.T, *y.T, *numbers]
            found = np.array([s + zero for s in slopes(*columns)]).reshape(2, outputs, -1)
            by_x, by_v = np.swapaxes(found, 1, 2)
            return (value(*columns) + zero)[:, None], by_x, by_v
        zero = np.zeros_like(x)
        by_x, by_v = (slope + zero for slope in slopes(x, v, y, *numbers))
        return value(x, v, y, *numbers) + zero, by_x, by_v

    def _tree(self) -> ast.AST:
        try:
            return ast.parse(self.expression, mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return ast.parse("0", mode="eval")  # `check_expression` says what is wrong

    @property
    def _highest(self) -> int:
        found = map(NUMBERED.fullmatch, _names(self._tree()) - set(self.constants))
        return max((int(match[2]) for match in found if match), default=-1)

    def _text(self, outputs: int) -> str:
        """Return the expression without means, once it is clear that it can be read."""
        known = set(PLAIN) if not self.together else _numbered(outputs)
        text = _without_means(self.expression, outputs)
        check_expression("loss", text, known | set(self.constants))
        return text


def _numbered(outputs: int) -> set[str]:
    return {f"{name}_{m}" for name in PLAIN for m in range(outputs)}


def _is_mean(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "mean"


def _names(tree: ast.AST, inside: bool = True) -> set[str]:
    """Return the names in an expression; if not `inside`, those outside of means."""
    left, found = [tree], set()
    while left:
        node = left.pop()
        if isinstance(node, ast.Name):
            found.add(node.id)
        if inside or not _is_mean(node):
            left += ast.iter_child_nodes(node)
    return found


def _without_means(expression: str, outputs: int) -> str:
    """Return a text in which means are sums, halved again and again so that none is deep."""

    class Spread(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            if not _is_mean(node):
                return self.generic_visit(node)
            if len(node.args) != 1 or node.keywords:
                raise ValueError(f"loss must give mean one argument, got {expression!r}")
            if any(_is_mean(part) for part in ast.walk(node.args[0])):
                raise ValueError(f"loss must not take the mean of a mean, got {expression!r}")
            text = ast.unparse(node.args[0])
            terms = [re.sub(r"\b([xvy])\b", rf"\1_{m}", text) for m in range(outputs)]
            while len(terms) > 1:
                pairs = [f"({a} + {b})" for a, b in zip(terms[::2], terms[1::2], strict=False)]
                terms = pairs + terms[len(terms) - len(terms) % 2 :]
            return ast.parse(f"({terms[0]}) / {outputs}", mode="eval").body

    try:
        return ast.unparse(Spread().visit(ast.parse(expression, mode="eval")))
    except (SyntaxError, RecursionError, MemoryError):
        return expression  # `check_expression` says what is wrong


@cache
def _compiled(expression: str, constants: tuple[str, ...], outputs: int) -> Functions:
    """Return functions of columns and constants: the cost; its slopes by all x, then by all v."""
    import sympy

    from contrastive_ode.kernels.building import built, slope

    cost = Cost(expression, dict.fromkeys(constants, 1.0))
    count = [f"_{m}" for m in range(outputs)] if cost.together else [""]
    columns = [sympy.Symbol(f"{name}{m}", real=True) for name in PLAIN for m in count]
    given = [*columns, *(sympy.Symbol(name, real=True) for name in constants)]
    value = built("loss", cost._text(outputs), {str(symbol): symbol for symbol in given})
    slopes = [slope(value, symbol) for symbol in columns[: 2 * len(count)]]
    options = {"modules": ["scipy", "numpy"], "cse": True}
    return sympy.lambdify(given, value, **options), sympy.lambdify(given, slopes, **options)
