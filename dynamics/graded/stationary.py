"""The stationary chaos of infinitely many graded neurons, at any self-excitation."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dynamics.graded.periodic import follow, follow_linear, noise, spectrum
from dynamics.infinite.scatter import standard_error
from foundation import domains
from foundation.axes import axes_of
from foundation.errors import ConvergenceError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

BLOCKS = 6  # of the average, whose scatter is the error
_MIXED, _MIXED_LATE = 0.7, 0.3  # how much of the new spectrum is taken
_LEFT = 0.25  # of the correlation, that may be left after half of the period
_GAIN = 0.4  # of the exponent
_SYSTEMATIC = 0.01  # of the exponent


@dataclass(frozen=True, eq=False, repr=False)
class Stationary:
    r"""The stationary state of infinitely many graded neurons.

    Attributes
    ----------
    s, g, dt
        Self-excitation, coupling, and the step in time.
    tau
        Time differences, up to half of the period of the noise.
    correlation, correlation_error
        :math:`\langle\phi(t)\phi(t+\tau)\rangle`, and its standard error.
    q, q_error
        Mean squared rate.
    variance, variance_error
        :math:`\langle x^2\rangle`.
    lyapunov, lyapunov_error
        Largest Lyapunov exponent; the error contains one percent of it and one over the number of
        neurons, by which it was found to be low.

    Examples
    --------
    >>> import dynamics
    >>> chaos = dynamics.stationary(1.5, 2.5, period=51.2, samples=100, rounds=(12, 12), rng=1)
    >>> chaos
    Stationary(s=1.5, g=2.5: q=0.88..., lyapunov=0.3... +- 0.0...)
    >>> chaos.converged, chaos.plot().get_xlabel()
    (True, 'time difference')
    """

    s: float
    g: float
    dt: float
    tau: Floats
    correlation: Floats
    correlation_error: Floats
    q: float
    q_error: float
    variance: float
    variance_error: float
    lyapunov: float
    lyapunov_error: float

    @property
    def converged(self) -> bool:
        """Whether the correlation has decayed within half of the period."""
        return self._left < _LEFT

    @property
    def status(self) -> str:
        """What happened, and what to do about it."""
        if self.converged:
            return "The correlation has decayed within half of the period."
        return (
            f"{self._left:.0%} of the correlation is left after half of the period, "
            f"{self.tau[-1]:g}: raise period; neurons that freeze have no stationary chaos, "
            "follow them by graded_mean_field."
        )

    @property
    def _left(self) -> float:
        late = self.correlation[-max(1, len(self.tau) // 10) :]
        return abs(float(late.mean()) / self.q)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Plot the correlation of rates, with a band of one standard error.

        Parameters
        ----------
        ax
            Where to draw; None for a new figure.

        Returns
        -------
        The axes.

        Raises
        ------
        TypeError
            If `ax` is neither axes nor None.
        """
        ax = axes_of(ax)
        (line,) = ax.plot(self.tau, self.correlation)
        low, high = (self.correlation + sign * self.correlation_error for sign in (-1, 1))
        ax.fill_between(self.tau, low, high, color=line.get_color(), alpha=0.3)
        ax.set(xlabel="time difference", ylabel="correlation of rates")
        return ax

    def __repr__(self) -> str:
        return (
            f"Stationary(s={self.s:g}, g={self.g:g}: q={self.q:.4g}, "
            f"lyapunov={self.lyapunov:.4g} +- {self.lyapunov_error:.1g})"
        )


