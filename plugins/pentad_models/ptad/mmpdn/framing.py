"""The square look without distortion that the network is given, and the way back into the view."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats
from pentad.core.box import BoxShares
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.geometry.frame import box_rim
from pentad.geometry.lens import distort
from pentad.geometry.projection import ideal

MARGIN = 0.08
"""Of the part's size, kept around it on every side."""
_RIM = 24
_MAP = 256


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """``camera``, a pinhole with as many pixels down as across, at the place of ``source``, the view's own camera."""

    camera: Camera
    source: Camera

    @classmethod
    def around(cls, source: Camera, inside: Bools, part: Doubles, side: int) -> "Frame":
        """Around what is ``inside`` (h, w) of the view and where the ``part`` (N, 2) would be seen, on the ideal plane.

        Why both: of a missing piece the photo shows nothing, of a misplaced one the mesh.
        """
        places = np.concatenate([_rim(source, inside), part])
        low, high = places.min(axis=0), places.max(axis=0)
        extent = max(float((high - low).max()), 1e-9) * (1 + 2 * MARGIN)
        focal = side / extent
        middle = (side - 1) / 2 - focal * (low + high) / 2
        return cls(_pinhole(source, focal, middle, side), source)

    @classmethod
    def whole(cls, source: Camera, side: int) -> "Frame":
        """Around the whole view, as a square that it fills along its longer side."""
        height, width = source.size
        matrix = source.matrix
        extent = max(height / matrix[1, 1], width / matrix[0, 0])
        centre = (np.array([(width - 1) / 2, (height - 1) / 2]) - matrix[:2, 2]) / matrix[[0, 1], [0, 1]]
        focal = side / extent
        return cls(_pinhole(source, focal, (side - 1) / 2 - focal * centre, side), source)

    def box_inside(self, box: BoxShares) -> BoxShares:
        """A ``box`` of the view, in here: as shares of this frame, cut off at its borders."""
        height, width = self.source.size
        rim = (box[0] * height - 0.5, box[1] * width - 0.5, box[2] * height - 0.5, box[3] * width - 0.5)
        seen = self._seen(box_rim(rim, _RIM))
        return _shares(seen[np.isfinite(seen).all(axis=1)], self.camera.size)

    def box_outside(self, box: BoxShares) -> BoxShares:
        """A ``box`` in here, as shares of the view, cut off at its borders."""
        side = self.camera.size[0]
        rim = (box[0] * side - 0.5, box[1] * side - 0.5, box[2] * side - 0.5, box[3] * side - 0.5)
        flat = (box_rim(rim, _RIM) - self.camera.matrix[:2, 2]) / self.camera.matrix[0, 0]
        bent = distort(flat, self.source.distortion) @ self.source.matrix[:2, :2].T + self.source.matrix[:2, 2]
        return _shares(bent, self.source.size)

    def outside(self, values: Floats, beyond: float) -> Floats:
        """A map (h, w) of this frame as a map of the whole view, 256 cells on its longer side; ``beyond`` around it."""
        height, width = self.source.size
        scale = _MAP / max(height, width)
        rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
        y = (np.arange(rows) + 0.5) * height / rows - 0.5
        x = (np.arange(columns) + 0.5) * width / columns - 0.5
        seen = self._seen(np.stack(np.meshgrid(x, y), axis=-1))
        # Why: the map's cells are larger than the frame's pixels, and their edges meet, not their centres.
        cells = (seen + 0.5) * (np.array(values.shape[::-1]) / self.camera.size[0]) - 0.5
        places = np.where(np.isfinite(cells), cells, -1e6).astype(np.float32)
        inside = (np.abs(places + 0.5 - np.array(values.shape[::-1]) / 2) <= np.array(values.shape[::-1]) / 2).all(
            axis=-1
        )
        drawn = cv2.remap(values, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.where(inside, drawn, beyond).astype(np.float32)

    def _seen(self, pixels: Doubles) -> Doubles:
        """Where in here the view's ``pixels`` (..., 2) are seen."""
        return np.asarray(ideal(self.source, pixels) @ self.camera.matrix[:2, :2].T + self.camera.matrix[:2, 2])


def ideal_places(mesh: Mesh, pose: Doubles, camera: Camera) -> Doubles:
    """(N, 2) where the vertices before the camera are seen on the ideal plane, under ``pose`` mesh to rig."""
    matrix = camera.rig_to_camera @ pose
    there = mesh.vertices @ matrix[:3, :3].T + matrix[:3, 3]
    ahead = there[there[:, 2] > 0]
    return np.asarray(ahead[:, :2] / ahead[:, 2:])


def _pinhole(source: Camera, focal: float, middle: Doubles, side: int) -> Camera:
    matrix = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1.0]])
    return replace(source, matrix=matrix, distortion=np.zeros(5), size=(side, side), resized=None)


def _rim(source: Camera, inside: Bools) -> Doubles:
    """(N, 2) the border of the box around ``inside`` on the ideal plane."""
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not rows.size:
        return np.empty((0, 2))
    flat = ideal(source, box_rim((rows[0] - 0.5, columns[0] - 0.5, rows[-1] + 0.5, columns[-1] + 0.5), _RIM))
    return np.asarray(flat[np.isfinite(flat).all(axis=1)])


def _shares(places: Doubles, size: tuple[int, int]) -> BoxShares:
    """The box around pixels (N, 2) ``x, y`` as shares of an image; all zero where there are none."""
    if not len(places):
        return 0.0, 0.0, 0.0, 0.0
    shares = np.clip((places + 0.5) / np.array(size[::-1]), 0, 1)
    (left, top), (right, bottom) = shares.min(axis=0).tolist(), shares.max(axis=0).tolist()
    return top, left, bottom, right
