"""The kernels as the engine calls them: by their addresses in the block of a network."""

from typing import Any

from contrastive_ode.engine.addresses import call
from contrastive_ode.engine.arguments import Floats, Indices
from contrastive_ode.engine.places import Place
from contrastive_ode.engine.stand_ins import kernel, njit

# ---- what follows goes into the generated module ----

RHS, JVP, VJP = int(Place.rhs), int(Place.jvp), int(Place.vjp)
SENSITIVITY, RATE = int(Place.sensitivity), int(Place.sensitivity_rate)
SCRATCH, PADDED = int(Place.scratch), int(Place.padded)
NUMBER, PARAMETERS = int(Place.number), int(Place.parameters)


@njit
def locate(block: Indices, w: Floats, scratch: Floats) -> None:
    """Write the addresses of parameters and scratch memory into a block that knows of neither."""
    block[SCRATCH] += scratch.ctypes.data
    block[PADDED] += scratch.ctypes.data
    for m in range(PARAMETERS, PARAMETERS + block[NUMBER]):
        block[m] += w.ctypes.data


@kernel
def rhs(t: float, x: Floats, net: Indices, out: Floats) -> None:
    """Write F."""
    call(net[RHS], t, (x, net, out))


@kernel
def jvp(t: float, x: Floats, v: Floats, net: Indices, out: Floats) -> None:
    """Write J v."""
    call(net[JVP], t, (x, v, net, out))


@kernel
def vjp(t: float, x: Floats, v: Floats, net: Indices, out: Floats) -> None:
    """Write the transpose of J, times v."""
    call(net[VJP], t, (x, v, net, out))


@kernel
def sensitivity(t: float, x: Floats, v: Floats, net: Indices, grads: Any) -> None:
    """Add the transpose of G, times v."""
    call(net[SENSITIVITY], t, (x, v, net, grads))


@kernel
def sensitivity_rate(t: float, x: Floats, v: Floats, u: Floats, net: Indices, grads: Any) -> None:
    """Add the transpose of the rate of G along a flow, times v."""
    call(net[RATE], t, (x, v, u, net, grads))
