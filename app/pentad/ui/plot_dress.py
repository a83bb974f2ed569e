"""What every plot of curves wears; imports no plotting, so that a panel may name it before there is a plot."""

from typing import Any

from pentad.ui.theme import Theme


def dress_plot(plot: Any, theme: Theme) -> None:
    """A pyqtgraph plot in the theme's colours: its ground, its axes and what is written at them."""
    plot.setBackground(theme.colour("panel"))
    for side in ("left", "bottom"):
        plot.getAxis(side).setPen(theme.colour("edge"))
        plot.getAxis(side).setTextPen(theme.colour("quiet"))
