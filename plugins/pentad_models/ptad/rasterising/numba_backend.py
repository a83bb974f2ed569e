"""Splats drawn on the CPU: the mask in any order, its exact derivative in the same pass, the depth front to back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.sdk import Rendering
from pentad_models.ptad.rasteriser import Silhouette
from pentad_models.ptad.rasterising import compiled
from pentad_models.ptad.rasterising.scene import Scene


class NumbaRasteriser:
    """Compiled loops. 1 - prod(1 - alpha) needs no order, so every thread has its share of the splats and an image of
    its own, joined at the end: the answer does not depend on who is first, only on the number of ``threads``.

    Nothing is kept between calls: what is returned is the caller's, and threads may share one.
    """

    def __init__(self, scene: Scene, *, threads: int) -> None:
        self._scene = scene
        self._threads = max(1, threads)
        numbers = (*scene.focal, scene.near, *scene.sides, scene.opacity, scene.reach, scene.spread)
        self._optics = np.array(numbers, np.float32)

    def silhouette(self, pose: Doubles, *, jacobian: bool = False) -> Silhouette:
        """Mask (h, w) and, asked for, its derivative (h, w, 6). Problem for a pose that is not finite."""
        small = self._scene.check_pose(pose, jacobian=jacobian)
        height, width = self._scene.camera.size
        mask = np.zeros((height, width), np.float32)
        slopes = np.zeros((height, width, 6), np.float32) if jacobian else None
        places, box = self._placed(small)
        if box[2] == box[0]:
            return Silhouette(mask, slopes)
        disks, count = self._scene.disks, self._threads
        # Why seven more: loops work on eight neighbours at once, the last of them past the box.
        sheets = np.empty((count, box[2] - box[0], 7 if jacobian else 1, box[3] - box[1] + 7), np.float32)
        if slopes is None:
            self._together(lambda n: compiled.thin(places, self._optics, box, n, count, sheets[n]))
        else:
            common = (disks.means, disks.first, disks.second, small, self._optics, places, box)
            self._together(lambda n: compiled.thin_with_slopes(*common, n, count, sheets[n]))
            compiled.join_slopes(sheets, box, slopes)
        compiled.join(sheets, box, mask)
        return Silhouette(mask, slopes)

    def depth(self, pose: Doubles, *, normalised: bool = False) -> Rendering:
        """Mask and depth (h, w), blended front to back. Problem for a pose that is not finite."""
        small = self._scene.check_pose(pose)
        mask, depth = (np.zeros(self._scene.camera.size, np.float32) for _ in range(2))
        places, box = self._placed(small)
        if box[2] > box[0]:
            order = np.argsort(places[:, 7], kind="stable")
            common = (places, order, self._optics, box)
            self._together(lambda n: compiled.blend(*common, n, self._threads, mask, depth))
        if normalised:
            depth = np.where(mask > 0, depth / np.where(mask > 0, mask, 1), np.nan).astype(np.float32)
        return Rendering(mask, depth, normalised)

    def _placed(self, pose: Floats) -> tuple[Floats, compiled.Integers]:
        """(N, 8) where the splats come to lie, and the box of pixels they reach."""
        disks = self._scene.disks
        places = np.empty((len(disks), 8), np.float32)
        box = np.zeros(4, np.int64)
        if self._scene.reach > 0:
            compiled.project(disks.means, disks.first, disks.second, pose, self._optics, places)
            compiled.bounds(places, *self._scene.camera.size, box)
        return places, box

    def _together(self, share: Callable[[int], None]) -> None:
        """All shares, by number, each on a thread; the first on this one."""
        if self._threads == 1:
            share(0)
            return
        with ThreadPoolExecutor(self._threads - 1) as pool:
            others = [pool.submit(share, n) for n in range(1, self._threads)]
            share(0)
            for other in others:
                other.result()
