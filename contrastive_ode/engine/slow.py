"""Whether all modes of the Jacobian are slow for the step, as few products with it tell."""

from contrastive_ode.engine.arguments import Floats, Indices, NetArrays
from contrastive_ode.engine.stand_ins import inner, jvp, njit
from contrastive_ode.engine.steps import copy

# ---- what follows goes into the generated module ----

TINY = 1e-200
FEW = 3  # products that tell a Jacobian of which all modes are slow
SLOW = 0.25  # change in a step, of a vector that was multiplied so often; a long step makes 2.78


@inner
def squared(v: Floats) -> float:
    """Return the square of the length of a vector."""
    total = 0.0
    for i in range(len(v)):
        total += v[i] * v[i]
    return total


@njit
def slow(
    looks: Indices,
    h: float,
    path: Floats,
    imposed: Indices,
    net: NetArrays,
    direction: Floats,
    work: Floats,
) -> bool:
    """Return whether a vector grows little at all of some states, as often as it is multiplied."""
    v, product = work[0], work[1]
    for n in looks:
        copy(direction, v)
        for o in imposed:
            v[o] = 0.0
        before = squared(v)
        for _ in range(FEW):
            jvp(n * h, path[n], v, net, product)
            for o in imposed:
                product[o] = 0.0
            after = squared(product)
            if not h**2 * after <= SLOW**2 * before:  # or it is not finite
                return False
            if after < TINY:  # what follows would be lost to underflow
                break
            for i in range(len(v)):
                v[i] = product[i] / after**0.5
            before = 1.0
    return True
