"""What is said of a camera to a person or a script."""

import math

from pentad.core.camera import Camera


def summary(camera: Camera, *, error: float | None, frame: str) -> dict[str, object]:
    """What ``pentad info`` says of a camera; ``frame`` is ``"board"`` (as published) or ``"rig"``."""
    height, width = camera.size
    pose = camera.world_to_camera if frame == "board" else camera.rig_to_camera
    centre = -pose[:3, :3].T @ pose[:3, 3]
    return {
        "name": camera.name,
        "image_size": [width, height],
        "fov_deg": [round(math.degrees(angle), 4) for angle in field_of_view(camera)],
        "centre_mm": [round(float(value), 4) for value in centre],
        "homography_error": error,
        "frame": frame,
    }


def field_of_view(camera: Camera) -> tuple[float, float]:
    """(across, down) radians between opposite image borders, the principal point where it is, distortion left out."""
    height, width = camera.size
    fx, fy, cx, cy = camera.matrix[0, 0], camera.matrix[1, 1], camera.matrix[0, 2], camera.matrix[1, 2]
    across = math.atan((width - 0.5 - cx) / fx) - math.atan((-0.5 - cx) / fx)
    down = math.atan((height - 0.5 - cy) / fy) - math.atan((-0.5 - cy) / fy)
    return across, down
