"""Where a camera stands that looks at a place."""

import numpy as np
from numpy.typing import ArrayLike

from pentad.core.arrays import Doubles


def looking_from(eye: ArrayLike, aim: ArrayLike = (0.0, 0.0, 0.0), up: ArrayLike = (0.0, 0.0, 1.0)) -> Doubles:
    """(4, 4) world to a camera at ``eye`` with ``aim`` on its axis; its x is level, ``up`` is up in its picture."""
    place = np.asarray(eye, np.float64)
    ahead = np.subtract(aim, place)
    ahead /= np.linalg.norm(ahead)
    right = np.cross(ahead, np.asarray(up, np.float64))
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(ahead, right), ahead])
    pose[:3, 3] = -pose[:3, :3] @ place
    return pose
