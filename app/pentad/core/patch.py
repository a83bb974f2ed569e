"""Some pixels of a rectangle, as yes and no."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Bools
from pentad.core.box import Box


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """The pixels of ``box`` where ``where`` (box.shape) is true."""

    box: Box
    where: Bools

    def inside(self, bounds: Box) -> "Patch":
        """Only what lies in ``bounds``."""
        box = self.box & bounds
        if box.empty:
            return Patch(Box(0, 0, 0, 0), np.zeros((0, 0), bool))
        shifted = Box(box.y0 - self.box.y0, box.x0 - self.box.x0, box.y1 - self.box.y0, box.x1 - self.box.x0)
        return Patch(box, self.where[shifted.slices])

    def patch(self) -> "Patch":
        return self
