"""A camera for another image size, by an explicit crop or scale on record in the camera; or for another unit."""

from dataclasses import replace

import numpy as np

from pentad.core.box import Box
from pentad.core.camera import Camera, Resizing
from pentad.core.problem import Problem

_LONGEST = 1_000_000


def cropped(camera: Camera, box: Box) -> Camera:
    """``camera`` for the part ``box`` of its image; Problem where the box is empty or leaves the image."""
    height, width = camera.size
    if box.empty or box.y0 < 0 or box.x0 < 0 or box.y1 > height or box.x1 > width:
        raise Problem(
            f"{camera.name} cannot be cropped to rows {box.y0} to {box.y1}, columns {box.x0} to {box.x1}",
            f"its image has {width} x {height} pixels",
            remedy="Choose a part of the calibrated image",
        )
    matrix = camera.matrix.copy()
    matrix[:2, 2] -= box.x0, box.y0
    before = _record(camera)
    down, across = before.scale
    top, left = before.crop[0] + box.y0 / down, before.crop[1] + box.x0 / across
    rows, columns = box.shape
    crop = (top, left, top + rows / down, left + columns / across)
    return replace(camera, matrix=matrix, size=box.shape, resized=replace(before, crop=crop))


def scaled(camera: Camera, *, factor: float | None = None, size: tuple[int, int] | None = None) -> Camera:
    """``camera`` for its image scaled by ``factor``, or to ``size`` (height, width); give one of them.

    Pixels are areas: the image's borders stay where they are, and a pixel's centre lies half a pixel inside. A factor
    is rounded to whole pixels first; ``size`` may differ in proportion, and focal lengths then do. Problem where
    nothing would be left.
    """
    if (factor is None) == (size is None):
        raise ValueError("give a factor or a size")
    height, width = camera.size
    rows, columns = size if size is not None else _times(camera, factor or 0.0)
    if not (0 < rows <= _LONGEST and 0 < columns <= _LONGEST):
        raise Problem(
            f"{camera.name} cannot be scaled to {columns} x {rows} pixels",
            f"its image has {width} x {height}",
            remedy="Choose a size of at least one pixel",
        )
    across, down = columns / width, rows / height
    to_new = np.array([[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]])
    before = _record(camera)
    scale = before.scale[0] * down, before.scale[1] * across
    return replace(camera, matrix=to_new @ camera.matrix, size=(rows, columns), resized=replace(before, scale=scale))


def in_millimetres(camera: Camera, *, unit_mm: float) -> Camera:
    """``camera`` whose lengths are in units of ``unit_mm`` millimetres; its pixels see the same."""
    pose, station = camera.world_to_camera.copy(), camera.station.copy()
    pose[:3, 3] *= unit_mm
    station[:3, 3] *= unit_mm
    return replace(camera, world_to_camera=pose, station=station)


def _times(camera: Camera, factor: float) -> tuple[int, int]:
    if not 0 < factor < _LONGEST:
        return 0, 0
    return round(camera.size[0] * factor), round(camera.size[1] * factor)


def _record(camera: Camera) -> Resizing:
    height, width = camera.size
    return camera.resized or Resizing(camera.size, (0.0, 0.0, float(height), float(width)))
