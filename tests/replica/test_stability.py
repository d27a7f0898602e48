"""The stabilities of clusters: against mpmath, closed forms, and the curvature of pairs."""

import mpmath
import numpy as np
import pytest
from scipy import optimize

import replica
from replica.gauss.spin_columns import spin_columns
from replica.groups.integer_stability import outer_stability

# y, d, J_D: lambda_in and lambda_out by another quadrature
KNOWN = [
    ((5, 0.02, 0.1), 0.5402290734, 0.8060703746),
    ((2, 0.2, 0.3), 0.5743485343, 0.6420768598),
    ((20.3, 0.1, 0.3), 0.3201981738, 0.8196192836),
    ((47, 0.3, 0.3), 0.4486044271, 1.1828655946),
]


@pytest.mark.parametrize(("point", "inner", "outer"), KNOWN)
def test_known(point, inner, outer):
    state = replica.clusters(*point)
    assert state.inner_stability == pytest.approx(inner, abs=2e-10)
    assert state.outer_stability == pytest.approx(outer, abs=2e-10)


def literal(y, d, J_D):
    """Return both from their definitions, for integer y, by expansion of M^y over the up spins.

    Before the integrations by parts: averages over z of the cumulants of a group, in mpmath.
    """
    q, q_hat = 1 - 2 * mpmath.mpf(d), mpmath.mpf(float(replica.clusters(y, d, J_D).q_hat))
    sigma = mpmath.sqrt(2 * mpmath.mpf(d))

    def at(z):
        zeta = mpmath.sqrt(q) * z
        w = [(J_D + s * zeta) / sigma for s in (1, -1)]
        H = [mpmath.ncdf(x) for x in w]
        m = [mpmath.npdf(x) / h / sigma for x, h in zip(w, H, strict=True)]
        c = [-(x / sigma + k) * k for x, k in zip(w, m, strict=True)]
        total = mpmath.mpf(0)
        sums = [mpmath.mpf(0)] * 3
        for k in range(y + 1):
            weight = mpmath.binomial(y, k) * mpmath.exp(q_hat * (2 * k - y) ** 2 / 2)
            weight *= H[0] ** k * H[1] ** (y - k)
            # second cumulants of the group's spin and of its slope by zeta, given the column
            S, G = 2 * k - y, k * m[0] - (y - k) * m[1]
            curved = k * c[0] + (y - k) * c[1]
            total += weight
            for i, part in enumerate((S * S, S * G, curved + G * G)):
                sums[i] += weight * part
        return total, sums

    nodes = [mpmath.mpf(k) / 20 for k in range(-180, 181)]
    values = [(mpmath.exp(-z * z / 2), *at(z)) for z in nodes]
    total = sum(g * t for g, t, _ in values)
    E, D, F = (sum(g * s[i] for g, _, s in values) / total for i in range(3))
    return float((D**2 + abs(E * F)) / y**2)


@pytest.mark.parametrize(("y", "d", "J_D"), [(3, 0.1, 0.2), (2, 0.3, 0.5), (6, 0.15, 0.05)])
def test_groups_from_their_definition(y, d, J_D):
    state = replica.clusters(y, d, J_D)
    assert state.outer_stability == pytest.approx(literal(y, d, J_D), rel=1e-9)
    assert replica.integer_clusters(y, d, J_D).outer_stability == pytest.approx(
        state.outer_stability, rel=1e-9
    )


@pytest.mark.parametrize("J_D", [0.0, 0.1, 0.48, 2.0])
def test_single_fixed_points_in_closed_form(J_D):
    """At y = 1 it is the curvature of the entropy of pairs around d = 1/2."""
    kappa = float(mpmath.npdf(J_D) / mpmath.ncdf(J_D))
    state = replica.clusters(1, [1e-3, 0.1, 0.49], J_D)
    np.testing.assert_allclose(state.outer_stability, kappa**2 + J_D * kappa, rtol=1e-9)
    h = 1e-3
    curvature = np.dot([1, -2, 1], replica.pair_entropy(0.5 + h * np.array([-1, 0, 1]), J_D)) / h**2
    assert -curvature / 4 == pytest.approx((1 - kappa**2) ** 2 - (J_D * kappa) ** 2, abs=1e-5)


@pytest.mark.parametrize(("J_D", "eta"), [(0.3, 0.5), (0.0, 1.0), (0.1, 1.0), (0.2, -0.5)])
def test_single_fixed_points_of_symmetric_networks(J_D, eta):
    """One is where the entropy of pairs has no curvature at d = 1/2; less, where it is largest."""

    def excess(a):
        return float(mpmath.npdf(J_D + eta * a) / mpmath.ncdf(J_D + eta * a)) - a

    threshold = J_D + eta * optimize.brentq(excess, 0, 3)
    d, up = 0.25, np.zeros(1)  # the distance is of no consequence
    site = spin_columns(1, up, np.full((1, 2), threshold), d, 0.1)
    stability = outer_stability(1, d, eta, np.ones(1), site, up)
    h = 1e-3
    pairs = replica.pair_entropy(0.5 + h * np.array([-1, 0, 1]), J_D, eta)
    assert (np.dot([1, -2, 1], pairs) < 0) == (stability < 1)


def test_symmetry_stabilises():
    """Reference numbers of another code, at y = 4, d = 0.1, J_D = 0.1."""
    groups = replica.integer_clusters(4, 0.1, 0.1, [-0.2, 0, 0.2, 0.5, 1])
    known = [1.356951, 1.012384, 0.694131, 0.659423, 0.613390]
    np.testing.assert_allclose(groups.outer_stability, known, atol=1e-6)


@pytest.mark.parametrize(
    ("J_D", "d", "y"),
    [
        (0.01, 0.048937028, 2.911541),
        (0.0731076990, 0.048584176, 4.602626),
        (0.3, 0.176469369, 24.426327),
        (0.44, 0.437164534, 510.456810),
    ],
)
def test_limit(J_D, d, y):
    limit = replica.cluster_stability_limit(J_D)
    assert limit.d == pytest.approx(d, abs=1e-9)
    assert limit.y == pytest.approx(y, abs=1e-6)
    assert 0 < limit.d_error < 1e-7
    near = replica.local_entropy(limit.d * np.array([0.999, 1.001]), J_D).outer_stability
    assert near[0] < 1 < near[1]


def test_the_limit_ends():
    """It reaches d = 1/2 where J_D + kappa = 1."""
    end = float(mpmath.findroot(lambda J: J + mpmath.npdf(J) / mpmath.ncdf(J) - 1, 0.48))
    with pytest.raises(ValueError, match=r"^J_D must be below 0\.48105838703.*no limit"):
        replica.cluster_stability_limit(end + 1e-12)
    with pytest.raises(replica.ConvergenceError, match=r"smaller self-coupling"):
        replica.cluster_stability_limit(end - 1e-9)
    assert replica.cluster_stability_limit(0.46).d > 0.46
