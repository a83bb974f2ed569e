"""What stands above a map of a surface: what made it, and its colours from end to end."""

from pentad.canvas.caption import Scale
from pentad.core.sample import Modality
from pentad.session.depth_maps import DepthMap
from pentad.session.shape_maps import Shown
from pentad.session.view_state import Look, MapStyle, Row
from pentad.ui.composing import MAP_COLOURS, ViewContent, depth_colours


def legend_of(row: Row, look: Look, content: ViewContent) -> tuple[str, Scale] | None:
    """In words and colours; None where the tile shows no such map, or its caption has heat to tell about."""
    if row is Row.DEPTH:
        depth = content.depth
        if not isinstance(depth, DepthMap):
            return None
        return depth.title, Scale(depth_colours(depth.kind), *depth.ends)
    shown = content.shape
    heat = content.heatmap is not None and look.heat_style is not MapStyle.OFF
    beneath = row is Row.COMPOSITE and look.base is Modality.NORMAL and not heat
    if not isinstance(shown, Shown) or not (row is Row.NORMAL or beneath):
        return None
    made = shown.map.made
    if shown.map.coarse > 1.01:
        made += f", one value for {shown.map.coarse:.1f} px"
    return made, scale_of(shown)


def scale_of(shown: Shown) -> Scale:
    """Its colours, and what their ends stand for."""
    unit = shown.map.unit if shown.map.unit == "°" else f" {shown.map.unit}"
    low = f"{shown.low:+.3g}" if shown.map.signed else f"{shown.low:.3g}"
    high = f"{shown.high:+.3g}" if shown.map.signed else f"{shown.high:.3g}"
    return Scale(MAP_COLOURS[shown.map.kind], low, f"{high}{unit}")
