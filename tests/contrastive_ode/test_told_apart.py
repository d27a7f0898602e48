"""What looks alike and is not: each case was once taken for another."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import contrastive_ode as ode

_spec = importlib.util.spec_from_file_location("known", Path(__file__).with_name("known.py"))
known = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(known)
NONE, ONE = known.NONE, known.ONE

TURN = 2 * np.pi
CIRCLE = {
    "x_i": "x_i - y_i - x_i*(x_i**2 + y_i**2)",
    "y_i": "y_i + x_i - y_i*(x_i**2 + y_i**2)",
}
SPIRAL = "fixed point that does not repel|size of the motion changes"


def fitzhugh(a, b, eps, current):
    """FitzHugh-Nagumo, with a third variable that follows."""
    nagumo = known.system(
        "FitzHugh-Nagumo",
        {
            "v_i": "v_i - v_i**3/3 - w_i + I",
            "w_i": "eps*(v_i + a - b*w_i)",
            "z_i": "v_i - z_i",
        },
        ["a", "b", "eps", "I"],
    )
    return nagumo.on(ONE, a=a, b=b, eps=eps, I=current)


@pytest.mark.parametrize("excess", [5e-4, 1e-5])
def test_a_slow_spiral_beside_a_canard_is_no_torus(excess):
    """Both exponents are 0 within 2 / T, and a third one makes volumes shrink."""
    model = fitzhugh(1 + excess, 0.0, 0.01, 0.0)
    with pytest.raises(ode.ConvergenceError, match=SPIRAL):
        ode.settle(model, NONE, [1.0, 0.0, 0.0], T=1000, h=0.05)
    end = ode.settle(model, NONE, [1.0, 0.0, 0.0], T=20 / excess, h=0.05, throw=False)
    assert end.kind == "fixed point"


def test_a_slow_spiral_onto_a_cycle_is_no_torus():
    slow = known.system(
        "slow",
        {**CIRCLE, "u_i": "1.6*v_i - 1e-4*u_i", "v_i": "-1.6*u_i - 1e-4*v_i"},
    )
    with pytest.raises(ode.ConvergenceError, match=SPIRAL):
        ode.settle(slow.on(ONE), NONE, [0.3, 0, 0.5, 0.5], T=500, h=0.05, extensions=0)
    driven = known.system(
        "driven", {"x_i": "y_i", "y_i": "cos(t) - 2.7*x_i - 1e-3*y_i", "z_i": "x_i - z_i"}
    )
    options = {"T": 500, "h": 0.05, "period": TURN, "extensions": 0}
    with pytest.raises(ode.ConvergenceError, match=SPIRAL):
        ode.settle(driven.on(ONE), NONE, [0.3, 0, 0], **options)
