"""What laws of the lifetime leave of it: a panel of `active_lifetime`."""

from typing import TYPE_CHECKING

from figures.relaxation.lifetime_law import INFINITE

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

LABELS = {
    "theory": "theory",
    "square": "$N\\delta^2$",
    "cube": "$N\\delta^3$",
    "power": "free power",
}


def draw_left_over(ax: "Axes", data: "xarray.Dataset") -> None:
    """Draw what is left of the lifetimes by each law."""
    delta = INFINITE - data["J_D"].values
    for color, (name, label) in enumerate(LABELS.items()):
        off = (data["log_lifetime"] - data["predicted"].sel(law=name)).values
        place = delta + 0.006 * (color - 1.5)
        for last, face in ((False, "w"), (True, f"C{color}")):
            some = (data["last"].values == last) & data["lasts"].values
            error = data["log_error"].values[some].tolist()
            ax.errorbar(
                place[some],
                off[some],
                error,
                fmt="os^D"[color],
                mfc=face,
                ms=3.5,
                color=f"C{color}",
                label=label if last else None,
            )
    ax.plot([], [], "o", mfc="w", ms=3.5, color="0.4", label="open: fitted")
    ax.axhline(0, color="0.5", lw=0.8)
    ax.set_yscale("symlog", linthresh=1)
    ax.set_yticks([-10, -1, 0, 1], ["−10", "−1", "0", "1"])
    ax.set(xlabel="distance $\\delta = J_a - J_D$", ylabel="$\\ln\\tau$ − law", ylim=(-20, 8))
    ax.legend(loc="upper left", ncols=3, fontsize=6.5, columnspacing=1)
