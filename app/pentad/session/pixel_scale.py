"""How large a pixel of a view is where the part lies, and by what that is known."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Floats
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import Modality, View
from pentad.geometry.pixel_size import pixel_mm_at, working_distance_mm
from pentad.geometry.points import pinhole
from pentad.io import rasters
from pentad.io.tree import FileTree
from pentad.io.view_pixels import read_true_depth

_AROUND = 0.1
"""Of the image's longer side: how far from a place its depth is looked at."""


@dataclass(frozen=True, slots=True)
class PixelScale:
    """The millimetres of one pixel of the photo, at a working distance that ``by`` tells ("board", "depth")."""

    mm: float
    distance_mm: float
    by: str

    @property
    def words(self) -> str:
        return f"{self.mm:.3g} mm/px at {self.distance_mm:.0f} mm ({self.by})"


def pixel_scale(
    tree: FileTree, view: View, camera: Camera | None, size: tuple[int, int], *, at: tuple[float, float] | None = None
) -> PixelScale | None:
    """Of a view of ``size`` (height, width), about the point ``at`` (y, x) of it or its middle; None where unknown.

    The distance is that of the view's depth raster around there, else that of the calibrated board. A camera that is
    calibrated for another size says nothing.
    """
    known = sound_camera(tree, view, camera, size)
    if known is None:
        return None
    try:
        depth = read_true_depth(tree, view)
    except Problem:
        depth = None
    return scale_at(known, depth, at or ((size[0] - 1) / 2, (size[1] - 1) / 2), on_board=known is camera)


def sound_camera(tree: FileTree, view: View, camera: Camera | None, size: tuple[int, int]) -> Camera | None:
    """What tells a view's pixels from each other: its calibrated camera, else the pinhole of its depth raster.

    None where that raster cannot be read: nothing is known then, and what is looked at needs no depth.
    """
    if camera is not None and camera.size == size:
        return camera
    ref = view.rasters.get(Modality.DEPTH)
    if ref is None or ref.focal is None:
        return None
    try:
        height, width = rasters.size(tree, ref)
    except Problem:
        return None
    alike = abs(height * size[1] - width * size[0]) <= max(size)
    return pinhole(ref.focal * size[1] / width, size) if alike else None


def scale_at(camera: Camera, depth: Floats | None, at: tuple[float, float], *, on_board: bool) -> PixelScale | None:
    """About the point ``at`` (y, x): by the depth (mm) around there, else, if ``on_board``, by the board."""
    distance, by = None if depth is None else _near(depth, at, camera.size), "measured depth"
    if distance is None and on_board:
        distance, by = working_distance_mm(camera, at), "board"
    mm = pixel_mm_at(camera, distance) if distance is not None else None
    return PixelScale(mm, distance, by) if mm is not None and distance is not None else None


def _near(depth: Floats, at: tuple[float, float], size: tuple[int, int]) -> float | None:
    """The median depth in mm around a place of the photo."""
    rows, columns = (
        slice(max(int((p / full - _AROUND) * cells), 0), int((p / full + _AROUND) * cells) + 1)
        for p, full, cells in zip(at, size, depth.shape, strict=True)
    )
    near = depth[rows, columns]
    near = near[np.isfinite(near) & (near > 0)]
    return float(np.median(near)) if near.size else None
