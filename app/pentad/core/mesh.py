"""A surface made of triangles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles in millimetres: ``vertices`` (V, 3) float64, ``faces`` (F, 3) int64 indices into them."""

    vertices: Doubles
    faces: NDArray[np.int64]
