"""Where chairs are looked at from: query cameras at random places, reference cameras on a circle."""

import math
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera

FOCAL_SHARE = 355 / 256
"""Focal length as a share of the image's side, as BrokenChairs-180K has it."""
REFERENCE_ELEVATION_DEG = 20.0
REFERENCE_DISTANCE = 2.5
REFERENCE_STEP_DEG = 18
_TO_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])


@dataclass(frozen=True, slots=True)
class Station:
    """A place to look from: on a sphere of ``radius`` around the origin, looking at ``aim``.

    ``azimuth_deg`` counts from +x towards +z, ``elevation_deg`` up from the floor's plane; y is up.
    """

    radius: float
    azimuth_deg: float
    elevation_deg: float
    aim: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def eye(self) -> Doubles:
        azimuth, elevation = math.radians(self.azimuth_deg), math.radians(self.elevation_deg)
        flat = math.cos(elevation)
        return self.radius * np.array([flat * math.cos(azimuth), math.sin(elevation), flat * math.sin(azimuth)])

    def camera(self, size: int) -> Camera:
        """The square camera of ``size`` pixels here, upright; OpenCV axes, pixel centres at integers."""
        focal, middle = FOCAL_SHARE * size, (size - 1) / 2
        matrix = np.array([[focal, 0, middle], [0, focal, middle], [0, 0, 1.0]])
        ahead = np.array(self.aim) - self.eye
        ahead /= np.linalg.norm(ahead)
        right = np.cross(ahead, [0.0, 1.0, 0.0])
        right /= np.linalg.norm(right)
        pose = np.eye(4)
        pose[:3, :3] = right, np.cross(ahead, right), ahead
        pose[:3, 3] = -pose[:3, :3] @ self.eye
        return Camera("image", matrix, pose, (size, size))


def query_station(rng: np.random.Generator) -> Station:
    """A random place, its numbers rounded as a file name says them; it looks a little past the chair's middle."""
    aim = rng.uniform(-0.05, 0.05, 3).round(4)
    return Station(
        round(float(rng.uniform(2.2, 2.9)), 2),
        round(float(rng.uniform(0, 360)), 1) % 360,
        round(float(rng.uniform(5, 45)), 1),
        (float(aim[0]), float(aim[1]), float(aim[2])),
    )


def reference_stations(aim: Doubles) -> list[tuple[int, Station]]:
    """The circle of reference cameras with their azimuths: 0, 18, … 360 degrees, the last one the first again."""
    x, y, z = (float(value) for value in aim)
    return [
        (azimuth, Station(REFERENCE_DISTANCE, float(azimuth % 360), REFERENCE_ELEVATION_DEG, (x, y, z)))
        for azimuth in range(0, 361, REFERENCE_STEP_DEG)
    ]


def named_azimuth(station: Station) -> float:
    """The azimuth as a query's file name says it: in BrokenChairs-180K it runs against that of the references."""
    return round((360 - station.azimuth_deg) % 360, 1) % 360


def camera_words(camera: Camera) -> dict[str, list[list[float]]]:
    """K, RT and RT_ as the data set writes them: K for pixel centres at one half, RT world to camera in OpenGL axes
    (x right, y up, z backward), RT_ its inverse."""
    matrix = camera.matrix.copy()
    matrix[:2, 2] += 0.5
    pose = _TO_OPENGL @ camera.world_to_camera
    return {"K": matrix.tolist(), "RT": pose.tolist(), "RT_": np.linalg.inv(pose).tolist()}
