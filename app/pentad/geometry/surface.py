"""A part's surface as triangles, and where rays meet it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.problem import Problem

Faces = NDArray[np.int32]
Indices = NDArray[np.int64]

_MOST_FACES = 20_000_000
_FARTHEST = 1e9
_RAYS = 10_000
"""Sent at once: embree keeps the interpreter meanwhile, and so the window."""
_AT_ONCE = 1_000_000
"""Triangles looked at in one sum."""
_REMEDY = "Export the part's mesh again, in millimetres"


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The skin of a part in rig millimetres: ``vertices`` (V, 3), ``faces`` (F, 3), ``normals`` (F, 3) of unit length.

    A face's normal is that of its corners taken anticlockwise; a face without area has none, and zeros there.
    """

    vertices: Doubles
    faces: Faces
    normals: Doubles = field(repr=False)

    @classmethod
    def of(cls, vertices: ArrayLike, faces: ArrayLike) -> "Surface":
        """A checked surface, vertices at one place made one; Problem for what is none."""
        places, corners = _checked(vertices, faces)
        places, number = _merged(places)
        merged = number[corners]
        crossed = np.cross(places[merged[:, 1]] - places[merged[:, 0]], places[merged[:, 2]] - places[merged[:, 0]])
        doubled = np.linalg.norm(crossed, axis=1)
        if not doubled.any():
            raise Problem("The mesh has no area", "all of its triangles are points or lines", remedy=_REMEDY)
        normals = crossed / np.where(doubled > 0, doubled, 1)[:, None]
        return cls(np.ascontiguousarray(places), np.ascontiguousarray(merged), normals)

    def placed(self, pose: ArrayLike) -> "Surface":
        """Turned, scaled and shifted by ``pose`` (4, 4)."""
        by = np.asarray(pose, np.float64)
        return Surface.of(self.vertices @ by[:3, :3].T + by[:3, 3], self.faces)

    @property
    def mesh(self) -> Mesh:
        """Its triangles alone."""
        return Mesh(self.vertices, self.faces)

    @property
    def bounds(self) -> Doubles:
        """(2, 3) the least and the greatest coordinates."""
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)])

    def first_hits(self, origins: ArrayLike, directions: ArrayLike) -> tuple[Doubles, Indices]:
        """Where (N, 3) rays meet the surface first: (N, 3) points, NaN for none, and (N,) faces, -1 for none.

        embree finds the face, in float32; the point is where the ray meets that face's plane, in float64.
        """
        return Rays(self).first_hits(origins, directions)

    def surrounds(self, point: ArrayLike) -> bool:
        """Whether ``point`` (3,) lies within: by the winding number, so the mesh need not be quite closed.

        Jacobson et al. 2013, eq. 5; the solid angle of a triangle by van Oosterom and Strackee 1983.
        """
        here = np.asarray(point, np.float64)
        total = 0.0
        for start in range(0, len(self.faces), _AT_ONCE):
            a, b, c = (self.vertices[self.faces[start : start + _AT_ONCE, k]] - here for k in range(3))
            la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
            upper = np.einsum("fi,fi->f", a, np.cross(b, c))
            ab, bc, ca = (np.einsum("fi,fi->f", *pair) for pair in ((a, b), (b, c), (c, a)))
            total += float(np.arctan2(upper, la * lb * lc + ab * lc + bc * la + ca * lb).sum())
        return abs(total) / (2 * np.pi) > 0.5

    def check_outside(self, camera: Camera) -> None:
        """Problem where ``camera`` stands inside the part."""
        low, high = self.bounds
        if ((camera.centre > low) & (camera.centre < high)).all() and self.surrounds(camera.centre):
            raise Problem(
                f"The camera {camera.name} stands inside the part",
                "the mesh and the calibration do not belong together as they are",
                remedy="Check the mesh's unit (millimetres) and its place in the rig",
            )


