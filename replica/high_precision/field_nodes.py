"""Nodes for the integral over the common field, on panels around the steps of H."""

import itertools
from typing import NamedTuple

import mpmath
from mpmath import mp, mpf
from mpmath.calculus.quadrature import GaussLegendre


class Node(NamedTuple):
    """A node of the common field, with its weight."""

    z: mpf
    log_weight: mpf
    up: mpf  # H_+
    down: mpf


def field_nodes(y: mpf, q_1: mpf, d: mpf, J_D: mpf, degree: int) -> list[Node]:
    """Return nodes of z on the panels between points that crowd around the steps of H."""
    sigma, root = mpmath.sqrt(2 * d), mpmath.sqrt(q_1)
    reach = mpmath.sqrt(2 * mp.dps * mpmath.log(10))
    step, width = J_D / root, 2 * min(1, sigma / root)
    largest = 4 / mpmath.sqrt(y)  # the weight is that narrow
    points = {mpf(0), reach}
    offset = mpf(0)
    while offset < 2 * reach:
        points |= {z for z in (step - offset, step + offset) if 0 < z < reach}
        offset += min(max(width, offset), largest)
    edges = sorted(points)
    rule = GaussLegendre(mp)
    nodes = []
    for low, high in itertools.pairwise(edges):
        for z, weight in rule.get_nodes(low, high, degree, mp.prec):
            nodes.append(
                Node(
                    z,
                    mpmath.log(2 * weight * mpmath.npdf(z)),
                    mpmath.ncdf((J_D + root * z) / sigma),
                    mpmath.ncdf((J_D - root * z) / sigma),
                )
            )
    return nodes
