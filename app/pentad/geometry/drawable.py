"""A part's surface made ready to be drawn: few enough triangles to stand still with, and fewer to move with."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles, Floats
from pentad.core.problem import Problem
from pentad.geometry.surface import Faces, Indices, Surface

MOST_STILL, MOST_MOVING = 1_200_000, 60_000
"""Triangles."""
_AXIS = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class Triangles:
    """``vertices`` (V, 3) float32 and ``faces`` (F, 3) int32 as graphics cards take them.

    ``origin`` (N,) says into which of these vertices each vertex of the surface went.
    """

    vertices: Floats
    faces: NDArray[np.int32]
    origin: Indices

    def carried(self, values: Floats) -> Floats:
        """(V,) the greatest of the surface's ``values`` (N,) that went into each vertex; NaN where all of them are."""
        found = np.full(len(self.vertices), -np.inf, np.float32)
        np.maximum.at(found, self.origin, np.where(np.isnan(values), -np.inf, values))
        return np.where(np.isneginf(found), np.nan, found).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Drawable:
    """A surface at two resolutions; ``still`` and ``moving`` are one and the same where it is small.

    ``surface`` has the large triangles of the part divided, so that heat has vertices to lie on. ``notes`` are what a
    person should know about it; it can be drawn all the same.
    """

    surface: Surface
    still: Triangles
    moving: Triangles
    notes: tuple[Problem, ...] = ()


def drawable(surface: Surface, *, still: int = MOST_STILL, moving: int = MOST_MOVING) -> Drawable:
    """Divide large triangles, or reduce the surface to at most so many of them; seconds for millions."""
    notes = []
    if len(surface.faces) > still:
        why = f"it has {len(surface.faces):,} triangles; at most {still:,} are drawn, all are measured with"
        notes.append(Problem("The part is drawn coarser than it is", why, remedy="Nothing needs to be done."))
    if crowded := crowded_edges(surface.faces):
        why = f"{crowded:,} of its edges belong to more than two triangles"
        remedy = "Repair the mesh; until then, what is hidden behind such edges may be judged wrongly."
        notes.append(Problem("The part's mesh is not a proper surface", why, remedy=remedy))
    surface = divided(surface, most=moving)
    fine = clustered(surface.vertices, surface.faces, most=still)
    coarse = fine
    if len(fine.faces) > moving:
        coarse = clustered(fine.vertices, fine.faces, most=moving)
        coarse = replace(coarse, origin=coarse.origin[fine.origin])
    return Drawable(surface, fine, coarse, tuple(notes))


def divided(surface: Surface, *, most: int) -> Surface:
    """The same surface in more triangles of more equal size, at most ``most``; as it is where there are enough."""
    count = len(surface.faces)
    if 2 * count > most:
        return surface
    corners = surface.vertices[surface.faces]
    sides = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    longest, doubled = sides.max(axis=1), np.linalg.norm(crossed, axis=1)
    limit = float(np.sqrt(2 * doubled.sum() / most))
    while float(((parts := np.ceil(longest / limit).clip(1)) ** 2).sum()) > most:
        limit *= 1.1
    pieces = [_split(corners[parts == each], int(each)) for each in np.unique(parts)]
    places = np.concatenate([piece.reshape(-1, 3) for piece in pieces])
    return Surface.of(places, np.arange(len(places)).reshape(-1, 3))


def _split(corners: Doubles, parts: int) -> Doubles:
    """(T, 3, 3) triangles, each side cut into ``parts``: (T * parts^2, 3, 3)."""
    a, b = np.divmod(np.arange((parts + 1) ** 2), parts + 1)
    at = {(int(i), int(j)): row for row, (i, j) in enumerate(zip(a, b, strict=True))}
    upright = [(at[i, j], at[i + 1, j], at[i, j + 1]) for i in range(parts) for j in range(parts - i)]
    turned = [(at[i + 1, j], at[i + 1, j + 1], at[i, j + 1]) for i in range(parts) for j in range(parts - i - 1)]
    weights = np.stack([parts - a - b, a, b], axis=1) / parts
    places = np.einsum("wk,tkx->twx", weights, corners)
    return np.asarray(places[:, np.array(upright + turned)].reshape(-1, 3, 3))


def crowded_edges(faces: Faces) -> int:
    """How many edges belong to more than two triangles."""
    return int(np.count_nonzero(uses_of_edges(faces) > 2))


def uses_of_edges(faces: Faces) -> Indices:
    """Of each edge, how many triangles it belongs to; a triangle with two corners in one place has no edges."""
    proper = faces[(faces != np.roll(faces, 1, axis=1)).all(axis=1)]
    ends = np.concatenate([proper[:, [0, 1]], proper[:, [1, 2]], proper[:, [2, 0]]]).astype(np.int64)
    ends.sort(axis=1)
    keys = ends[:, 0] * (int(faces.max()) + 1) + ends[:, 1]
    keys.sort()
    firsts = np.flatnonzero(np.diff(keys, prepend=-1))
    return np.diff(firsts, append=len(keys)).astype(np.int64)


def clustered(vertices: Doubles | Floats, faces: Faces, *, most: int) -> Triangles:
    """At most ``most`` triangles: vertices within one cell of a grid become their mean (Rossignac and Borrel 1993)."""
    if len(faces) <= most:
        same = np.arange(len(vertices), dtype=np.int64)
        return Triangles(vertices.astype(np.float32), np.asarray(faces, np.int32), same)
    low, size = vertices.min(axis=0), np.ptp(vertices, axis=0)
    corners = vertices[faces[:: max(1, len(faces) // 200_000)]]
    sides = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    area = float(np.linalg.norm(sides, axis=1).sum()) / 2 * len(faces) / len(corners)
    # A cell's patch of skin makes about two triangles.
    cell = max(np.sqrt(2 * area / most), float(size.max()) / (_AXIS - 1), 1e-12)
    while True:
        places = ((vertices - low) / cell).astype(np.int64)
        keys = (places[:, 0] * _AXIS + places[:, 1]) * _AXIS + places[:, 2]
        _, origin, count = np.unique(keys, return_inverse=True, return_counts=True)
        origin = origin.reshape(-1)
        merged = origin[faces]
        a, b, c = merged.T
        merged = merged[(a != b) & (b != c) & (c != a)]
        if len(merged) <= most:
            break
        cell *= max(1.05, np.sqrt(len(merged) / most))
    means = np.stack([np.bincount(origin, vertices[:, axis]) for axis in range(3)], axis=1) / count[:, None]
    return Triangles(means.astype(np.float32), np.ascontiguousarray(merged, np.int32), origin.astype(np.int64))
