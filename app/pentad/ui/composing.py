"""What one tile shows: a look, the pictures at hand and the heat, put together into one layer stack."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pentad.canvas.colours import Colour, HeatMapName
from pentad.canvas.layers import BaseLayer, HeatLayer, HeatStyle, LabelStyle, LayerStack, MapLayer, MaskLayer
from pentad.canvas.relight import Relight
from pentad.core.heatmap import Heatmap
from pentad.core.label_class import LabelClass
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.session.depth_maps import OFFS, DepthMap, NoDepth
from pentad.session.shape_maps import Shown
from pentad.session.view_state import DepthKind, Lamp, Look, MapStyle, NormalMap, Row
from pentad.ui.picture_loading import Picture

MAP_COLOURS: Mapping[NormalMap, HeatMapName] = {
    NormalMap.SLOPE: HeatMapName.VIRIDIS,
    NormalMap.CURVATURE: HeatMapName.DIVERGING,
    NormalMap.DETAIL: HeatMapName.MAGMA,
    NormalMap.DIFFERENCE: HeatMapName.INFERNO,
}
DEPTH_COLOURS, SPREAD_COLOURS = HeatMapName.VIRIDIS, HeatMapName.MAGMA
RasterKey = tuple[str, Modality]
"""(view name, modality)."""
TITLES: Mapping[Row, str] = {
    Row.COMPOSITE: "Composite",
    Row.RGB: "RGB",
    Row.NORMAL: "Normals",
    Row.DEPTH: "Depth",
    Row.MASK: "Mask",
    Row.HEATMAP: "Heatmap",
}


@dataclass(frozen=True, slots=True)
class ViewContent:
    """Everything at hand of one view. ``offers`` are the rasters there are; ``judged`` says that a run is on show.

    ``painting``: one annotates, and every picture of the view shows its mask. ``shape`` is what the look wants to see
    of the normals instead of their colours: None while it is worked out. ``depth`` likewise is what it wants to see of
    depth.
    """

    offers: frozenset[Modality]
    pictures: Mapping[Modality, Picture] = field(default_factory=dict)
    problems: Mapping[Modality, Problem] = field(default_factory=dict)
    heatmap: Heatmap | None = None
    judged: bool = False
    painting: bool = False
    classes: tuple[LabelClass, ...] = ()
    shape: Shown | Problem | None = None
    depth: DepthMap | Problem | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What stands where there is nothing to show."""

    text: str


def rows_of(sample: Sample, view: str, *, judged: bool, deep: bool) -> tuple[Row, ...]:
    """What there is to see of a view while one annotates it."""
    offered = sample.view(view).rasters
    there = {Row.NORMAL: Modality.NORMAL in offered, Row.DEPTH: deep, Row.HEATMAP: judged}
    return tuple(row for row in Row if there.get(row, True))


def rasters_for(sample: Sample, look: Look, *, close: str | None) -> tuple[RasterKey, ...]:
    """Which rasters a look at a sample needs, the most urgent first. ``close`` is the view one annotates, if any."""
    views = [view.name for view in sample.views]
    if close is None:
        return tuple((view, modality) for modality in modalities_for(look) for view in views)
    others = [view for view in views if view != close]
    own = dict.fromkeys((look.base, Modality.MASK, Modality.RGB, Modality.NORMAL))
    first = [(close, look.base), (close, Modality.MASK)]
    rest = [*((view, look.base) for view in others), *((close, modality) for modality in own)]
    return tuple(dict.fromkeys([*first, *rest, *((view, Modality.MASK) for view in others)]))


def modalities_for(look: Look) -> tuple[Modality, ...]:
    """Which rasters the grid needs of every view, the most urgent first."""
    wanted: list[Modality] = []
    if {Row.COMPOSITE, Row.MASK, Row.HEATMAP} & set(look.rows):
        wanted.append(look.base)
    if Row.RGB in look.rows:
        wanted.append(Modality.RGB)
    if Row.NORMAL in look.rows:
        wanted.append(Modality.NORMAL)
    shows_mask = Row.MASK in look.rows or (Row.COMPOSITE in look.rows and look.mask_style is not MapStyle.OFF)
    if shows_mask:
        wanted.append(Modality.MASK)
    return tuple(dict.fromkeys(wanted))


