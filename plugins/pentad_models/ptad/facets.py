"""What mesh2splat makes of one triangle: the plane it is seen along, and its Gaussians' axes and lengths."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles, Floats

Indices = NDArray[np.int64]

_PLANES = np.array([[1, 2], [0, 2], [0, 1]])
"""The two axes of the grid, by the axis it is seen along."""
_ALIKE = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """Gaussians without places, one for each of T triangles, float32.

    ``scales`` (T, 3) for a standard deviation of one cell, the third zero; ``rotations`` (T, 4) w x y z; ``normals``
    (T, 3), outwards of anticlockwise corners.
    """

    scales: Floats
    rotations: Floats
    normals: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Facets:
    """Triangles with area, in units in which the whole mesh is about 1 long, its least coordinates zero.

    ``corners`` (T, 3, 3), ``normals`` (T, 3) and the axis each is seen along, ``dominant`` (T,); ``extent`` (3,) is
    the whole mesh's.
    """

    corners: Doubles
    normals: Doubles
    dominant: Indices
    extent: Doubles

    @classmethod
    def of(cls, corners: Doubles, extent: Doubles) -> "Facets":
        """Those of the triangles ``corners`` (F, 3, 3) that have an area."""
        crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        doubled = np.linalg.norm(crossed, axis=1)
        sound = doubled > 0
        normals = crossed[sound] / doubled[sound, None]
        x, y, z = np.abs(normals).T
        # Why not plainly more: a face between two axes would go to either, by how its corners are rounded.
        dominant = np.where((x > y + _ALIKE) & (x > z + _ALIKE), 0, np.where(y > z + _ALIKE, 1, 2)).astype(np.int64)
        return cls(corners[sound], normals, dominant, extent)

    def __len__(self) -> int:
        return len(self.corners)

    def chosen(self, wanted: Bools) -> "Facets":
        return Facets(self.corners[wanted], self.normals[wanted], self.dominant[wanted], self.extent)

    @property
    def reach(self) -> Doubles:
        """(T,) how long the grid is that each triangle is seen on: the longer side of the mesh's box there."""
        return np.asarray(self.extent[_PLANES[self.dominant]].max(axis=1))

    def cells(self, resolution: int) -> Doubles:
        """(T, 3, 2) the corners in cells of the grid."""
        planes = np.repeat(_PLANES[self.dominant][:, None], 3, axis=1)
        return np.take_along_axis(self.corners, planes, axis=2) * (resolution / self.reach)[:, None, None]

    def faithful(self) -> Shapes:
        """As the tool has it: how long the grid's two derivatives are, along the longest edge and across it.

        They are not the derivatives' own directions, so slanted triangles get Gaussians that are wrong by up to half.
        """
        a, b = self._slopes()
        lengths = self.reach[:, None] * np.stack([np.sqrt(1 + a * a), np.sqrt(1 + b * b), np.zeros(len(a))], axis=1)
        corners = self.corners
        first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        third = corners[:, 2] - corners[:, 1]
        one, two, three = (np.linalg.norm(edge, axis=1) for edge in (first, second, third))
        by_second = (two > one) & (two > three)
        by_third = ~by_second & (three > one) & (three > two)
        along = np.where(by_second[:, None], second, np.where(by_third[:, None], third, first))
        other = np.where(by_second[:, None], first, second)
        x, z = _unit(along), _unit(np.cross(along, other))
        return Shapes(lengths.astype(np.float32), _quaternions(x, np.cross(z, x)), self.normals.astype(np.float32))

    def exact(self) -> Shapes:
        """The grid's round Gaussian carried onto the triangle: covariance J J^T, J = d(x, y, z) / d(u, v).

        With slopes a, b of the plane over the grid, J^T J = 1 + (a, b)(a, b)^T: one axis goes up the slope and is
        1 / cos long, the other goes along it and is 1.
        """
        a, b = self._slopes()
        steep = np.hypot(a, b)
        up_u, up_v = np.where(steep > 0, [a, b], [[1.0], [0.0]]) / np.where(steep > 0, steep, 1)
        lengths = self.reach[:, None] * np.stack([np.hypot(1, steep), np.ones(len(a)), np.zeros(len(a))], axis=1)
        up = self._lifted(up_u, up_v, up_u * a + up_v * b)
        along = self._lifted(-up_v, up_u, np.zeros(len(a)))
        return Shapes(lengths.astype(np.float32), _quaternions(_unit(up), along), self.normals.astype(np.float32))

    def _slopes(self) -> tuple[Doubles, Doubles]:
        """How far the plane rises along the dominant axis for each step of u, and of v."""
        at = np.arange(len(self.corners))
        planes = _PLANES[self.dominant]
        steep = self.normals[at, self.dominant]
        return -self.normals[at, planes[:, 0]] / steep, -self.normals[at, planes[:, 1]] / steep

    def _lifted(self, u: Doubles, v: Doubles, rise: Doubles) -> Doubles:
        """(T, 3) vectors with these parts along the grid's axes and the dominant one."""
        at, planes = np.arange(len(self.corners)), _PLANES[self.dominant]
        vectors = np.empty((len(at), 3))
        vectors[at, planes[:, 0]], vectors[at, planes[:, 1]], vectors[at, self.dominant] = u, v, rise
        return vectors


def _unit(vectors: Doubles) -> Doubles:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _quaternions(first: Doubles, second: Doubles) -> Floats:
    """(T, 4) w x y z of the rotations whose first two columns are these."""
    from scipy.spatial.transform import Rotation  # Why: a quarter of a second, not needed to list the plug-in.

    columns = np.stack([first, second, np.cross(first, second)], axis=-1)
    if not len(columns):
        return np.empty((0, 4), np.float32)
    return np.asarray(Rotation.from_matrix(columns).as_quat(scalar_first=True), np.float32)
