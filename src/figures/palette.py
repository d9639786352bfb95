"""The colours and the look of every figure.

A figure is drawn in these colours, and published with a CSS variable in the place of each, so that it follows
the page from light to dark. Import this from a figure's module:

    from figures.palette import C1, MUTED

A colour from elsewhere would stay as it is in the dark, so that drawing with one is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

# Each value is unlike the others: it is how the colour is known again in the SVG. It is seen only where the variables
# are not defined; what they stand for, by day and by night, is written in docs/assets/stylesheets/colours.css.
# Lines and areas take C1 to C6; words are read best in FG.
FG = "#22262b"
"""Text."""
MUTED = "#565d66"
"""What should step back: axes, grid lines, guides, second thoughts."""
BG = "#fdfdfb"
"""The page behind the figure."""
C1 = "#0072b2"
"""Blue; where there is but one series, this one."""
C2 = "#d05a00"
"""Vermilion."""
C3 = "#00865f"
"""Green."""
C4 = "#b0568a"
"""Purple."""
C5 = "#9a6b00"
"""Ochre."""
C6 = "#4f93b8"
"""Sky."""

VARIABLES = {
    FG: "--fig-fg",
    MUTED: "--fig-muted",
    BG: "--fig-bg",
    C1: "--fig-1",
    C2: "--fig-2",
    C3: "--fig-3",
    C4: "--fig-4",
    C5: "--fig-5",
    C6: "--fig-6",
}
"""The CSS variable of each colour."""

WIDTH = 4.6
"""Inches: a figure this wide shows its text at 10 px and more on a phone 360 px wide."""
HEIGHT = 3.0


def style() -> dict[Any, Any]:
    """The settings of matplotlib for every figure; they are in force while a figure's function is called."""
    from cycler import cycler

    return {
        "figure.figsize": (WIDTH, HEIGHT),
        "figure.constrained_layout.use": True,
        "font.size": 11,
        "axes.titlesize": 11,
        "axes.labelsize": 11,
        "xtick.labelsize": 10.5,
        "ytick.labelsize": 10.5,
        "legend.fontsize": 10.5,
        "legend.frameon": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.7,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": FG,
        "axes.titlecolor": FG,
        "axes.prop_cycle": cycler(color=[C1, C2, C3, C4, C5, C6]),
        "text.color": FG,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": FG,
        "ytick.labelcolor": FG,
        "xtick.major.width": 0.7,
        "ytick.major.width": 0.7,
        "grid.color": MUTED,
        "grid.alpha": 0.3,
        "grid.linewidth": 0.6,
        "lines.linewidth": 1.8,
        "patch.edgecolor": FG,
        "patch.facecolor": C1,
        "hatch.color": MUTED,
        "boxplot.flierprops.color": FG,
        "boxplot.boxprops.color": FG,
        "boxplot.whiskerprops.color": FG,
        "boxplot.capprops.color": FG,
        "axes.facecolor": "none",
        "figure.facecolor": "none",
        "savefig.facecolor": "none",
        "savefig.transparent": True,
        "legend.edgecolor": MUTED,
        # Text stays text: it can be searched, copied and enlarged, and takes the page's font.
        "svg.fonttype": "none",
        "svg.hashsalt": "figures",
    }


def shades(colour: str = C1) -> Colormap:
    """A colour map from nothing to `colour`, by its opacity: the only kind that reads in light and in dark.

    Use it with `pcolormesh`; `imshow` makes an image of pixels, whose colours could not be changed.

    Args:
        colour: one of this module's colours.
    """
    from matplotlib.colors import LinearSegmentedColormap, to_rgb

    return LinearSegmentedColormap.from_list("shades", [(*to_rgb(colour), 0.0), (*to_rgb(colour), 1.0)])
