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
        return Patch(box, self.where[box.within(self.box).slices])

    def patch(self) -> "Patch":
        return self
