"""How the views are looked at: what is shown over what, in which colours, from where."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar

from psygnal import Signal

from pentad.core.sample import Modality


class Row(StrEnum):
    """What one row of the grid shows, a column being a view."""

    COMPOSITE = "composite"
    RGB = "rgb"
    NORMAL = "normal"
    DEPTH = "depth"
    MASK = "mask"
    HEATMAP = "heatmap"


class MapStyle(StrEnum):
    """How heat, or a mask, lies over a picture."""

    FILL = "fill"
    CONTOUR = "contour"
    OFF = "off"


class NormalMap(StrEnum):
    """What can be shown of normals in the place of their colours."""

    SLOPE = "slope"
    CURVATURE = "curvature"
    DETAIL = "detail"
    DIFFERENCE = "difference"


class DepthKind(StrEnum):
    """What can be shown of depth: made by a model, how far its samples spread, the data set's own, what normals
    integrate to, and how the first differs from the others."""

    GENERATED = "generated"
    SPREAD = "spread"
    TRUE = "true"
    INTEGRATED = "integrated"
    OFF_TRUE = "off_true"
    OFF_INTEGRATED = "off_integrated"


@dataclass(frozen=True, slots=True)
class Lamp:
    """How normal maps are lit: as colour codes where it is off. Angles in radians.

    ``azimuth`` counter-clockwise from the image's right, ``elevation`` above the image plane; ``exaggeration`` steepens
    slopes, ``gloss`` 0 to 1 is the strength of highlights. ``follows``: it stands where the pointer is.
    """

    on: bool = False
    azimuth: float = 2.36
    elevation: float = 0.6
    exaggeration: float = 2.0
    gloss: float = 0.15
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Every choice about how views are drawn; frozen, so that two looks can be compared.

    ``rows`` top to bottom. ``low``/``high``/``threshold`` are heat values, None for the model's own scale.
    ``base`` is what a composite is painted on (RGB or NORMAL). Opacities are 0 to 1. ``active`` is the view that keys
    act on, ``maximised`` the one tile that fills the grid, as ``view/row``. While one annotates, ``paint_row`` is what
    the large picture shows, and masks are drawn in ``paint_mask_style`` instead of ``mask_style``.
    ``normals`` is shown instead of normals' colours, which a lamp that is on takes the place of; ``normals_top`` is the
    upper end of its scale in its own unit, None for one that fits what is on show.
    """

    rows: tuple[Row, ...] = (Row.COMPOSITE,)
    base: Modality = Modality.RGB
    heat_style: MapStyle = MapStyle.FILL
    colours: str = "inferno"
    heat_opacity: float = 0.6
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    mask_style: MapStyle = MapStyle.CONTOUR
    mask_opacity: float = 0.6
    gamma: float = 1.0
    linked: bool = True
    lamp: Lamp = Lamp()
    normals: NormalMap | None = None
    normals_top: float | None = None
    depth: DepthKind = DepthKind.GENERATED
    paint_row: Row = Row.COMPOSITE
    paint_mask_style: MapStyle = MapStyle.FILL
    active: str | None = None
    maximised: str | None = None


class ViewState:
    """The current look, and who wants to know when it changes. Setting what is already so says nothing."""

    changed: ClassVar[Signal] = Signal(Look, Look)
    """(new, old)."""

    def __init__(self, look: Look | None = None) -> None:
        self._look = look or Look()

    @property
    def look(self) -> Look:
        return self._look

    def set(self, **changes: Any) -> None:
        """Change some fields of the look by name."""
        old, new = self._look, replace(self._look, **changes)
        if new != old:
            self._look = new
            self.changed.emit(new, old)