def compose(row: Row, look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    """What the tile in ``row`` shows."""
    match row:
        case Row.COMPOSITE:
            return _composite(look, content)
        case Row.RGB:
            return _alone(Modality.RGB, look, content)
        case Row.NORMAL:
            return _alone(Modality.NORMAL, look, content)
        case Row.DEPTH:
            return _depth(look, content)
        case Row.MASK:
            return _mask_alone(look, content)
        case Row.HEATMAP:
            return _heat_alone(look, content)


def heat_range(look: Look, heatmap: Heatmap) -> tuple[float, float]:
    """The ends of the colour map: what was chosen, else the model's own scale."""
    low = heatmap.low if look.low is None else look.low
    high = heatmap.high if look.high is None else look.high
    return low, max(high, low + 1e-9)


def heat_colours(look: Look) -> HeatMapName:
    return HeatMapName(look.colours) if look.colours in set(HeatMapName) else HeatMapName.INFERNO


def _composite(look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    base = _alone(look.base, look, content)
    if not isinstance(base, LayerStack):
        return base
    heat = None
    if content.heatmap is not None and look.heat_style is not MapStyle.OFF:
        low, high = heat_range(look, content.heatmap)
        heat = HeatLayer(
            content.heatmap,
            low,
            high,
            heat_colours(look),
            look.heat_opacity,
            threshold=look.threshold,
            style=HeatStyle.CONTOUR if look.heat_style is MapStyle.CONTOUR else HeatStyle.FILL,
        )
    return LayerStack(base.size, base.base, heat, base.mask or _mask_layer(look, content, base.size), base.map)


def _alone(modality: Modality, look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    if modality is Modality.NORMAL and look.normals is not None and modality in content.offers:
        return _shape(look, content)
    picture = content.pictures.get(modality)
    if picture is not None and picture.colours is not None:
        relight = _relight(look.lamp) if modality is Modality.NORMAL else None
        mask = _mask_layer(look, content, picture.size) if content.painting else None
        return LayerStack(picture.size, BaseLayer(picture.colours, look.gamma, relight=relight), mask=mask)
    if modality in content.problems:
        return content.problems[modality]
    if modality not in content.offers:
        return Words("No normal map" if modality is Modality.NORMAL else "No photo")
    return Words("Loading…")


def _shape(look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    """A map of the surface in the place of the normals' colours."""
    shown = content.shape
    if shown is None:
        return Words("Working it out…")
    if isinstance(shown, Problem):
        return shown
    layer = MapLayer(shown.map.pyramid, shown.low, shown.high, MAP_COLOURS[shown.map.kind])
    size = shown.map.pyramid.size
    return LayerStack(size, mask=_mask_layer(look, content, size) if content.painting else None, map=layer)


def _depth(look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    """Depth in colours, far is bright."""
    shown = content.depth
    if shown is None:
        return Words("Working it out…")
    if isinstance(shown, NoDepth):
        return Words(f"{shown}. {shown.remedy}")
    if isinstance(shown, Problem):
        return shown
    layer = MapLayer(shown.pyramid, shown.low, shown.high, depth_colours(shown.kind))
    size = shown.pyramid.size
    return LayerStack(size, mask=_mask_layer(look, content, size) if content.painting else None, map=layer)


def depth_colours(kind: DepthKind) -> HeatMapName:
    """The colours of a map of this kind."""
    if kind in OFFS:
        return HeatMapName.DIVERGING
    return SPREAD_COLOURS if kind is DepthKind.SPREAD else DEPTH_COLOURS


def _relight(lamp: Lamp) -> Relight | None:
    return Relight(lamp.azimuth, lamp.elevation, lamp.exaggeration, lamp.gloss) if lamp.on else None


def _mask_layer(look: Look, content: ViewContent, size: tuple[int, int]) -> MaskLayer | None:
    picture = content.pictures.get(Modality.MASK)
    style = look.paint_mask_style if content.painting else look.mask_style
    if picture is None or picture.labels is None or style is MapStyle.OFF:
        return None
    if picture.size != size and not content.painting:
        return None
    outline = style is MapStyle.CONTOUR
    return MaskLayer(picture.labels, label_styles(content.classes), look.mask_opacity, outline)


def _mask_alone(look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    picture = content.pictures.get(Modality.MASK)
    if picture is not None and picture.labels is not None:
        return LayerStack(picture.size, mask=MaskLayer(picture.labels, label_styles(content.classes), 1.0))
    if Modality.MASK in content.problems:
        return content.problems[Modality.MASK]
    coming = Modality.MASK in content.offers or content.painting
    return Words("Loading…" if coming else "No mask: nothing is marked here")


def _heat_alone(look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    heatmap = content.heatmap
    if heatmap is None:
        return Words("Not judged yet" if content.judged else "No heatmap yet: run Models > Detect")
    size = next((picture.size for picture in content.pictures.values()), None)
    low, high = heat_range(look, heatmap)
    heat = HeatLayer(heatmap, low, high, heat_colours(look), opacity=1.0, fade=0.0)
    size = size or (heatmap.values.shape[0], heatmap.values.shape[1])
    return LayerStack(size, heat=heat, mask=_mask_layer(look, content, size) if content.painting else None)


def label_styles(classes: tuple[LabelClass, ...]) -> tuple[LabelStyle, ...]:
    return tuple(
        LabelStyle(known.index, colour_of(known), known.visible, known.opacity, known.contour) for known in classes
    )


def colour_of(known: LabelClass) -> Colour:
    value = int(known.colour.removeprefix("#"), 16)
    return value >> 16, value >> 8 & 255, value & 255
