"""The kernels as the engine calls them: by their addresses in the block of a network."""

from typing import Any

import numpy as np

from contrastive_ode.engine.addresses import call
from contrastive_ode.engine.arguments import Drive, Floats, Indices
from contrastive_ode.engine.places import Place
from contrastive_ode.engine.stand_ins import inner, kernel, njit

# ---- what follows goes into the generated module ----

RHS, JVP, VJP = int(Place.rhs), int(Place.jvp), int(Place.vjp)
SENSITIVITY, RATE = int(Place.sensitivity), int(Place.sensitivity_rate)
PULLBACK = int(Place.pullback)
SCRATCH, PADDED = int(Place.scratch), int(Place.padded)
RUNGE_KUTTA, STEP, BEGAN = int(Place.runge_kutta), int(Place.step), int(Place.began)
FORCES, FORCED, FORCE = int(Place.forces), int(Place.forced), int(Place.force)
IMPOSITIONS, IMPOSED, VALUES = int(Place.impositions), int(Place.imposed), int(Place.values)
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


@inner
def tell(t: float, drive: Drive, net: Indices) -> None:
    """Write into the block of a network when a trajectory begins, and what drives it."""
    net[BEGAN] = np.float64(t).view(np.int64)
    net[FORCES], net[IMPOSITIONS] = len(drive.forced), len(drive.imposed)
    net[FORCED], net[FORCE] = drive.forced.ctypes.data, drive.force.ctypes.data
    net[IMPOSED], net[VALUES] = drive.imposed.ctypes.data, drive.values.ctypes.data


@kernel
def runge_kutta(n: int, h: float, x: Floats, X: Floats, K: Floats, net: Indices) -> None:
    """Make step n of the trajectory that was told of, and write its stages."""
    net[STEP] = n
    call(net[RUNGE_KUTTA], h, (x, X, K, net))


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
def pullback(t: float, x: Floats, v: Floats, net: Indices, out: Floats, grads: Any) -> None:
    """Write the transpose of J, times v, and add the transpose of G, times v."""
    call(net[PULLBACK], t, (x, v, net, out, grads))


@kernel
def sensitivity_rate(t: float, x: Floats, v: Floats, u: Floats, net: Indices, grads: Any) -> None:
    """Add the transpose of the rate of G along a flow, times v."""
    call(net[RATE], t, (x, v, u, net, grads))
