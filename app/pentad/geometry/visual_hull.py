"""The largest body that fits the silhouettes of an object: what is known of its shape without a mesh."""

from collections.abc import Sequence
from functools import partial

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from pentad.core.arrays import Bools, Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry import two_threads
from pentad.geometry.surface import Surface
from pentad.sdk import Ticket

_MOST_NODES = 150_000_000
_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
_EDGES = [(a, b) for a in range(8) for b in range(a + 1, 8) if np.abs(_CORNERS[a] - _CORNERS[b]).sum() == 1]


def visual_hull(
    silhouettes: Sequence[Bools], cameras: Sequence[Camera], bounds_mm: ArrayLike, *, cell_mm: float, ticket: Ticket
) -> Surface:
    """The hull of ``silhouettes`` (H, W), one for each camera, within ``bounds_mm`` (2, 3), least and greatest.

    Laurentini 1994: a place belongs to it where every view that shows the place has it inside its silhouette; a place
    that no view shows does not. At the nodes of a grid ``cell_mm`` wide the distance to the nearest silhouette's edge,
    signed, is taken from exact distance transforms; the surface is where that is zero, between the nodes (surface nets,
    Gibson 1998). Problem for sizes that differ, grids of more than 150 million nodes, and where nothing is left.
    """
    _check(silhouettes, cameras)
    low, shape = _grid(bounds_mm, cell_mm)
    field = _field(silhouettes, cameras, low, shape, cell_mm=cell_mm, ticket=ticket)
    if not (field > 0).any():
        why = "no place within the bounds is inside every silhouette"
        raise Problem("The silhouettes have no body in common", why, remedy="Check the cameras and the bounds")
    vertices, faces = _net(np.pad(field, 1, constant_values=-cell_mm))
    return Surface.of(vertices * cell_mm + (low - cell_mm), faces)


def _check(silhouettes: Sequence[Bools], cameras: Sequence[Camera]) -> None:
    if not cameras or len(silhouettes) != len(cameras):
        why = f"{len(silhouettes)} silhouettes and {len(cameras)} cameras"
        raise Problem("Every silhouette needs its camera", why, remedy="Give one for each")
    for silhouette, camera in zip(silhouettes, cameras, strict=True):
        if silhouette.shape != camera.size:
            why = f"it is {silhouette.shape[1]} x {silhouette.shape[0]} px, not {camera.size[1]} x {camera.size[0]}"
            raise Problem(f"The silhouette of {camera.name} has another size than its camera", why, remedy="Resize it")


def _grid(bounds_mm: ArrayLike, cell_mm: float) -> tuple[Doubles, tuple[int, int, int]]:
    bounds = np.asarray(bounds_mm, np.float64)
    if bounds.shape != (2, 3) or not np.isfinite(bounds).all() or not (bounds[1] > bounds[0]).all() or not cell_mm > 0:
        raise Problem(
            "The bounds hold nothing", remedy="Give the least and the greatest x, y, z, and a cell above zero"
        )
    counts = np.ceil((bounds[1] - bounds[0]) / cell_mm).astype(np.int64) + 1
    if np.prod(counts.astype(np.float64)) > _MOST_NODES:
        why = f"{' x '.join(map(str, counts.tolist()))} places"
        raise Problem("The grid is too fine", why, remedy="Choose larger cells or smaller bounds")
    return bounds[0], (int(counts[0]), int(counts[1]), int(counts[2]))


def _field(
    silhouettes: Sequence[Bools],
    cameras: Sequence[Camera],
    low: Doubles,
    shape: tuple[int, int, int],
    *,
    cell_mm: float,
    ticket: Ticket,
) -> Floats:
    """(nx, ny, nz) millimetres from each node to the edge of the hull, inside positive; far from it a bound only."""
    from pentad.geometry.compiled import carve, flat_lens  # Why: numba takes half a second.

    field = np.full(shape, np.inf, np.float32)
    slabs = [slice(start, start + 16) for start in range(0, shape[0], 16)]
    for done, (silhouette, camera) in enumerate(zip(silhouettes, cameras, strict=True)):
        distance, pose, lens = (
            _signed_distance(silhouette),
            np.ascontiguousarray(camera.rig_to_camera),
            flat_lens(camera),
        )
        for _ in two_threads.done(
            [partial(carve, field[s], s.start, low, cell_mm, distance, pose, lens) for s in slabs]
        ):
            pass
        ticket.report((done + 1) / (len(cameras) + 1), f"Carving by {camera.name}")
    field[np.isinf(field)] = -cell_mm
    return field


def _signed_distance(silhouette: Bools) -> Floats:
    """(H, W) pixels to the silhouette's edge, which lies between the pixels; inside positive."""
    inside = silhouette.astype(np.uint8)
    if not inside.any() or inside.all():
        return np.full(silhouette.shape, 1e6 if inside.any() else -1e6, np.float32)
    within = cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    without = cv2.distanceTransform(1 - inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(np.where(silhouette, within - 0.5, 0.5 - without), np.float32)


def _net(field: Floats) -> tuple[Doubles, NDArray[np.int64]]:
    """Vertices (V, 3), in nodes, and faces (F, 3) of the surface where ``field`` is zero; they look to the negative."""
    inside = field > 0
    cells = tuple(length - 1 for length in field.shape)
    parts = [inside[x : x + cells[0], y : y + cells[1], z : z + cells[2]] for x, y, z in _CORNERS.tolist()]
    mixed = np.logical_or.reduce(parts) & ~np.logical_and.reduce(parts)
    at = np.argwhere(mixed)
    number = np.full(cells, -1, np.int64)
    number[mixed] = np.arange(len(at))
    return _cell_points(field, at), np.concatenate([_quads(inside, number, axis) for axis in range(3)])


def _cell_points(field: Floats, at: NDArray[np.int64]) -> Doubles:
    """(V, 3) the mean of where the edges of each cell ``at`` cross zero."""
    values = np.stack([field[tuple((at + corner).T)] for corner in _CORNERS], axis=1).astype(np.float64)
    total, count = np.zeros((len(at), 3)), np.zeros(len(at))
    for a, b in _EDGES:
        crossing = (values[:, a] > 0) != (values[:, b] > 0)
        share = values[crossing, a] / (values[crossing, a] - values[crossing, b])
        total[crossing] += _CORNERS[a] + (_CORNERS[b] - _CORNERS[a]) * share[:, None]
        count[crossing] += 1
    return np.asarray(at + total / count[:, None])


def _quads(inside: Bools, number: NDArray[np.int64], axis: int) -> NDArray[np.int64]:
    """(F, 3) two triangles around every edge along ``axis`` whose ends differ."""
    first, last = np.moveaxis(inside, axis, 0)[:-1], np.moveaxis(inside, axis, 0)[1:]
    n, i, j = np.nonzero(first != last)
    cell = np.moveaxis(number, axis, 0)
    ring = np.stack([cell[n, i - 1, j - 1], cell[n, i, j - 1], cell[n, i, j], cell[n, i - 1, j]], axis=1)
    # Why: moving an axis to the front keeps the sense of the other two, but for the middle one.
    turned = first[n, i, j] == (axis == 1)
    ring[turned] = ring[turned][:, ::-1]
    return np.concatenate([ring[:, [0, 1, 2]], ring[:, [0, 2, 3]]])
