r"""The closed forms again, slowly, to any number of digits, by other formulas where there are any.

The twins of `fixed_point_entropy`, `layered_entropy`, `pair_entropy`, `franz_parisi`,
`log_expected_fixed_points` and `log_expected_pairs` take single numbers and return an `mpmath.mpf`
with `digits` correct digits. What they do differently:

- :math:`P_2` is an integral over the correlation (Plackett), not Owen's T;
- the extremum over the two order parameters `r, r'` of a pair is taken jointly, not site by site;
- layers are summed by repeated multiplication, not by eigenvectors;
- the common Gaussian of a finite network is integrated by Gauss's rule, in pieces.

They are the arbiter of the tests. Arguments are not checked.
"""

import itertools
from collections.abc import Callable

import mpmath
from mpmath import mp, mpf

_GAUSS = "gauss-legendre"  # of analytic functions: a third of the time of tanh-sinh
_GUARD = 30  # digits spent on cancellation


def fixed_point_entropy(J_D: float, eta: float = 0.0, digits: int = 30) -> mpf:
    """Return the entropy of fixed points."""
    with mp.workdps(digits + _GUARD):
        J_D, eta = mpf(J_D), mpf(eta)
        if eta == 0:
            return mpmath.log(2 * mpmath.ncdf(J_D))
        J = _shifted(J_D, eta)
        return -eta * _mills(J) ** 2 / 2 + mpmath.log(2 * mpmath.ncdf(J))


def layered_entropy(J_D: float, lam: float, L: int | None = None, digits: int = 30) -> mpf:
    """Return the entropy of fixed points per neuron of a chain of layers."""
    with mp.workdps(digits + _GUARD):
        J_D, lam = mpf(J_D), mpf(lam)
        if L == 1:
            return fixed_point_entropy(J_D, digits=digits)
        M = mpmath.matrix(2, 2)
        for i in range(2):
            for j in range(2):
                M[i, j] = mpmath.ncdf(J_D + lam * (2 - 2 * i - 2 * j))
        if L is None:
            return mpmath.log(max(mpmath.eigsy(M, eigvals_only=True)))
        v = mpmath.matrix([mpmath.ncdf(J_D + lam), mpmath.ncdf(J_D - lam)])
        return mpmath.log(2 * (v.T * M ** (L - 2) * v)[0]) / L


def pair_entropy(d: float, J_D: float, eta: float = 0.0, digits: int = 30) -> mpf:
    """Return the entropy of pairs of fixed points at distance d, with 0 < d < 1."""
    with mp.workdps(digits + _GUARD):
        d, J_D, eta = mpf(d), mpf(J_D), mpf(eta)
        h = -d * mpmath.log(d) - (1 - d) * mpmath.log(1 - d)
        q = 1 - 2 * d

        def slope(J: mpf, rho: mpf) -> mpf:
            conditional = mpmath.ncdf(J * mpmath.sqrt((1 - rho) / (1 + rho)))
            return 2 * mpmath.npdf(J) * conditional / orthant(J, rho)

        r = s = mpf(0)
        if eta:
            alone = -_mills(_shifted(J_D, eta))

            def stationarity(r: mpf, s: mpf) -> tuple[mpf, mpf]:
                agree = (1 - d) * slope(J_D - eta * (r + s), q)
                differ = d * slope(J_D - eta * (r - s), -q)
                return 2 * r + agree + differ, 2 * s + agree - differ

            r, s = mpmath.findroot(
                stationarity,
                (alone / 2, alone / 2),
                tol=mpf(10) ** (-2 * digits),
            )
        return (
            -eta * (r**2 + s**2)
            + mpmath.log(2)
            + h
            + (1 - d) * mpmath.log(orthant(J_D - eta * (r + s), q))
            + d * mpmath.log(orthant(J_D - eta * (r - s), -q))
        )


def franz_parisi(d: float, J_D: float, digits: int = 30) -> mpf:
    """Return the Franz-Parisi potential, with 0 < d < 1."""
    with mp.workdps(digits + _GUARD):
        return pair_entropy(d, J_D, digits=digits) - fixed_point_entropy(J_D, digits=digits)


def log_expected_fixed_points(N: int, J_D: float, eta: float = 0.0, digits: int = 30) -> mpf:
    """Return the logarithm of the mean number of fixed points, N > 1."""
    with mp.workdps(digits + _GUARD):
        J_D, eta = mpf(J_D), mpf(eta)
        v = (N - 1 - eta) / N
        alpha = J_D / mpmath.sqrt(v)
        if eta == 0:
            return N * mpmath.log(2 * mpmath.ncdf(alpha))
        integral = _positive if eta > 0 else _negative
        return N * mpmath.log(2) + mpmath.log(integral(N, alpha, eta / (N * v), digits))


