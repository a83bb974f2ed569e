"""The published calibrations (Real-IAD-MVN appendix C), one YAML file for each side camera."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.io.calibration.checks import check_board, check_camera, check_homography
from pentad.io.calibration.documents import Document, yaml_document
from pentad.io.calibration.numbers import numbers
from pentad.io.calibration.source import Source, damaged, source_at


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """One published calibration: the camera, and how far its own homography is from K [r1 r2 t], scaled to H[2,2] = 1.

    ``homography_error`` is the largest difference relative to the largest entry; None where the file has no homography.
    """

    camera: Camera
    homography_error: float | None


def read_calibration(path: Path) -> Calibration:
    """A published calibration file (.yaml or .yml); the camera is named by the file. Problem naming the file."""
    source = source_at(path)
    return published(source, yaml_document(source))


def published(source: Source, found: Document) -> Calibration:
    """The calibration that a published file's ``found`` means; Problem naming the file."""
    path = source.path
    if "intrinsic_matrix" not in found:
        raise damaged(path, "it has no intrinsic_matrix")
    lens = _matrix(path, found, "distortion_matrix", (12, 1)).ravel() if "distortion_matrix" in found else np.zeros(5)
    matrix = _matrix(path, found, "intrinsic_matrix", (3, 3))
    pose = np.vstack([_matrix(path, found, "extrinsic_matrix", (3, 4)), [0, 0, 0, 1]])
    size = _length(path, found, "image_height"), _length(path, found, "image_width")
    camera = Camera(path.stem, matrix, pose, size, lens)
    check_camera(path, camera)
    check_board(path, camera)
    if "H_matrix" not in found:
        return Calibration(camera, None)
    return Calibration(camera, check_homography(path, camera, _matrix(path, found, "H_matrix", (3, 3))))


def turned(cameras: list[Camera]) -> tuple[Camera, ...]:
    """``cameras`` as if their boards were one that was turned by a quarter from each camera to the next (METHODS 4)."""
    return tuple(replace(camera, station=turn(math.radians(90 * index))) for index, camera in enumerate(cameras))


def turn(angle: float) -> Doubles:
    """(4, 4) a turn by ``angle`` radians about the board's normal."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, -sine, 0, 0], [sine, cosine, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def _matrix(path: Path, found: Document, key: str, shape: tuple[int, int]) -> Doubles:
    entry = found.get(key)
    if not isinstance(entry, dict):
        raise damaged(path, f"it has no {key}")
    if (entry.get("rows"), entry.get("cols")) != shape:
        raise damaged(path, f"its {key} says {entry.get('rows')} x {entry.get('cols')}, not {shape[0]} x {shape[1]}")
    return numbers(path, entry.get("data"), key, (shape[0] * shape[1],)).reshape(shape)


def _length(path: Path, found: Document, key: str) -> int:
    value = found.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise damaged(path, f"it has no {key}")
    return value
