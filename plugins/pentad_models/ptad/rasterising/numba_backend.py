"""Splats drawn on the CPU: the mask in any order, its exact derivative in the same pass, the depth front to back."""

import itertools
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.sdk import Rendering
from pentad_models.ptad.rasteriser import Silhouette
from pentad_models.ptad.rasterising import compiled
from pentad_models.ptad.rasterising.scene import Scene

_BANDS = 8


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
        inner = (int(box[2] - box[0]), int(box[3] - box[1]))
        if not all(inner):
            return Silhouette(mask, slopes)
        disks = self._scene.disks
        clears = np.empty((self._threads, *inner), np.float32)
        if slopes is None:
            self._together(
                partial(compiled.thin, places, self._optics, box, n, self._threads, clears[n])
                for n in range(self._threads)
            )
            compiled.join(clears, box, mask)
            return Silhouette(mask, None)
        parts = np.empty((self._threads, *inner, 6), np.float32)
        common = (disks.means, disks.first, disks.second, small, self._optics, places, box)
        self._together(
            partial(compiled.thin_with_slopes, *common, n, self._threads, clears[n], parts[n])
            for n in range(self._threads)
        )
        compiled.join(clears, box, mask)
        compiled.join_slopes(clears, parts, box, slopes)
        return Silhouette(mask, slopes)

    def depth(self, pose: Doubles, *, normalised: bool = False) -> Rendering:
        """Mask and depth (h, w), blended front to back. Problem for a pose that is not finite."""
        small = self._scene.check_pose(pose)
        mask, depth = (np.zeros(self._scene.camera.size, np.float32) for _ in range(2))
        places, box = self._placed(small)
        if box[2] > box[0]:
            order = np.argsort(places[:, 7], kind="stable")
            cuts = np.linspace(box[0], box[2], _BANDS + 1).astype(np.int64)
            bands = [np.array([top, box[1], end, box[3]]) for top, end in itertools.pairwise(cuts)]
            self._together(partial(compiled.blend, places, order, self._optics, band, mask, depth) for band in bands)
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

    def _together(self, shares: Iterable[Callable[[], None]]) -> None:
        if self._threads == 1:
            for share in shares:
                share()
            return
        with ThreadPoolExecutor(self._threads) as pool:
            for done in [pool.submit(share) for share in shares]:
                done.result()