class Rays:
    """A surface ready to be hit, for many questions of one thread."""

    def __init__(self, surface: Surface) -> None:
        from embreex.mesh_construction import TriangleMesh  # Why: compiled, and not needed to open a window.
        from embreex.rtcore_scene import EmbreeScene

        self._surface = surface
        low, high = surface.bounds
        # Why: embree counts in float32; about its own middle a part keeps its microns.
        self._middle = (low + high) / 2
        self._radius = float(np.linalg.norm(high - low)) / 2 * 1.01 + 1e-6
        self._scene = EmbreeScene(robust=True)
        moved = np.ascontiguousarray(surface.vertices - self._middle, np.float32)
        self._mesh = TriangleMesh(self._scene, moved, surface.faces)

    def first_hits(self, origins: ArrayLike, directions: ArrayLike) -> tuple[Doubles, Indices]:
        """As ``Surface.first_hits``."""
        start = np.atleast_2d(np.asarray(origins, np.float64))
        way = np.atleast_2d(np.asarray(directions, np.float64))
        start, way = np.broadcast_arrays(start, way)
        points, faces = np.full(way.shape, np.nan), np.full(len(way), -1, np.int64)
        for first in range(0, len(way), _RAYS):
            part = slice(first, first + _RAYS)
            points[part], faces[part] = self._hits(start[part], way[part])
        return points, faces

    def _hits(self, start: Doubles, way: Doubles) -> tuple[Doubles, Indices]:
        points, faces = np.full(way.shape, np.nan), np.full(len(way), -1, np.int64)
        length = np.linalg.norm(way, axis=1)
        sound = np.flatnonzero(np.isfinite(start).all(axis=1) & np.isfinite(length) & (length > 0))
        if not sound.size:
            return points, faces
        ahead, begin = way[sound] / length[sound, None], start[sound] - self._middle
        skipped = np.maximum(-np.einsum("ni,ni->n", begin, ahead) - self._radius, 0)
        begin = begin + ahead * skipped[:, None]
        found = self._scene.run(begin.astype(np.float32), ahead.astype(np.float32), output=1)["primID"]
        met = np.flatnonzero(found >= 0)
        hit = found[met].astype(np.int64)
        normals = self._surface.normals[hit]
        corner = self._surface.vertices[self._surface.faces[hit, 0]] - self._middle
        begin, ahead = begin[met], ahead[met]
        with np.errstate(divide="ignore", invalid="ignore"):
            along = np.einsum("ni,ni->n", corner - begin, normals) / np.einsum("ni,ni->n", ahead, normals)
            points[sound[met]] = begin + ahead * along[:, None] + self._middle
        faces[sound[met]] = hit
        return points, faces


def _merged(places: Doubles) -> tuple[Doubles, Faces]:
    """Each place once, and (V,) which of them each vertex is; five times as fast as numpy makes rows unique."""
    order = np.lexsort((places[:, 2], places[:, 1], places[:, 0]))
    in_order = places[order]
    new = np.ones(len(places), bool)
    new[1:] = (in_order[1:] != in_order[:-1]).any(axis=1)
    number = np.empty(len(places), np.int32)
    number[order] = np.cumsum(new) - 1
    return in_order[new], number


def _checked(vertices: ArrayLike, faces: ArrayLike) -> tuple[Doubles, Faces]:
    with np.errstate(invalid="ignore"):  # Why: a signalling NaN warns; it is told below.
        places, corners = np.asarray(vertices, np.float64), np.asarray(faces)
    if places.ndim != 2 or places.shape[1:] != (3,) or corners.ndim != 2 or corners.shape[1:] != (3,):
        why = f"vertices {places.shape} and faces {corners.shape} are not (V, 3) and (F, 3)"
        raise Problem("This is no mesh of triangles", why, remedy=_REMEDY)
    if not len(places) or not len(corners):
        raise Problem("The mesh has no surface", "there are no triangles in it", remedy=_REMEDY)
    if len(corners) > _MOST_FACES:
        why = f"it has {len(corners):,} triangles; {_MOST_FACES:,} can be used"
        raise Problem("The mesh is too fine", why, remedy="Simplify it")
    if not np.issubdtype(corners.dtype, np.integer):
        raise Problem("The mesh's faces are no whole numbers", f"they are {corners.dtype}", remedy=_REMEDY)
    if int(corners.min()) < 0 or int(corners.max()) >= len(places):
        wrong = int(corners.min()) if int(corners.min()) < 0 else int(corners.max())
        why = f"one names vertex {wrong}, and there are {len(places):,}"
        raise Problem("The mesh has a face that is out of range", why, remedy=_REMEDY)
    if not np.isfinite(places).all():
        bad = int((~np.isfinite(places).all(axis=1)).sum())
        raise Problem("The mesh has vertices that are not numbers", f"{bad:,} of {len(places):,}", remedy=_REMEDY)
    if (reach := float(np.abs(places).max())) > _FARTHEST:
        why = f"it reaches {reach:.3g} from the origin; {_FARTHEST:.0e} is the limit"
        raise Problem("The mesh is larger than any part", why, remedy=_REMEDY)
    return places, corners.astype(np.int32)