def _positive(N: int, alpha: mpf, beta_squared: mpf, digits: int) -> mpf:
    """Integrate the common Gaussian along the real line, around the peak."""
    beta = mpmath.sqrt(beta_squared)
    x0 = _shifted(alpha, N * beta_squared)
    reach = mpmath.sqrt(2 * (digits + 5) * mpmath.log(10))
    return _quad(
        lambda t: mpmath.npdf(t) * mpmath.ncdf(alpha + beta * t) ** N,
        [(x0 - alpha) / beta + reach * k / 8 for k in range(-8, 9)],
        digits,
    )


def _negative(N: int, alpha: mpf, beta_squared: mpf, digits: int) -> mpf:
    """Integrate along the line through the saddle point, where nothing cancels but squares."""
    b = mpmath.sqrt(-beta_squared)
    x0 = _shifted(alpha, N * beta_squared)
    z0 = mpmath.mpc(0, (alpha - x0) / b)
    width = (1 + abs(x0)) / b
    octaves = int(mpmath.ceil((digits + 5) / (N - 1) * mpmath.log(10, 2))) + 3

    def integrand(t: mpf) -> mpf:
        x = alpha + mpmath.j * b * (z0 + t)
        return (mpmath.npdf(z0 + t) * (mpmath.erfc(-x / mpmath.sqrt(2)) / 2) ** N).real

    with mp.workdps(digits + _GUARD + 2 * int(mpmath.log10(width * mpf(2) ** octaves))):
        first = -max(6, mpmath.mag(width))  # the Gaussian is no narrower than about one
        points = [0, *(width * mpf(2) ** k for k in range(first, octaves))]
        return 2 * _quad(integrand, points, digits)


def _quad(function: Callable[[mpf], mpf], points: list[mpf], digits: int) -> mpf:
    """Integrate piece by piece, to a relative error below that of `digits` digits, or raise."""
    scale = max(abs(function(point)) for point in points)  # quad's tolerance is absolute
    pieces = [
        mpmath.quad(lambda x: function(x) / scale, piece, error=True, maxdegree=12, method=_GAUSS)
        for piece in itertools.pairwise(points)
    ]
    integral, error = (mpmath.fsum(column) for column in zip(*pieces, strict=True))
    if error > abs(integral) * mpf(10) ** -digits:
        raise ArithmeticError(f"relative quadrature error of {float(error / integral)}")
    return scale * integral


def log_expected_pairs(N: int, k: int, J_D: float, digits: int = 30) -> mpf:
    """Return the logarithm of the mean number of ordered pairs at Hamming distance k, N > 1."""
    with mp.workdps(digits + _GUARD):
        J = mpf(J_D) / mpmath.sqrt(mpf(N - 1) / N)
        log_E = N * mpmath.log(2) + mpmath.log(mpmath.binomial(N, k))
        if k < N:
            log_E += (N - k) * mpmath.log(orthant(J, mpf(N - 1 - 2 * k) / (N - 1)))
        if k > 0:
            log_E += k * mpmath.log(orthant(J, -mpf(N + 1 - 2 * k) / (N - 1)))
        return log_E


def orthant(J: mpf, rho: mpf) -> mpf:
    r"""Return the probability that both variables exceed -J.

    .. math:: P_2 = \Phi(J)^2 + \frac1{2\pi} \int_0^{\arcsin\rho} e^{-J^2/(1+\sin t)} dt
    """
    if rho == -1:
        return max(mpf(0), 2 * mpmath.ncdf(J) - 1)
    end = mpmath.asin(rho)

    def density(t: mpf) -> mpf:
        return mpmath.exp(-(J**2) / (1 + mpmath.sin(t)))

    # the integrand varies fast only towards t = -pi/2
    points = [end * (1 - mpf(4) ** -k) for k in range(9 if rho < 0 else 2)] + [end]
    return mpmath.ncdf(J) ** 2 + mpmath.quad(density, points, method=_GAUSS) / (2 * mpmath.pi)


def _shifted(J_D: mpf, eta: mpf) -> mpf:
    """Return the root J of `J = J_D + eta mills(J)`; the order parameter `r` is `-mills(J)`."""

    def slope(J: mpf) -> mpf:
        return 1 + eta * _mills(J) * (J + _mills(J))

    # increasing, and convex or concave: from J_D, no step of Newton's goes astray
    return mpmath.findroot(
        lambda J: J - J_D - eta * _mills(J), J_D, df=slope, solver="newton", maxsteps=1000
    )


def _mills(J: mpf) -> mpf:
    # the exponents J^2/2 must agree to absolute precision
    with mp.extraprec(6 * max(0, mpmath.mag(J))):
        return mpmath.npdf(J) / mpmath.ncdf(J)
