"""How many millimetres one pixel shows where a camera works."""

import numpy as np

from pentad.core.camera import Camera
from pentad.geometry.plane_area import plane_points

_NEAR, _FAR = 1e-6, 1e6


def working_distance_mm(camera: Camera, point: tuple[float, float]) -> float | None:
    """Camera z in mm where the pixel ``point`` (y, x) looks at the board's plane z = 0; None where it does not."""
    there = plane_points(camera, np.array([point[1], point[0]], np.float64))
    place = camera.rig_to_camera[:3, :3] @ np.append(there, 0.0) + camera.rig_to_camera[:3, 3]
    return float(place[2]) if np.isfinite(place[2]) and place[2] > 0 else None


def pixel_mm_at(camera: Camera, distance_mm: float) -> float | None:
    """The side in mm of what one pixel shows of a plane that lies ``distance_mm`` ahead and faces the camera."""
    focal = float(np.sqrt(abs(camera.matrix[0, 0] * camera.matrix[1, 1])))
    size = distance_mm / focal if focal > 0 else np.inf
    return size if _NEAR < size < _FAR else None
