"""Lengths, areas and angles on a part's surface, and what one pixel of pointing error makes of them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.patch import Patch
from pentad.core.problem import Problem
from pentad.geometry.footprint import footprints
from pentad.geometry.projection import rays
from pentad.geometry.surface import Indices, Rays, Surface
from pentad.sdk import Ticket

_CREASE = np.cos(np.radians(40.0))
"""Faces that meet at a sharper angle are not one curved surface."""
_AT_ONCE = 50_000
_LONGEST_WAY_PX = 2_000_000
_LONG_STEP = 4.0
"""Of the median step along a line, from which a step may go over an edge."""
_FINER = 8
"""Parts that such a step is looked at in."""
_OFF = "Point at a place where the part's mesh is seen"


@dataclass(frozen=True, slots=True)
class Measured:
    """A number with its ``unit`` ("mm", "mm²", "rad", "°") and ``sigma``, what an error of one pixel makes of it."""

    value: float
    sigma: float
    unit: str

    @property
    def words(self) -> str:
        """ "3.41 ± 0.12 mm²", to two digits of the error; "3.41 mm²" where the error is not finite."""
        unit = self.unit if self.unit == "\N{DEGREE SIGN}" else f" {self.unit}"
        if not np.isfinite(self.sigma):
            return f"{self.value:,.2f}{unit}"
        # Why two digits without an error: of an area, all of the outline may lie beside the part.
        digits = min(4, max(0, 1 - math.floor(math.log10(self.sigma)))) if self.sigma > 0 else 2
        return f"{self.value:,.{digits}f} ± {self.sigma:,.{digits}f}{unit}"


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A pixel ``y, x`` of a view, pointed at; whole or not."""

    camera: Camera
    y: float
    x: float


