"""How far a surface is from a camera, pixel by pixel: what view transfer asks for hidden places."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry import two_threads
from pentad.geometry.frame import ideal_frame
from pentad.geometry.projection import distort
from pentad.geometry.surface import Surface
from pentad.sdk import Ticket

_BENT_PX = 0.003
"""How far a side of a drawn triangle may be from where the lens bends it to."""
_BANDS = 16
_NEAREST_MM = 1e-3
_PASSES = 4
_MOST_PIECES = 64
"""Along a triangle's side."""


@dataclass(frozen=True, slots=True, eq=False)
class DepthRaster:
    """Camera z in millimetres of the first surface in a view of ``size`` (height, width); infinite where there is none.

    ``values`` (h, w) holds one number for each ``step`` x ``step`` pixels, taken at their middle: cell (r, c) is the
    image point y = r step + (step - 1) / 2, and x alike. The cells at the far edges may reach past the image.
    """

    values: Floats
    step: int
    size: tuple[int, int]

    @classmethod
    def render(cls, surface: Surface, camera: Camera, *, step: int, ticket: Ticket) -> "DepthRaster":
        """The raster that ``camera`` sees of ``surface``, its lens's distortion in it; two threads.

        Triangles are drawn with one by the depth linear over each (exact, for a pinhole). A lens bends them: they are
        cut until no side is further than 0.003 px from its place. Problem for a camera inside the part.
        """
        if step < 1:
            raise Problem(f"A raster cannot have {step} pixels a cell", remedy="Choose a whole number from 1")
        surface.check_outside(camera)
        height, width = (-(-length // step) for length in camera.size)
        values = np.empty((height, width), np.float32)
        corners = _drawn(surface, camera, step)
        slack = 2 * _BENT_PX / step if camera.distortion.any() else 1e-9
        rows = np.stack([corners[..., 1].min(axis=1) - slack, corners[..., 1].max(axis=1) + slack])
        tops = np.linspace(0, height, min(_BANDS, height) + 1).astype(int).tolist()
        bands = [partial(_draw_band, corners, rows, values[top:end], top, slack) for top, end in pairwise(tops)]
        for done in two_threads.done(bands):
            ticket.report(done / len(bands), f"Depth of {camera.name}")
        return cls(values, step, camera.size)


def _draw_band(corners: Doubles, rows: Doubles, values: Floats, top: int, slack: float) -> None:
    from pentad.geometry.compiled import draw  # Why: numba takes half a second.

    reaching = np.flatnonzero((rows[0] <= top + len(values)) & (rows[1] >= top))
    draw(corners[reaching], values, top, slack)


def _drawn(surface: Surface, camera: Camera, step: int) -> Doubles:
    """(T, 3, 3) column, row and one by the depth of the corners of what can be seen, in the raster's cells."""
    pose = camera.rig_to_camera
    place = surface.vertices @ pose[:3, :3].T + pose[:3, 3]
    frame = ideal_frame(camera)
    planes = np.array(
        [[0, 0, 1.0], [1, 0, -frame[0, 0]], [-1, 0, frame[1, 0]], [0, 1, -frame[0, 1]], [0, -1, frame[1, 1]]]
    )
    offsets = np.array([-_NEAREST_MM, 0, 0, 0, 0])
    inside = place @ planes.T + offsets >= 0
    whole = inside.all(axis=1)[surface.faces].all(axis=1)
    cut = np.zeros((0, 3, 3))
    if not whole.all():
        cut = place[surface.faces[~whole]]
        for plane, offset in zip(planes, offsets, strict=True):
            cut = _clipped(cut, plane, float(offset))
    if camera.distortion.any():
        cut = _cut_for_lens(np.concatenate([place[surface.faces[whole]], cut]), camera)
        return _placed(cut, camera, step)
    faces = surface.faces if whole.all() else surface.faces[whole]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.concatenate([_placed(place, camera, step)[faces], _placed(cut, camera, step)])


def _placed(corners: Doubles, camera: Camera, step: int) -> Doubles:
    """Column, row and one by the depth of (..., 3) places before ``camera``."""
    z = corners[..., 2:]
    flat = corners[..., :2] / z
    if camera.distortion.any():
        flat = distort(flat, camera.distortion)
    pixels = flat @ camera.matrix[:2, :2].T + camera.matrix[:2, 2]
    return np.concatenate([(pixels - 0.5 * (step - 1)) / step, 1 / z], axis=-1)


def _clipped(triangles: Doubles, plane: Doubles, offset: float) -> Doubles:
    """(T, 3, 3) what of the triangles is on the positive side of ``plane``, cut into triangles again."""
    if not len(triangles):
        return triangles
    height = triangles @ plane + offset
    inside = height >= 0
    count = inside.sum(axis=1)
    kept = [triangles[count == 3]]
    for inner in (1, 2):
        chosen = np.flatnonzero(count == inner)
        if not chosen.size:
            continue
        odd = np.argmax(inside[chosen] == (inner == 1), axis=1)  # the corner that stands alone
        order = (odd[:, None] + np.arange(3)) % 3
        a, b, c = np.moveaxis(np.take_along_axis(triangles[chosen], order[..., None], axis=1), 1, 0)
        ha, hb, hc = np.moveaxis(np.take_along_axis(height[chosen], order, axis=1)[..., None], 1, 0)
        ab, ac = a + (b - a) * (ha / (ha - hb)), a + (c - a) * (ha / (ha - hc))
        kept += [np.stack([a, ab, ac], axis=1)] if inner == 1 else [
            np.stack([ab, b, c], axis=1), np.stack([ab, c, ac], axis=1)
        ]  # fmt: skip
    return np.concatenate(kept)


def _cut_for_lens(triangles: Doubles, camera: Camera) -> Doubles:
    """Triangles cut so small that straight sides between bent corners are as good as bent sides."""
    focal = float(np.abs(camera.matrix[:2, :2]).sum(axis=1).max())
    done: list[Doubles] = []
    # Why again: alike pieces of a triangle that comes towards the camera are not alike in the picture.
    for _ in range(_PASSES):
        flat = triangles[..., :2] / triangles[..., 2:]
        bent = distort(flat, camera.distortion)
        middle = distort((flat + np.roll(flat, 1, axis=1)) / 2, camera.distortion)
        off = np.linalg.norm(middle - (bent + np.roll(bent, 1, axis=1)) / 2, axis=-1).max(axis=1) * focal
        pieces = np.clip(np.ceil(np.sqrt(off / _BENT_PX)), 1, _MOST_PIECES).astype(int)
        done.append(triangles[pieces == 1])
        if (pieces == 1).all():
            return np.concatenate(done)
        triangles = np.concatenate([_divided(triangles[pieces == n], n) for n in np.unique(pieces).tolist() if n > 1])
    return np.concatenate([*done, triangles])


def _divided(triangles: Doubles, n: int) -> Doubles:
    """Each triangle as ``n`` x ``n`` alike ones."""
    i, j = np.nonzero(np.add.outer(np.arange(n), np.arange(n)) < n)
    upright = np.stack([np.stack([i, j], 1), np.stack([i + 1, j], 1), np.stack([i, j + 1], 1)], axis=1)
    i, j = (side[i + j < n - 1] for side in (i, j))
    turned = np.stack([np.stack([i + 1, j], 1), np.stack([i + 1, j + 1], 1), np.stack([i, j + 1], 1)], axis=1)
    ij = np.concatenate([upright, turned]) / n
    share = np.concatenate([1 - ij.sum(axis=-1, keepdims=True), ij], axis=-1)
    return np.asarray(np.einsum("pck,tkx->tpcx", share, triangles).reshape(-1, 3, 3))
