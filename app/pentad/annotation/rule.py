"""What painting may change: only some classes, only where a picture or a heatmap has certain values."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from pentad.annotation.region import Bools
from pentad.core.arrays import Labels
from pentad.core.box import Box


class Source(StrEnum):
    """What lies under the mask and can be asked about."""

    RGB = "rgb"
    NORMAL = "normal"
    HEAT = "heat"


Values = Callable[[Source, Box], "np.ndarray[tuple[int, ...], np.dtype[np.float32]] | None"]
"""One float32 number a pixel of the box (intensity 0 to 255, or heat), None where the source is not at hand."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Limits every tool. ``only`` are the labels that may change (0 is background), None for all of them.

    ``locked`` are labels that never change and are never painted. ``low`` and ``high`` bound ``source``'s value:
    intensity is the mean of the channels, 0 to 255; heat is in the heatmap's own unit.
    """

    only: frozenset[int] | None = None
    locked: frozenset[int] = frozenset()
    source: Source | None = None
    low: float = 0.0
    high: float = 255.0

    @property
    def free(self) -> bool:
        """Whether it forbids nothing."""
        return self.only is None and not self.locked and self.source is None

    def allowed(self, labels: Labels, box: Box, values: Values) -> Bools | None:
        """(H, W) of ``box``: where ``labels`` (what is there now) may be changed; None for everywhere."""
        if self.free:
            return None
        table = np.ones(256, bool)
        if self.only is not None:
            table[:] = False
            table[list(self.only)] = True
        table[list(self.locked)] = False
        allowed: Bools = np.asarray(cv2.LUT(labels, table.view(np.uint8)), np.uint8).view(bool)
        if self.source is not None:
            found = values(self.source, box)
            if found is None:
                return np.zeros(labels.shape, bool)
            allowed &= (found >= self.low) & (found <= self.high)
        return allowed
