"""A calibrated camera, and the rig several of them form."""

from dataclasses import dataclass, field

import numpy as np

from pentad.core.arrays import Doubles


def _identity() -> Doubles:
    return np.eye(4)


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """Intrinsics, distortion and pose of one view's camera. OpenCV axes: x right, y down, z forward; millimetres.

    ``matrix`` (3, 3) is K in pixels with pixel centres at integers; ``distortion`` holds OpenCV's k1 k2 p1 p2 k3 …;
    ``world_to_camera`` (4, 4) is as published, relative to the board this camera was calibrated against; ``size`` is
    (height, width) of the calibrated image. ``station`` (4, 4) carries rig coordinates to that board's, because
    published boards need not be one and the same (METHODS 4).
    """

    name: str
    matrix: Doubles
    world_to_camera: Doubles
    size: tuple[int, int]
    distortion: Doubles = field(default_factory=lambda: np.zeros(5))
    station: Doubles = field(default_factory=_identity)

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
