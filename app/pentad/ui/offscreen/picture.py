"""A picture of something in three dimensions, and what numbers it can be drawn of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FARTHEST = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What a stage made: ``pixels`` (H, W, 4), top row first.

    ``seconds`` it took; ``whole``: nothing was left out, and no pixels were made larger, for speed. ``renderer`` is
    OpenGL's own name of what drew it.
    """

    pixels: NDArray[np.uint8]
    seconds: float
    whole: bool
    renderer: str

    @property
    def by_software(self) -> bool:
        return any(word in self.renderer.lower() for word in ("llvmpipe", "softpipe", "swrast", "software"))


def within_reach(*arrays: np.ndarray) -> bool:
    """Whether all are numbers that single precision can draw."""
    # Why the bound: beyond it single precision has no millimetres left, and clipping planes go wrong.
    return all((np.abs(values) < _FARTHEST).all() for values in arrays)
