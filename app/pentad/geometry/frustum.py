"""What a calibrated camera sees, as a solid in rig millimetres to be drawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.geometry.projection import rays, unproject


@dataclass(frozen=True, slots=True, eq=False)
class Frustum:
    """The pyramid of sight of the view ``name``, cut off at its image plane.

    ``apex`` (3,) is the camera's centre. ``plane`` (R, C, 3) are places of a regular raster of the image, its outer
    pixel edges included, first row at the image's top; a lens bends it. ``lens_left_out``: the lens polynomial has no
    inverse at the image's border, so the plane is that of the pinhole.
    """

    name: str
    apex: Doubles
    plane: Doubles
    lens_left_out: bool = False

    @property
    def corners(self) -> Doubles:
        """(4, 3): top left, top right, bottom right, bottom left of the image."""
        return self.plane[[0, 0, -1, -1], [0, -1, -1, 0]]

    @property
    def rim(self) -> Doubles:
        """(N, 3) once around the image's border, the first place again at the end."""
        plane = self.plane
        sides = (plane[0, :-1], plane[:-1, -1], plane[-1, :0:-1], plane[:0:-1, 0], plane[:1, 0])
        return np.concatenate(sides)

    @property
    def edges(self) -> Doubles:
        """(M, 2, 3) line pieces: the rim, and the four edges from the apex."""
        rim = self.rim
        apexes = np.broadcast_to(self.apex, (4, 3))
        around = np.stack([rim[:-1], rim[1:]], axis=1)
        return np.concatenate([around, np.stack([apexes, self.corners], axis=1)])


def frustum(camera: Camera, *, name: str, depth: float, cells: int = 12) -> Frustum:
    """The camera's pyramid up to the plane ``depth`` mm ahead of it, its image divided into ``cells`` x ``cells``."""
    height, width = camera.size
    rows, columns = np.linspace(-0.5, height - 0.5, cells + 1), np.linspace(-0.5, width - 0.5, cells + 1)
    pixels = np.stack(np.meshgrid(columns, rows), axis=-1)
    plane = unproject(camera, pixels, np.full(pixels.shape[:-1], depth))
    left_out = not bool(np.isfinite(plane).all())
    if left_out:
        pinhole = replace(camera, distortion=np.zeros(5))
        plane = unproject(pinhole, pixels, np.full(pixels.shape[:-1], depth))
    return Frustum(name, camera.centre, plane, left_out)


def gaze(camera: Camera) -> Doubles:
    """(3,) unit direction through the middle of the image, which the principal point may be far from."""
    height, width = camera.size
    middle = [(width - 1) / 2, (height - 1) / 2]
    ahead = rays(camera, middle)
    return ahead if np.isfinite(ahead).all() else rays(replace(camera, distortion=np.zeros(5)), middle)


def focus(cameras: Sequence[Camera]) -> Doubles:
    """(3,) the place nearest to all the cameras' gazes, by least squares; where they do not meet before the cameras,
    the middle of where they reach the plane z = 0, or failing that of places as far ahead as the cameras are apart.
    """
    centres, gazes = np.stack([c.centre for c in cameras]), np.stack([gaze(c) for c in cameras])
    across = np.eye(3) - gazes[:, :, None] * gazes[:, None, :]
    whole = across.sum(axis=0)
    if np.linalg.cond(whole) < 1e6:
        met = np.linalg.solve(whole, np.einsum("nij,nj->i", across, centres))
        if (np.einsum("ni,ni->n", met - centres, gazes) > 0).all():
            return np.asarray(met)
    return np.asarray(on_board(centres, gazes).mean(axis=0))


def on_board(centres: Doubles, gazes: Doubles) -> Doubles:
    """(N, 3) where rays reach the plane z = 0; those that never do end after the others' mean length."""
    with np.errstate(divide="ignore", invalid="ignore"):
        lengths = -centres[:, 2] / gazes[:, 2]
    ahead = np.isfinite(lengths) & (lengths > 0)
    spread = float(np.linalg.norm(np.ptp(centres, axis=0))) or float(np.linalg.norm(centres[0])) or 100.0
    lengths = np.where(ahead, lengths, lengths[ahead].mean() if ahead.any() else spread)
    return np.asarray(centres + lengths[:, None] * gazes)
