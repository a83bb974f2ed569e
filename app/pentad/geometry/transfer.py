"""From the pixels of one view to those of another that show the same places of a surface."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.patch import Patch
from pentad.core.problem import Problem
from pentad.geometry import two_threads
from pentad.geometry.depth_raster import DepthRaster
from pentad.sdk import Ticket

_TILE = 16
"""Cells along the side of the squares that are looked at or left out."""
_SENT = 250_000
"""Marked pixels, evenly taken, that are sent over: a tile is larger than the gaps between them."""
_AT_ONCE = 30_000
"""Pixels, or cells, in one piece of work."""


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """A mask as another view shows it.

    ``patch`` holds cells of ``step`` x ``step`` pixels (1: pixels); ``confidence`` (patch.box.shape) is 0 to 1: less
    than one where the surface is turned more than 60 degrees from either view's ray, halved within three pixels of
    where it breaks off or is covered, in each of the two views, and zero outside the patch. ``seen`` is the share of
    the source's marked pixels that the other view shows.
    """

    patch: Patch
    confidence: Floats
    seen: float
    step: int = 1


def correspondences(
    pixels: Doubles,
    source: Camera,
    source_depth: DepthRaster,
    target: Camera,
    target_depth: DepthRaster,
    tolerance_mm: float,
) -> Doubles:
    """(N, 2) pixels y, x of ``source``, whole or not, as (N, 2) pixels y, x of ``target``.

    NaN where the source shows no surface, and where the target's image does not reach, or has something more than
    ``tolerance_mm`` (and half a cell's slope) nearer in its raster, or sees the surface from behind.
    """
    _check(source, source_depth, tolerance_mm)
    _check(target, target_depth, tolerance_mm)
    from pentad.geometry.compiled import flat_lens, send  # Why: numba takes half a second.

    asked = np.ascontiguousarray(np.asarray(pixels, np.float64).reshape(-1, 2))
    found = np.full(asked.shape, np.nan)
    move, lens, other = _move(source, target), flat_lens(source), flat_lens(target)
    pieces = [
        partial(
            send, asked[part], found[part], lens, source_depth.values, source_depth.step, move, other,
            target_depth.values, target_depth.step, target.size, tolerance_mm,
        )
        for part in _parts(len(asked))
    ]  # fmt: skip
    for _ in two_threads.done(pieces):
        pass
    return found


def carry(
    where: Patch,
    source: Camera,
    source_depth: DepthRaster,
    target: Camera,
    target_depth: DepthRaster,
    *,
    tolerance_mm: float,
    ticket: Ticket,
    step: int = 1,
) -> Carried:
    """The mask ``where`` (source pixels) as ``target`` sees it.

    Marked pixels are sent over to find the squares of the target where any arrive; there every target pixel is
    brought back to the source, where it is in the mask or is not, so that no holes come of it. Hidden in either view is
    hidden: see ``correspondences``. With ``step`` above one the answer is in cells of that many pixels, the mask taken
    as coarsely (any marked pixel marks its cell): for outlines that follow a hand.
    """
    inside = where.inside(Box(0, 0, *source.size))
    if step > 1:
        inside = _coarser(inside, step)
    marked = np.argwhere(inside.where)
    marked = marked[:: max(1, len(marked) // _SENT)].astype(np.float64)
    middles = (marked + np.array([inside.box.y0, inside.box.x0])) * step + (step - 1) / 2
    arrived = correspondences(middles, source, source_depth, target, target_depth, tolerance_mm)
    arrived = arrived[np.isfinite(arrived).all(axis=1)]
    ticket.report(0.3, f"{source.name} to {target.name}")
    if not len(arrived):
        nothing = Patch(Box(0, 0, 0, 0), np.zeros((0, 0), bool))
        return Carried(nothing, np.zeros((0, 0), np.float32), 0.0, step)
    wanted, box = _tiles(arrived, target.size, step)
    found, trust = np.zeros(box.shape, bool), np.zeros(box.shape, np.float32)
    fetching = _Fetching(inside, source, source_depth, target, target_depth, tolerance_mm, step)
    fetching.fill(wanted, box, found, trust, ticket)
    patch, trust = _trimmed(Patch(box, found), trust)
    return Carried(patch, trust, len(arrived) / len(marked), step)


@dataclass(frozen=True, slots=True, eq=False)
class _Fetching:
    """One mask on its way: what each piece of work needs."""

    mask: Patch
    source: Camera
    source_depth: DepthRaster
    target: Camera
    target_depth: DepthRaster
    tolerance_mm: float
    step: int

    def fill(self, wanted: Bools, box: Box, found: Bools, trust: Floats, ticket: Ticket) -> None:
        """``found`` and ``trust`` (box.shape) of the target's cells of ``box``, in bands on two threads."""
        from pentad.geometry.compiled import fetch, flat_lens  # Why: numba takes half a second.

        lens, source_lens = flat_lens(self.target), flat_lens(self.source)
        move = _move(self.target, self.source)
        corner = (self.mask.box.y0, self.mask.box.x0)
        mask = np.ascontiguousarray(self.mask.where)
        rows = max(_TILE, _AT_ONCE // max(1, box.shape[1]))
        tops = range(0, box.shape[0], rows)
        pieces = [
            partial(
                fetch, box.y0 + top, box.x0, self.step, wanted, found[top : top + rows],
                trust[top : top + rows], lens, self.target_depth.values, self.target_depth.step, move, mask, corner,
                source_lens, self.source_depth.values, self.source_depth.step, self.source.size,
                self.tolerance_mm,
            )
            for top in tops
        ]  # fmt: skip
        for done in two_threads.done(pieces):
            ticket.report(0.3 + 0.7 * done / len(pieces), f"{self.source.name} to {self.target.name}")


def _check(camera: Camera, depth: DepthRaster, tolerance_mm: float) -> None:
    if depth.size != camera.size:
        (height, width), (rows, columns) = camera.size, depth.size
        why = f"it is of {columns} x {rows} px, the camera's image has {width} x {height}"
        raise Problem(f"The depth raster is not of the camera {camera.name}", why, remedy="Render it again")
    if not tolerance_mm > 0:
        raise Problem(f"{tolerance_mm} mm is no tolerance", remedy="Choose a length above zero")


def _move(start: Camera, end: Camera) -> Doubles:
    """(4, 4) one camera's millimetres to another's."""
    return np.ascontiguousarray(end.rig_to_camera @ np.linalg.inv(start.rig_to_camera))


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, start + _AT_ONCE) for start in range(0, count, _AT_ONCE))


