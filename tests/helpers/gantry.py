"""A small data set from the simulated gantry, and what its own depth images say of where a place is seen.

Nothing of Pentad's view transfer is used: pixels become points by the inverse of K and the renderer's depth.
"""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles
from pentad.core.camera import Camera
from pentad.gantry.developing import DEPTH_STEP_MM
from pentad.gantry.recipe import Recipe
from pentad.gantry.station import VIEWS, gantry_rig
from pentad.gantry.writer import write_dataset
from pentad.sdk.testing import PatientTicket

SIZE = 480


@dataclass(frozen=True)
class RenderedPart:
    """The first part of a rendered data set."""

    folder: Path
    sample: str
    size: int = SIZE

    def camera(self, view: str) -> Camera:
        return gantry_rig(self.size).camera(view)

    def points(self, view: str) -> Doubles:
        """(H, W, 3) in the rig, NaN where the photo shows no part, from the renderer's own depth image."""
        file = self.folder / self.sample / "truth" / f"{view}_depth.png"
        code = cv2.imread(str(file), cv2.IMREAD_UNCHANGED)
        assert code is not None, file
        depth = np.where(code > 0, code * DEPTH_STEP_MM, np.nan)
        camera = self.camera(view)
        rows, columns = np.indices(depth.shape)
        flat = np.stack([columns, rows, np.ones_like(rows)], axis=-1) @ np.linalg.inv(camera.matrix).T
        pose = camera.rig_to_camera
        return np.asarray((flat * depth[..., None] - pose[:3, 3]) @ pose[:3, :3])

    def seen_in(self, view: str, other: str, *, within_mm: float = 0.3) -> Bools:
        """(H, W) which pixels of ``view`` show a place that ``other`` shows too."""
        camera, points = self.camera(other), self.points(view)
        place = points @ camera.rig_to_camera[:3, :3].T + camera.rig_to_camera[:3, 3]
        flat = place @ camera.matrix.T
        with np.errstate(invalid="ignore"):
            column, row = (np.rint(flat[..., k] / flat[..., 2]) for k in (0, 1))
            height, width = camera.size
            inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        at = np.where(inside, row, 0).astype(int), np.where(inside, column, 0).astype(int)
        there = self.points(other)[at]
        return np.asarray(inside & (np.linalg.norm(there - points, axis=-1) < within_mm))

    def ball(self, view: str, middle: Doubles, radius_mm: float) -> Bools:
        """(H, W) which pixels of ``view`` show a place so close to ``middle`` (3,)."""
        with np.errstate(invalid="ignore"):
            return np.asarray(np.linalg.norm(self.points(view) - middle, axis=-1) < radius_mm)


def render_part(folder: Path, *, family: str = "ribbed_housing", size: int = SIZE, parts: int = 1) -> RenderedPart:
    """Make a data set of some parts; its rig and its meshes come with it."""
    samples = write_dataset(folder, [Recipe.of(family, parts)], seed=3, size=size, ticket=PatientTicket())
    return RenderedPart(folder, samples[0].id, size)


__all__ = ["SIZE", "VIEWS", "RenderedPart", "render_part"]
