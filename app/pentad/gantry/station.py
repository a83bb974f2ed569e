"""The five cameras and eight lights of the simulated gantry."""

import math

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera, Rig
from pentad.core.resource import resource
from pentad.io.calibration import read_calibration, turn

VIEWS = ("top", "front", "right", "back", "left")
_PUBLISHED = ("front", "right", "back", "left")
_WINDOW = (2400, 3600)
_ABOVE_BOARD_MM = 4.5
_TOP_DISTANCE_MM = 260.0
_LIGHTS = 8
_SLANT = math.radians(38)


def image_size(size: int) -> tuple[int, int]:
    """(height, width) of a view ``size`` pixels wide, 3:2 as in the data set (3648 x 5472)."""
    return round(size * 2 / 3), size


def gantry_rig(size: int) -> Rig:
    """Five cameras around a part at the rig's origin; rig axes: x right, y back, z up from the board, millimetres.

    The side cameras keep the published focal lengths and extrinsics. What is chosen here, and why:

    - Station: each published board is turned by 0/90/180/270 degrees about its normal (METHODS 4) and shifted so that
      the middle of the published image looks at the part. Boards were placed by hand, each its own way; parts are not.
    - Window: the middle 3600 x 2400 px of the published 4096 x 3000, about 48 x 32 mm at the part, scaled to ``size``
      wide. Principal points move along with it, so they stay as far off centre as they were.
    - Read-out: the published cameras hang upside down; their images are turned by half a turn so that up is up.
    - Lens: no distortion, as if the images had been rectified.
    - The top view has no published calibration: the mean focal length, looking straight down from 260 mm.
    """
    sides = [_side(index, name, size) for index, name in enumerate(_PUBLISHED)]
    return Rig((_top(sides, size), *sides))


def lights() -> Doubles:
    """(8, 3) unit directions to the lights of each view's ring, camera axes: 38 degrees off its axis, all round."""
    around = (np.arange(_LIGHTS) + 0.5) * (2 * math.pi / _LIGHTS)
    flat = math.sin(_SLANT)
    return np.stack([flat * np.cos(around), flat * np.sin(around), np.full(_LIGHTS, math.cos(_SLANT))], axis=1)


def _side(index: int, name: str, size: int) -> Camera:
    published = read_calibration(resource("calibration", f"camera_{index + 1}.yaml")).camera
    height, width = published.size
    matrix = _windowed(published.matrix, ((height - 1) / 2, (width - 1) / 2), size)
    seen = _board_point(published, (width - 1) / 2, (height - 1) / 2)
    upright = np.diag([-1.0, 1.0, -1.0, 1.0])
    station = turn(math.radians(90 * index)) @ upright
    station[:3, 3] = seen - station[:3, :3] @ np.array([0, 0, _ABOVE_BOARD_MM])
    rows, columns = image_size(size)
    matrix[:2, 2] = columns - 1 - matrix[0, 2], rows - 1 - matrix[1, 2]
    upside_up = np.diag([-1.0, -1.0, 1.0, 1.0]) @ published.world_to_camera
    return Camera(name, matrix, upside_up, (rows, columns), np.zeros(5), station)


def _top(sides: list[Camera], size: int) -> Camera:
    focal = float(np.mean([camera.matrix[[0, 1], [0, 1]] for camera in sides]))
    height, width = image_size(size)
    matrix = np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1]])
    pose = np.diag([1.0, -1.0, -1.0, 1.0])
    pose[2, 3] = _TOP_DISTANCE_MM + _ABOVE_BOARD_MM
    return Camera("top", matrix, pose, (height, width))


def _windowed(matrix: Doubles, middle: tuple[float, float], size: int) -> Doubles:
    """K of the middle window of an image, scaled to ``size`` wide; pixel centres stay at integers."""
    height, width = image_size(size)
    scale = np.array([width / _WINDOW[1], height / _WINDOW[0]])
    result = matrix.copy()
    result[0, 0] *= scale[0]
    result[1, 1] *= scale[1]
    result[0, 2] = (matrix[0, 2] - middle[1]) * scale[0] + (width - 1) / 2
    result[1, 2] = (matrix[1, 2] - middle[0]) * scale[1] + (height - 1) / 2
    return result


def _board_point(camera: Camera, x: float, y: float) -> Doubles:
    """(3,) where the ray of pixel (x, y) crosses the plane of the parts' middles, in board millimetres (z down)."""
    rotation, shift = camera.world_to_camera[:3, :3], camera.world_to_camera[:3, 3]
    ray = rotation.T @ np.linalg.solve(camera.matrix, [x, y, 1])
    centre = -rotation.T @ shift
    return np.asarray(centre + ray * ((-_ABOVE_BOARD_MM - centre[2]) / ray[2]))
