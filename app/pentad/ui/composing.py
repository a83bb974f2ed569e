"""What one tile shows: a look, the pictures at hand and the heat, put together into one layer stack."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pentad.canvas.colours import HeatMapName
from pentad.canvas.layers import BaseLayer, HeatLayer, HeatStyle, LayerStack, MaskLayer
from pentad.canvas.relight import Relight
from pentad.core.heatmap import Heatmap
from pentad.core.problem import Problem
from pentad.core.sample import Modality
from pentad.session.view_state import Lamp, Look, MapStyle, Row
from pentad.ui.picture_loading import Picture

TITLES: Mapping[Row, str] = {
    Row.COMPOSITE: "Composite",
    Row.RGB: "RGB",
    Row.NORMAL: "Normals",
    Row.MASK: "Mask",
    Row.HEATMAP: "Heatmap",
}


@dataclass(frozen=True, slots=True)
class ViewContent:
    """Everything at hand of one view. ``offers`` are the rasters there are; ``judged`` says that a run is on show."""

    offers: frozenset[Modality]
    pictures: Mapping[Modality, Picture] = field(default_factory=dict)
    problems: Mapping[Modality, Problem] = field(default_factory=dict)
    heatmap: Heatmap | None = None
    judged: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What stands where there is nothing to show."""

    text: str


def modalities_for(look: Look) -> tuple[Modality, ...]:
    """Which rasters a look needs, the most urgent first."""
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
    return LayerStack(base.size, base.base, heat, _mask_layer(look, content, base.size))


def _alone(modality: Modality, look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    picture = content.pictures.get(modality)
    if picture is not None and picture.colours is not None:
        relight = _relight(look.lamp) if modality is Modality.NORMAL else None
        return LayerStack(picture.size, BaseLayer(picture.colours, look.gamma, relight=relight))
    if modality in content.problems:
        return content.problems[modality]
    if modality not in content.offers:
        return Words("No normal map" if modality is Modality.NORMAL else "No photo")
    return Words("Loading…")


def _relight(lamp: Lamp) -> Relight | None:
    return Relight(lamp.azimuth, lamp.elevation, lamp.exaggeration, lamp.gloss) if lamp.on else None


def _mask_layer(look: Look, content: ViewContent, size: tuple[int, int]) -> MaskLayer | None:
    picture = content.pictures.get(Modality.MASK)
    if picture is None or picture.labels is None or look.mask_style is MapStyle.OFF or picture.size != size:
        return None
    return MaskLayer(picture.labels, opacity=look.mask_opacity, outline=look.mask_style is MapStyle.CONTOUR)


def _mask_alone(look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    picture = content.pictures.get(Modality.MASK)
    if picture is not None and picture.labels is not None:
        return LayerStack(picture.size, mask=MaskLayer(picture.labels, opacity=1.0))
    if Modality.MASK in content.problems:
        return content.problems[Modality.MASK]
    return Words("Loading…" if Modality.MASK in content.offers else "No mask: nothing is marked here")


def _heat_alone(look: Look, content: ViewContent) -> LayerStack | Problem | Words:
    heatmap = content.heatmap
    if heatmap is None:
        return Words("Not judged yet" if content.judged else "No heatmap yet: run Models > Detect")
    size = next((picture.size for picture in content.pictures.values()), None)
    low, high = heat_range(look, heatmap)
    heat = HeatLayer(heatmap, low, high, heat_colours(look), opacity=1.0, fade=0.0)
    return LayerStack(size or (heatmap.values.shape[0], heatmap.values.shape[1]), heat=heat)
