"""The pair entropy at small distances, derived with sympy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy


def small_distance_expansion() -> sympy.Expr:
    r"""Return :math:`\Phi_2(d)` for :math:`d \to 0` up to order d, at :math:`\eta = 0, J_D > 0`.

    With :math:`x = \sqrt d` and :math:`a = x/\sqrt{1-x^2}`, Owen's T is the series of

    .. math:: T(J, a) = \frac{e^{-J^2/2}}{2\pi} \int_0^a \frac{e^{-J^2 t^2/2}}{1+t^2}\, dt,

    and :math:`P_2(-(1-2d)) = \mathrm{erf}(J/\sqrt2)` up to terms smaller than any power of d. The
    leading term is :math:`-\sqrt d\, e^{-J_D^2/2} / (\pi\, \Phi(J_D))`, whose slope is infinite and
    outweighs :math:`-d \ln d`: close to a typical fixed point there is no other, at any
    :math:`J_D`.

    Returns
    -------
    An expression in the positive symbols `d` and `J_D`.

    Examples
    --------
    >>> import replica
    >>> import sympy
    >>> d, J_D = sympy.symbols("d J_D", positive=True)
    >>> expansion = replica.small_distance_expansion()
    >>> round(float(expansion.subs({d: 1e-6, J_D: 0.5})), 6)
    0.323809
    >>> round(float(replica.pair_entropy(1e-6, J_D=0.5)), 6)
    0.323809
    """
    import sympy

    x, t, d, J = sympy.symbols("x t d J_D", positive=True)
    Phi = (1 + sympy.erf(J / sympy.sqrt(2))) / 2
    order = 3  # x^3 = d^(3/2) is the first power left out

    integrand = sympy.series(sympy.exp(-(J**2) * t**2 / 2) / (1 + t**2), t, 0, order).removeO()
    owens_t = sympy.exp(-(J**2) / 2) / (2 * sympy.pi) * sympy.integrate(integrand, (t, 0, t))
    agree = (1 - x**2) * sympy.log(1 - 2 * owens_t.subs(t, x / sympy.sqrt(1 - x**2)) / Phi)
    differ = x**2 * sympy.log(sympy.erf(J / sympy.sqrt(2)) / Phi)
    regular = sympy.series(agree - (1 - x**2) * sympy.log(1 - x**2), x, 0, order).removeO()
    gain = sympy.expand(regular + differ).subs(x, sympy.sqrt(d)) - d * sympy.log(d)
    return sympy.log(2 * Phi) + gain
