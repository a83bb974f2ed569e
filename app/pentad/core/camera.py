"""A calibrated camera, and the rig several of them form."""

from dataclasses import dataclass, field

import numpy as np

from pentad.core.arrays import Doubles


def _identity() -> Doubles:
    return np.eye(4)


@dataclass(frozen=True, slots=True)
class Resizing:
    """How a camera's image came from the calibrated one: what was cut out of it, and by what that was then multiplied.

    ``from_size`` is (height, width) of the calibrated image; ``crop`` is y0, x0, y1, x1 in it, counted between pixels
    (0 is the image's border) and no whole numbers where an image was scaled first; ``scale`` is (down, across).
    """

    from_size: tuple[int, int]
    crop: tuple[float, float, float, float]
    scale: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """Intrinsics, distortion and pose of one view's camera. OpenCV axes: x right, y down, z forward; millimetres.

    ``matrix`` (3, 3) is K in pixels with pixel centres at integers; ``distortion`` holds OpenCV's k1 k2 p1 p2 k3 …;
    ``world_to_camera`` (4, 4) is as published, relative to the board this camera was calibrated against; ``size`` is
    (height, width) of the calibrated image. ``station`` (4, 4) carries rig coordinates to that board's, because
    published boards need not be one and the same (METHODS 4). ``resized`` records an explicit change of the intrinsics
    for another image size; None where they are as calibrated.
    """

    name: str
    matrix: Doubles
    world_to_camera: Doubles
    size: tuple[int, int]
    distortion: Doubles = field(default_factory=lambda: np.zeros(5))
    station: Doubles = field(default_factory=_identity)
    resized: Resizing | None = None

    @property
    def rig_to_camera(self) -> Doubles:
        """(4, 4) rig millimetres to camera millimetres."""
        return self.world_to_camera @ self.station

    @property
    def centre(self) -> Doubles:
        """(3,) where the camera stands, in rig millimetres."""
        rotation, shift = self.rig_to_camera[:3, :3], self.rig_to_camera[:3, 3]
        return -rotation.T @ shift


@dataclass(frozen=True, slots=True)
class Rig:
    """The cameras of one inspection station, by view name."""

    cameras: tuple[Camera, ...]

    def camera(self, name: str) -> Camera:
        """The camera called ``name``; KeyError where there is none."""
        for camera in self.cameras:
            if camera.name == name:
                return camera
        raise KeyError(name)
