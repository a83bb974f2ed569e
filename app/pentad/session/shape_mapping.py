"""One map of a view's normals, worked out: what a worker does."""

from dataclasses import dataclass
from math import floor, log10

import numpy as np

from pentad.core.arrays import Floats, Normals
from pentad.geometry.normal_maps import detail_normals, difference_deg, mean_curvature, slope_deg
from pentad.geometry.value_pyramid import ValuePyramid
from pentad.session.pixel_scale import PixelScale
from pentad.session.view_state import NormalMap

_SHARES = {NormalMap.SLOPE: 99.0, NormalMap.CURVATURE: 93.0, NormalMap.DETAIL: 97.0, NormalMap.DIFFERENCE: 96.0}
"""Per cent of the values that a scale which fits shows in different colours; the rest of curvatures are sharp edges."""
_LOOKED_AT = 400_000
_LEAST_SIGMA = 0.3
TITLES = {
    NormalMap.SLOPE: "Slope",
    NormalMap.CURVATURE: "Mean curvature",
    NormalMap.DETAIL: "Detail",
    NormalMap.DIFFERENCE: "Difference",
}


@dataclass(frozen=True, slots=True, eq=False)
class ShapeMap:
    """Values of one view's surface: ``unit`` is what they count in, ``made`` says by what they were made.

    ``top`` is a round number that nearly all of them stay below. ``coarse``: there is one value for so many pixels of
    the photo along each axis.
    """

    kind: NormalMap
    pyramid: ValuePyramid
    unit: str
    made: str
    top: float
    coarse: float = 1.0

    @property
    def signed(self) -> bool:
        return self.kind is NormalMap.CURVATURE

    def words(self, value: float) -> str:
        """A value with its unit."""
        if not np.isfinite(value):
            return "none"
        return f"{value:+.3g} {self.unit}" if self.signed else f"{value:.1f}{self.unit}"


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """Which map of normals. ``size`` (height, width) is the photo's; ``sigma_px`` and ``scale`` are of its pixels.

    ``reference`` has the normals' own size, ``against`` says whose they are.
    """

    kind: NormalMap
    size: tuple[int, int]
    sigma_px: float = 8.0
    scale: PixelScale | None = None
    reference: Normals | None = None
    against: str = ""


def shape_map(normals: Normals, wanted: Wanted) -> ShapeMap:
    """The map, as fine as the normals are; Problem where they and the reference differ in size."""
    pitch = wanted.size[1] / normals.shape[1]
    values, unit, made = _values(normals, wanted, pitch)
    pyramid = ValuePyramid.of(values, wanted.size)
    return ShapeMap(wanted.kind, pyramid, unit, made, _top(values, wanted.kind), pitch)


def _values(normals: Normals, wanted: Wanted, pitch: float) -> tuple[Floats, str, str]:
    """The map, its unit, and what made it; ``pitch`` are the photo's pixels for each of the map's."""
    match wanted.kind:
        case NormalMap.SLOPE:
            return slope_deg(normals), "°", "Slope towards the camera"
        case NormalMap.CURVATURE:
            scale = wanted.scale
            made = "Mean curvature" if scale is None else f"Mean curvature, {scale.words}"
            values = mean_curvature(normals, pixel_mm=pitch * (scale.mm if scale is not None else 1.0))
            return values, "1/px" if scale is None else "1/mm", made
        case NormalMap.DETAIL:
            sigma = max(wanted.sigma_px / pitch, _LEAST_SIGMA)
            made = f"Detail finer than {wanted.sigma_px:g} px"
            return slope_deg(detail_normals(normals, sigma_px=sigma)), "°", made
        case NormalMap.DIFFERENCE:
            reference = wanted.reference if wanted.reference is not None else np.zeros_like(normals)
            return difference_deg(normals, reference), "°", f"Difference to {wanted.against}"


def _top(values: Floats, kind: NormalMap) -> float:
    """1, 2 or 5 times a power of ten that nearly all values stay below, and no angle above 90 degrees."""
    flat = values.ravel()[:: max(1, values.size // _LOOKED_AT)]
    flat = np.abs(flat[np.isfinite(flat)])
    high = float(np.percentile(flat, _SHARES[kind])) if flat.size else 0.0
    top = rounded_up(high) if high > 0 else 1.0
    return top if kind is NormalMap.CURVATURE else min(max(top, 1.0), 90.0)


def rounded_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 and so on, also below one; ``value`` is positive."""
    power = 10.0 ** floor(log10(value))
    return next((step * power for step in (1, 2, 5) if step * power >= value * (1 - 1e-9)), 10 * power)