class Gauge:
    """A surface to be measured on; for one thread.

    ``sigma`` is first order: for points, the root of the summed squares of what one pixel up and one pixel across at
    each of them changes (central differences over a pixel), as if each were pointed at apart from the others.
    Infinite where that pixel falls off the part.
    """

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._rays = Rays(surface)

    def distance_mm(self, start: Sight, end: Sight) -> Measured:
        """Straight from one point to the other, which may be seen in different views."""

        def length(points: Doubles, faces: Indices) -> Doubles:
            return np.asarray(np.linalg.norm(points[1] - points[0], axis=-1))

        return self._between((start, end), length, "mm")

    def angle_rad(self, start: Sight, end: Sight) -> Measured:
        """Between the surface's normals at two points, 0 to pi; smoothed over faces that meet at up to 40 degrees."""

        def angle(points: Doubles, faces: Indices) -> Doubles:
            one, other = (self.normals(at, face) for at, face in zip(points, faces, strict=True))
            crossed = np.linalg.norm(np.cross(one, other), axis=-1)
            return np.asarray(np.arctan2(crossed, np.einsum("ni,ni->n", one, other)))

        return self._between((start, end), angle, "rad")

    def path_mm(self, camera: Camera, pixels: Doubles) -> Measured:
        """Along the surface beneath the polyline ``pixels`` (N, 2) y, x of one view.

        The surface is met at every pixel of the way. Problem where the line leaves the part, and where the surface
        breaks off to what lies behind it.
        """
        corners = np.asarray(pixels, np.float64).reshape(-1, 2)
        if len(corners) < 2 or not np.isfinite(corners).all():
            raise Problem("This is no line", "it needs two points", remedy="Point at two places or more")
        counts = np.maximum(np.ceil(np.linalg.norm(np.diff(corners, axis=0), axis=1)), 1).astype(np.int64)
        if counts.sum() > _LONGEST_WAY_PX:
            raise Problem("The line is too long", f"{counts.sum():,} px", remedy="Draw a shorter one")
        way, met = self._beneath(camera, np.stack([corners[:-1], corners[1:]], axis=1), counts)
        lengths = _lengths(met, counts)
        if not np.isfinite(lengths).all():
            raise Problem("The line leaves the part", "it cannot be followed there", remedy=_OFF)
        ends = np.cumsum(counts + 1)[:-1]
        if any(self._breaks_off(camera, *part) for part in zip(np.split(way, ends), np.split(met, ends), strict=True)):
            why = "what lies behind it begins there"
            raise Problem("The surface breaks off beneath the line", why, remedy="Measure straight, or around the edge")
        variance = 0.0
        for axis in (0, 1):
            change = np.zeros(len(corners))
            for side in (0.5, -0.5):
                moved = corners.copy()
                moved[:, axis] += side
                _, end_moved = self._beneath(camera, np.stack([corners[:-1], moved[1:]], axis=1), counts)
                _, start_moved = self._beneath(camera, np.stack([moved[:-1], corners[1:]], axis=1), counts)
                change[1:] += 2 * side * _lengths(end_moved, counts)
                change[:-1] += 2 * side * _lengths(start_moved, counts)
            variance += float((np.where(np.isfinite(change), change, np.inf) ** 2).sum())
        return Measured(float(lengths.sum()), float(np.sqrt(variance)), "mm")

    def area_mm2(self, camera: Camera, where: Patch, *, ticket: Ticket, most: int | None = None) -> Measured:
        """The surface seen in the pixels of ``where``; those that show no surface add nothing.

        ``sigma`` is that of an outline one pixel too far out, or in, all along: the share of the pixels at the mask's
        edge. Of more than ``most`` pixels inside, or at the edge, up to so many are looked at, spread over all of them.
        Problem where no pixel shows the part.
        """
        padded = np.pad(where.where, 1)
        inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
        rim, inside = (
            self._shown_mm2(camera, where.box, np.flatnonzero(where.where & part), most, ticket)
            for part in (~inner, inner)
        )
        ticket.report(1.0, "Area on the surface")
        if not rim + inside:
            raise Problem("None of these pixels shows the part", "there is no surface beneath them", remedy=_OFF)
        return Measured(rim + inside, rim, "mm²")

    def _shown_mm2(
        self, camera: Camera, box: Box, places: NDArray[np.int64], most: int | None, ticket: Ticket
    ) -> float:
        """The surface seen in ``places`` of ``box``, counted row by row."""
        each = max(1, -(-len(places) // (most or len(places) or 1)))
        # Why by chance in each stretch: every n-th pixel could stand in the same few columns.
        picked = np.arange(0, len(places) - each + 1, each)
        picked = places[picked + np.random.default_rng(0).integers(each, size=len(picked))]
        total = 0.0
        for start in range(0, len(picked), _AT_ONCE):
            rows, columns = np.divmod(picked[start : start + _AT_ONCE], box.shape[1])
            pixels = np.stack([rows + box.y0, columns + box.x0], axis=1).astype(np.float64)
            total += float(np.nansum(footprints(camera, self._surface, pixels, cast=self._rays)))
            ticket.report(min(0.99, (start + _AT_ONCE) / len(picked)), "Area on the surface")
        return total * len(places) / max(1, len(picked))

    def normals(self, points: Doubles, faces: Indices) -> Doubles:
        """(N, 3) unit normals at ``points`` (N, 3) of ``faces`` (N,); NaN where the face is -1.

        Between a face's corners they are interpolated; at a corner, faces across no crease count by their areas.
        """
        found = np.full(points.shape, np.nan)
        for place in np.flatnonzero((faces >= 0) & np.isfinite(points).all(axis=-1)).tolist():
            found[place] = self._normal(points[place], int(faces[place]))
        return found

    def _between(self, ends: tuple[Sight, Sight], of: Callable[[Doubles, Indices], Doubles], unit: str) -> Measured:
        """``of`` takes (2, M, 3) points and (2, M) faces to (M,) values."""
        offsets = np.array([[0, 0], [0.5, 0], [-0.5, 0], [0, 0.5], [0, -0.5]])
        hits = [self._met(end.camera, np.array([end.y, end.x]) + offsets) for end in ends]
        (first, first_faces), (last, last_faces) = hits
        if first_faces[0] < 0 or last_faces[0] < 0:
            raise Problem("There is no surface at that pixel", remedy=_OFF)
        # One of both moves at a time: 0 none, 1 to 4 the start, 5 to 8 the end.
        moves = np.array([[0, 1, 2, 3, 4, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 2, 3, 4]])
        values = of(
            np.stack([first[moves[0]], last[moves[1]]]), np.stack([first_faces[moves[0]], last_faces[moves[1]]])
        )
        changes = values[1::2] - values[2::2]
        sigma = np.sqrt((np.where(np.isfinite(changes), changes, np.inf) ** 2).sum())
        return Measured(float(values[0]), float(sigma), unit)

    def _met(self, camera: Camera, pixels: Doubles) -> tuple[Doubles, Indices]:
        """(N, 2) pixels y, x to what their rays meet."""
        return self._rays.first_hits(camera.centre, rays(camera, pixels[:, ::-1]))

    def _beneath(self, camera: Camera, segments: Doubles, counts: NDArray[np.int64]) -> tuple[Doubles, Doubles]:
        """The pixels of (M, 2, 2) segments, each in ``counts`` steps, one after the other, and what they meet."""
        each = np.repeat(np.arange(len(segments)), counts + 1)
        first = np.concatenate([[0], np.cumsum(counts + 1)[:-1]])
        share = (np.arange(len(each)) - first[each]) / counts[each]
        pixels = segments[each, 0] + (segments[each, 1] - segments[each, 0]) * share[:, None]
        met = [self._met(camera, pixels[start : start + _AT_ONCE])[0] for start in range(0, len(pixels), _AT_ONCE)]
        return pixels, np.concatenate(met)

    def _breaks_off(self, camera: Camera, way: Doubles, met: Doubles) -> bool:
        """Whether a step of a segment goes over an edge: a small part of it is then as long as the whole.

        ``way`` (N, 2) are the segment's pixels and ``met`` (N, 3) what is beneath them.
        """
        lengths = np.linalg.norm(np.diff(met, axis=0), axis=1)
        for step in np.flatnonzero(lengths > _LONG_STEP * np.median(lengths)).tolist():
            fine = way[step] + (way[step + 1] - way[step]) * np.linspace(0, 1, _FINER + 1)[:, None]
            parts = np.linalg.norm(np.diff(self._met(camera, fine)[0], axis=0), axis=1)
            if not parts.max() < 0.5 * lengths[step]:
                return True
        return False

    def _normal(self, point: Doubles, face: int) -> Doubles:
        surface = self._surface
        own, corners = surface.normals[face], surface.vertices[surface.faces[face]]
        touching = np.flatnonzero(np.isin(surface.faces, surface.faces[face]).any(axis=1))
        alike = touching[surface.normals[touching] @ own > _CREASE]
        a, b, c = (surface.vertices[surface.faces[alike, k]] for k in range(3))
        crossed = np.cross(b - a, c - a)
        at_corners = [
            crossed[(surface.faces[alike] == vertex).any(axis=1)].sum(axis=0) for vertex in surface.faces[face]
        ]
        unit = np.array([normal / max(float(np.linalg.norm(normal)), 1e-30) for normal in at_corners])
        mixed = _barycentric(point, corners) @ unit
        return np.asarray(mixed / max(float(np.linalg.norm(mixed)), 1e-30))


def _lengths(met: Doubles, counts: NDArray[np.int64]) -> Doubles:
    """(M,) lengths of ways on the surface, one after the other in ``met``, of ``counts`` steps; NaN where one is."""
    steps = np.linalg.norm(np.diff(met, axis=0, append=met[-1:]), axis=1)
    steps[np.cumsum(counts + 1) - 1] = 0
    return np.asarray(np.bincount(np.repeat(np.arange(len(counts)), counts + 1), weights=steps), np.float64)


def _barycentric(point: Doubles, corners: Doubles) -> Doubles:
    """(3,) weights of a triangle's corners (3, 3) that give ``point`` in its plane."""
    sides = (corners[1:] - corners[0]).T
    weights = np.linalg.lstsq(sides, point - corners[0], rcond=None)[0]
    return np.array([1 - weights.sum(), *weights])
