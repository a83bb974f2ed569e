"""Suspicion per pixel, with the scale that makes it readable."""

from dataclasses import dataclass

from pentad.core.arrays import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Heatmap:
    """How suspicious each place of one view is: higher is worse.

    ``values`` (h, w) float32 covers the whole image at the model's own resolution; map cell edges, not centres, align
    with image edges. ``low`` and ``high`` are the model's own scale: what is ordinary and what is surely not, so that
    two maps of one model can be compared by eye.
    """

    values: Floats
    low: float
    high: float