def _coarser(mask: Patch, step: int) -> Patch:
    """Cells of ``step`` x ``step`` pixels that hold any marked pixel; the box is in cells."""
    box = mask.box
    cells = Box(box.y0 // step, box.x0 // step, -(-box.y1 // step), -(-box.x1 // step))
    grown = np.zeros((cells.shape[0] * step, cells.shape[1] * step), bool)
    grown[box.y0 - cells.y0 * step :, box.x0 - cells.x0 * step :][: box.shape[0], : box.shape[1]] = mask.where
    blocks = grown.reshape(cells.shape[0], step, cells.shape[1], step)
    return Patch(cells, np.asarray(np.any(np.any(blocks, axis=1), axis=-1)))


def _tiles(arrived: Doubles, size: tuple[int, int], step: int) -> tuple[Bools, Box]:
    """The tiles where pixels arrive and those around them, and the box of cells that holds them all.

    Why those around: a pixel of the source may cover several here, up to a tile's side.
    """
    cells = -(-size[0] // step), -(-size[1] // step)
    tiles = np.zeros((-(-cells[0] // _TILE), -(-cells[1] // _TILE)), np.uint8)
    at = np.floor((arrived + 0.5) / (step * _TILE)).astype(np.int64).clip(0, np.array(tiles.shape) - 1)
    tiles[at[:, 0], at[:, 1]] = 1
    tiles = np.asarray(cv2.dilate(tiles, np.ones((3, 3), np.uint8)))
    rows, columns = np.flatnonzero(tiles.any(axis=1)), np.flatnonzero(tiles.any(axis=0))
    box = Box(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
    around = Box(*(side * _TILE for side in (box.y0, box.x0, box.y1, box.x1))) & Box(0, 0, *cells)
    return tiles != 0, around


def _trimmed(patch: Patch, trust: Floats) -> tuple[Patch, Floats]:
    rows, columns = np.flatnonzero(patch.where.any(axis=1)), np.flatnonzero(patch.where.any(axis=0))
    if not rows.size:
        return Patch(Box(0, 0, 0, 0), np.zeros((0, 0), bool)), np.zeros((0, 0), np.float32)
    part = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    y, x = patch.box.y0, patch.box.x0
    box = Box(y + part[0].start, x + part[1].start, y + part[0].stop, x + part[1].stop)
    return Patch(box, patch.where[part].copy()), trust[part].copy()
