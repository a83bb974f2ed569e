"""A part's shape as triangles, as it travels between the layers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Triangles: ``vertices`` (V, 3) in the file's own coordinates, ``faces`` (F, 3) int32, each a vertex's index.

    Plain arrays, checked by whoever reads them; ``geometry.surface.Surface`` is such a mesh with normals and rays.
    """

    vertices: Doubles
    faces: NDArray[np.int32]

    @property
    def bounds(self) -> Doubles:
        """(2, 3) the least and the greatest coordinates."""
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)])
