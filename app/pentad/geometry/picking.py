"""Which pyramid of sight lies under the pointer."""

from collections.abc import Sequence

import cv2
import numpy as np

from pentad.geometry.frustum import Frustum
from pentad.geometry.viewpoint import Viewpoint


def frustum_at(
    frusta: Sequence[Frustum], point: tuple[float, float], viewpoint: Viewpoint, size: tuple[int, int]
) -> str | None:
    """The name of the frustum whose outline in a picture of ``size`` (height, width) holds ``point`` (x, y), or None.

    An image plane goes before the rest of a pyramid, and what is nearer before what is farther. One whose apex the
    picture is seen from is not under the pointer: it is all around.
    """
    found: list[tuple[bool, float, str]] = []
    for each in frusta:
        if np.linalg.norm(each.apex - viewpoint.eye) < 1e-6 * viewpoint.distance:
            continue
        rim, apex = viewpoint.project(each.rim, size), viewpoint.project(each.apex, size)
        if not np.isfinite(rim).all():
            continue
        on_plane = _holds(rim[:, :2], point)
        whole = np.concatenate([rim, apex[None]])
        if on_plane or (np.isfinite(apex).all() and _holds(_hull(whole[:, :2]), point)):
            found.append((not on_plane, float(rim[:, 2].mean()), each.name))
    return min(found)[2] if found else None


def _hull(points: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.convexHull(points.astype(np.float32))[:, 0])


def _holds(outline: np.ndarray, point: tuple[float, float]) -> bool:
    around = np.ascontiguousarray(outline, np.float32)
    return cv2.pointPolygonTest(around, (float(point[0]), float(point[1])), measureDist=False) >= 0