def stationary(
    s: float,
    g: float,
    *,
    period: float = 102.4,
    dt: float = 0.1,
    samples: int = 800,
    rounds: tuple[int, int] = (40, 60),
    rng: int | np.random.Generator | None = None,
    throw: bool = True,
) -> Stationary:
    r"""Return the stationary chaos of :math:`\dot x = -x + s\phi(x) + g \zeta(t)`, N → ∞.

    The noise is Gaussian, with the correlation of the rates,
    :math:`\langle\zeta\zeta'\rangle = \langle\phi\phi'\rangle`. In each round neurons follow noise
    that is periodic in time, twice around, and give a new correlation. A small perturbation y
    grows as :math:`\dot y = (-1 + s\phi') y + g \chi`, with independent noise of the correlation
    :math:`\langle\chi\chi'\rangle = \langle\phi' y\, \phi' y'\rangle`: the exponent
    :math:`\lambda` is the shift of the decay rate by which y neither grows nor decays.

    Parameters
    ----------
    s
        Self-excitation, in [0, 20].
    g
        Coupling, in [0.1, 20], and above 1 - s.
    period
        Period of the noise, > 0: the correlation must decay within half of it.
    dt
        Step in time, at most 0.5 / (1 + s), which the scheme bears.
    samples
        Number of neurons, >= 10.
    rounds
        How many rounds are for settling, and how many (>= 6) are averaged.
    rng
        A seed, a generator, or None for a fresh seed.
    throw
        Whether to raise where the correlation does not decay, or to say so in `status`.

    Returns
    -------
    Correlation, moments and exponent. The work grows as samples × period / dt × rounds: some 20
    seconds as it stands. Errors are those of averages, and do not contain what `dt` does, an error
    of order dt².

    Raises
    ------
    TypeError, ValueError
        If an argument is outside its documented domain.
    ConvergenceError
        If the correlation does not decay, and `throw`.

    References
    ----------
    Sompolinsky, Crisanti and Sommers, Phys. Rev. Lett. 61, 259 (1988); Stern, Sompolinsky and
    Abbott, Phys. Rev. E 90, 062710 (2014); `docs/theory/graded-neurons.md`.

    Examples
    --------
    >>> import dynamics
    >>> quick = {"period": 51.2, "samples": 100, "rounds": (12, 12), "rng": 1}
    >>> chaos = dynamics.stationary(s=0.0, g=5.0, **quick)
    >>> exact = dynamics.classical_chaos(g=5.0)
    >>> abs(chaos.q - exact.q) < 0.01, bool(abs(chaos.lyapunov - exact.lyapunov) < 0.05)
    (True, True)
    """
    s, g = domains.real("s", s, low=0, high=20), domains.real("g", g, low=0.1, high=20)
    if s + g <= 1:
        raise ValueError(
            f"s + g must be > 1, got s={s:g}, g={g:g}: x = 0 is all there is, with the exponent "
            f"{s + g - 1:g}"
        )
    period, dt = domains.real("period", period, low=0), domains.real("dt", dt, low=0)
    if not 0 < dt <= 0.5 / (1 + s):
        raise ValueError(f"dt must be in (0, {0.5 / (1 + s):g}] at s = {s:g}, got {dt:g}")
    steps = 2 * round(period / dt / 2)
    if not 40 <= steps <= 10**6:
        raise ValueError(f"period must be 40 to a million steps dt, got {period:g} of {dt:g}")
    samples = domains.integer("samples", samples, low=10)
    settling, averaged = domains.integers("rounds", rounds, low=1).tolist()
    averaged = domains.integer("rounds", averaged, low=BLOCKS)
    rng, throw = domains.generator(rng), domains.boolean("throw", throw)
    found = _averaged(s, g, dt, (samples, steps), (settling, averaged), rng)
    if not found.converged:
        if throw:
            raise ConvergenceError(found.status)
        warnings.warn(found.status, stacklevel=2)
    return found


class _Chaos:
    """Spectra of rates and of perturbations, and how fast the latter grow."""

    def __init__(self, s: float, g: float, dt: float, size: tuple[int, int]) -> None:
        self.s, self.g, self.dt, self.size = s, g, dt, size
        self.path, self.small = np.empty(size), np.empty(size)
        apart = dt * np.minimum(np.arange(size[1]), size[1] - np.arange(size[1]))
        self.power = np.fft.rfft(np.exp(-apart / 5)).real
        self.growing = np.fft.rfft(np.exp(-apart / 3)).real
        self.exponent = 0.1

    def round(self, mixed: float, rng: np.random.Generator) -> tuple[Floats, float, float]:
        """Renew all, and return the spectrum of the rates, q and the variance."""
        field = self.g * noise(self.power, *self.size, rng)
        start = field[:, 0] + self.s * rng.choice([-1.0, 1.0], self.size[0])
        follow(field, start, self.s, self.dt, self.path)
        phi = np.tanh(self.path)
        new = spectrum(phi)
        self.power = (1 - mixed) * self.power + mixed * new
        self._grow(1 - phi**2, rng)
        return new, float(np.mean(phi**2)), float(np.mean(self.path**2))

    def _grow(self, slope: Floats, rng: np.random.Generator) -> None:
        """Renew the spectrum of the perturbation, and move the exponent to where it stays."""
        field = self.g * noise(self.growing, *self.size, rng)
        follow_linear(self.s * slope - 1, field, self.exponent, self.dt, self.small)
        new = spectrum(slope * self.small)
        ratio = new.sum() / self.growing.sum()
        self.growing = self.growing / self.growing.sum() + new / new.sum()
        self.growing /= np.fft.irfft(self.growing, self.size[1])[0]
        step = np.clip(_GAIN / 2 * np.log(ratio), -0.1, 0.1)
        self.exponent = max(self.exponent + float(step), -0.5)


def _averaged(
    s: float,
    g: float,
    dt: float,
    size: tuple[int, int],
    rounds: tuple[int, int],
    rng: np.random.Generator,
) -> Stationary:
    chaos = _Chaos(s, g, dt, size)
    for _ in range(rounds[0]):
        chaos.round(_MIXED, rng)
    spectra, numbers = [], []
    for _ in range(rounds[1]):
        power, q, variance = chaos.round(_MIXED_LATE, rng)
        spectra.append(power)
        numbers.append([q, variance, chaos.exponent])
    blocks = [np.mean(part, axis=0) for part in np.array_split(np.array(numbers), BLOCKS)]
    (q, variance, exponent), error = np.mean(blocks, axis=0), standard_error(blocks)
    powers = [np.mean(part, axis=0) for part in np.array_split(np.array(spectra), BLOCKS)]
    correlations = np.fft.irfft(np.array(powers), size[1], axis=1)[:, : size[1] // 2]
    return Stationary(
        s=s,
        g=g,
        dt=dt,
        tau=dt * np.arange(size[1] // 2, dtype=np.float64),
        correlation=correlations.mean(axis=0),
        correlation_error=standard_error(correlations),
        q=float(q),
        q_error=float(error[0]),
        variance=float(variance),
        variance_error=float(error[1]),
        lyapunov=float(exponent),
        lyapunov_error=float(np.hypot(error[2], abs(_SYSTEMATIC * exponent) + 1 / size[0])),
    )
