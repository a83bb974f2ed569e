"""What one canvas shows, as a value: the picture beneath, the heat over it, the labels on top."""

from dataclasses import dataclass, replace
from enum import StrEnum

from pentad.canvas.colours import CLASS_COLOURS, Colour, HeatMapName
from pentad.canvas.pyramid import LabelPyramid, Pyramid
from pentad.canvas.relight import Relight
from pentad.core.heatmap import Heatmap
from pentad.geometry.value_pyramid import ValuePyramid


class HeatStyle(StrEnum):
    """Heat as a coloured veil, or as one line around what reaches the threshold."""

    FILL = "fill"
    CONTOUR = "contour"


@dataclass(frozen=True, slots=True)
class BaseLayer:
    """The picture beneath: RGB, or anything made to look like it.

    Shown value = ``gain`` x value ^ (1 / ``gamma``), with values from 0 to 1. With ``relight`` the pyramid's pixels are
    the codes of a normal map, and what is shown is its surface under that lamp.
    """

    pyramid: Pyramid
    gamma: float = 1.0
    gain: float = 1.0
    relight: Relight | None = None


@dataclass(frozen=True, slots=True)
class MapLayer:
    """Values in the picture's place, each in its colour: ``low`` and ``high`` are the ends of the scale.

    Where nothing is known, the ground is seen.
    """

    pyramid: ValuePyramid
    low: float
    high: float
    colours: HeatMapName


@dataclass(frozen=True, slots=True)
class HeatLayer:
    """A heatmap over the picture.

    ``low`` and ``high`` are the ends of the colour map in the heatmap's own unit (usually ``heatmap.low`` and
    ``heatmap.high``). Below ``threshold`` nothing is drawn; a contour runs along it, or along the middle of the range
    where there is none. ``fade`` is the fraction of the range over which the veil thickens from nothing, so that
    ordinary places show the picture beneath; 0 gives all places the same opacity.
    """

    heatmap: Heatmap
    low: float
    high: float
    colours: HeatMapName = HeatMapName.INFERNO
    opacity: float = 0.6
    fade: float = 0.25
    threshold: float | None = None
    style: HeatStyle = HeatStyle.FILL


@dataclass(frozen=True, slots=True)
class LabelStyle:
    """How one class is drawn.

    ``index``, 1 to 255, is its label; ``opacity`` multiplies the layer's; ``contour`` draws its outline alone.
    """

    index: int
    colour: Colour
    visible: bool = True
    opacity: float = 1.0
    contour: bool = False


@dataclass(frozen=True, slots=True)
class MaskLayer:
    """Labels over the picture, filled or, with ``outline``, all as outlines.

    A label without a style has the default colour of its number.
    """

    pyramid: LabelPyramid
    styles: tuple[LabelStyle, ...] = ()
    opacity: float = 0.5
    outline: bool = False

    @property
    def every_style(self) -> list[LabelStyle]:
        """Those of the labels 0 to 255; label 0 is not seen."""
        count = len(CLASS_COLOURS)
        found = [LabelStyle(label, CLASS_COLOURS[(label - 1) % count]) for label in range(256)]
        for style in self.styles:
            found[style.index] = style
        found[0] = LabelStyle(0, (0, 0, 0), visible=False)
        return [replace(style, contour=True) for style in found] if self.outline else found


@dataclass(frozen=True, slots=True)
class LayerStack:
    """One canvas's content. ``size`` is (height, width) of the image all layers are stretched over.

    Beneath everything lies ``base`` or, instead of it, ``map``.
    """

    size: tuple[int, int]
    base: BaseLayer | None = None
    heat: HeatLayer | None = None
    mask: MaskLayer | None = None
    map: MapLayer | None = None
