"""Calibrations in OpenCV's FileStorage (YAML, XML, JSON), under the names that its samples and ROS give them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import cv2
import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.rigid import placed
from pentad.io.calibration.cameras import Cameras, known_size, short_enough
from pentad.io.calibration.checks import nearest_rotation
from pentad.io.calibration.documents import Document
from pentad.io.calibration.numbers import numbers, whole
from pentad.io.calibration.source import MOST_CAMERAS, Source, damaged

_MATRIX = ("cameramatrix", "intrinsicmatrix", "intrinsics", "k", "mtx")
_LENS = ("distortioncoefficients", "distcoeffs", "distortioncoeffs", "distortionmatrix", "distortion", "dist", "d")
_POSE = ("extrinsicmatrix", "extrinsics", "worldtocamera", "rt")
_ROTATION = ("rotationmatrix", "rotation", "rvec", "rotationvector", "r")
_SHIFT = ("translationvector", "translation", "tvec", "t")
_BOARDS = ("extrinsicparameters",)
_SIZES = ("imagesize", "resolution", "size")
_MODEL = ("distortionmodel", "cameramodel", "calibrationmodel", "model")
_TILTED = 14


def read_opencv(source: Source, found: Document, size: tuple[int, int] | None) -> Cameras:
    """The camera, or the cameras by name, of a file that OpenCV wrote; ``size`` (height, width) where it says none.

    A pose is ``R`` (matrix or Rodrigues vector) and ``T``, or a matrix of both, world to camera. Where there is one
    row for each view of a board, the first is taken and a note says so. A camera without a pose stands at the
    origin, and is in ``unplaced``.
    """
    entries = list(_entries(source, _folded(found)))
    short_enough(source, len(entries), MOST_CAMERAS)
    if not entries:
        raise damaged(source.path, "it has no intrinsic_matrix, camera_matrix or K")
    notes: list[Problem] = []
    cameras, unplaced = [], []
    for name, entry in entries:
        pose, said = _pose(source, name, entry)
        notes += said
        if pose is None:
            unplaced.append(name)
        matrix = _matrix(source, _first(entry, _MATRIX), f"matrix of {name:.80}")
        seen = known_size(source, name, _size(source, entry) or size)
        there = np.eye(4) if pose is None else pose
        cameras.append(Camera(name, numbers(source.path, matrix, "matrix", (3, 3)), there, seen, _lens(source, entry)))
    return Cameras(tuple(cameras), tuple(notes), unplaced=tuple(unplaced))


def _folded(found: Mapping[Any, Any]) -> Document:
    """Keys without their case and underscores, as the many spellings of one name differ in no more."""
    return {str(key).replace("_", "").lower(): value for key, value in found.items()}


def _entries(source: Source, found: Document) -> Iterator[tuple[str, Document]]:
    if _first(found, _MATRIX) is not None:
        yield _name(found) or source.path.stem, found
    elif "m1" in found and "m2" in found:
        yield from _pair(found)
    else:
        for key, value in found.items():
            inside = value if isinstance(value, list) else [value]
            for index, entry in enumerate(inside):
                if isinstance(entry, dict) and _first(folded := _folded(entry), _MATRIX) is not None:
                    yield _name(folded) or (f"{key}{index}" if isinstance(value, list) else key), folded


def _pair(found: Document) -> Iterator[tuple[str, Document]]:
    """The two cameras of stereoCalibrate; the world is the left one's, as R and T lead from there to the right."""
    shared = {key: value for key, value in found.items() if key.startswith(("image", "size", "resolution"))}
    left = {"r": np.eye(3).tolist(), "t": [0.0, 0.0, 0.0]} if "r" in found and "t" in found else {}
    right = {key: found[key] for key in left}
    yield "left", {**shared, **left, "k": found["m1"], "d": found.get("d1")}
    yield "right", {**shared, **right, "k": found["m2"], "d": found.get("d2")}


def _name(found: Document) -> str:
    name = _first(found, ("cameraname", "name"))
    return name if isinstance(name, str) else ""


def _first(found: Document, names: Sequence[str]) -> Any:
    return next((found[name] for name in names if found.get(name) is not None), None)


def _matrix(source: Source, value: object, name: str) -> Doubles:
    """An OpenCV matrix, or rows of numbers."""
    if not isinstance(value, dict):
        return numbers(source.path, value, name)
    entry = cast(Document, value)
    if "sizes" in entry:  # Why: OpenCV writes an array of other than two dimensions with their list.
        return numbers(source.path, entry.get("data"), name).ravel()
    rows, columns = (whole(source.path, entry.get(key), f"{key} of {name:.80}") for key in ("rows", "cols"))
    flat = np.atleast_1d(numbers(source.path, entry.get("data"), name))
    if min(rows, columns) < 1 or flat.shape != (rows * columns,):
        raise damaged(source.path, f"its {name:.80} says {rows} x {columns} and holds {flat.size} numbers")
    return flat.reshape(rows, columns)


def _pose(source: Source, name: str, entry: Document) -> tuple[Doubles | None, list[Problem]]:
    whole_pose, boards = _first(entry, _POSE), _first(entry, _BOARDS)
    rotation, shift = _first(entry, _ROTATION), _first(entry, _SHIFT)
    notes: list[Problem] = []
    if whole_pose is not None:
        found = _matrix(source, whole_pose, f"extrinsics of {name:.80}")
        if found.shape not in ((3, 4), (4, 4)):
            raise damaged(source.path, f"the extrinsics of {name:.80} are {found.shape}, not 3 x 4")
        turn, there = found[:3, :3], found[:3, 3]
    elif rotation is not None and shift is not None:
        turn = _turn(source, name, _matrix(source, rotation, f"rotation of {name:.80}"))
        there = _matrix(source, shift, f"translation of {name:.80}").ravel()
    elif boards is not None:
        rows = np.atleast_2d(_matrix(source, boards, f"extrinsic parameters of {name:.80}"))
        if rows.shape[1] != 6:
            raise damaged(source.path, f"the extrinsic parameters of {name:.80} are not six a board")
        turn, there = _turn(source, name, rows[0, :3]), rows[0, 3:]
        notes += [_first_board(source, name, len(rows))] if len(rows) > 1 else []
    elif rotation is not None or shift is not None:
        raise damaged(source.path, f"{name:.80} has one of rotation and translation, and not the other")
    else:
        return None, [_no_pose(source, name)]
    exact, note = nearest_rotation(source.path, f"the extrinsics of {name:.80}", turn)
    return placed(exact, numbers(source.path, there, f"translation of {name:.80}", (3,))), [
        *notes,
        *([note] if note else []),
    ]


def _turn(source: Source, name: str, found: Doubles) -> Doubles:
    if found.size == 3:
        return np.asarray(cv2.Rodrigues(found.ravel())[0], np.float64)
    if found.shape != (3, 3):
        raise damaged(source.path, f"the rotation of {name:.80} holds {found.size} numbers, not 9 or 3")
    return found


def _lens(source: Source, entry: Document) -> Doubles:
    model = str(_first(entry, _MODEL) or "").lower()
    if "fisheye" in model or "equidistant" in model or "omni" in model:
        raise damaged(source.path, f"its lens model is {model[:40]!a}, which OpenCV's pinhole terms cannot say")
    said = _first(entry, _LENS)
    lens = np.zeros(5) if said is None else _matrix(source, said, "distortion").ravel()
    if lens.size == _TILTED:
        if lens[12:].any():
            raise damaged(source.path, "its sensor is tilted (tau), which Pentad's lens model has not")
        lens = lens[:12]
    return lens if lens.any() or lens.size in (4, 5, 8, 12) else np.zeros(5)


def _size(source: Source, entry: Document) -> tuple[int, int] | None:
    for width, height in (("imagewidth", "imageheight"), ("width", "height")):
        if width in entry and height in entry:
            return _height_width(source, entry[height], entry[width])
    both = _first(entry, _SIZES)
    if both is None:
        return None
    flat = numbers(source.path, both, "image size", (2,))
    return _height_width(source, float(flat[1]), float(flat[0]))


def _height_width(source: Source, height: object, width: object) -> tuple[int, int]:
    return whole(source.path, height, "image height"), whole(source.path, width, "image width")


def _first_board(source: Source, name: str, count: int) -> Problem:
    return Problem(
        f"{source.path} holds {count} poses of {name:.80}, one for each view of the board",
        "the first one is taken as where the camera stands",
        remedy="Write the pose that is meant as R and T",
    )


def _no_pose(source: Source, name: str) -> Problem:
    return Problem(
        f"{name:.80} has a lens and no place",
        f"{source.path} holds no extrinsics",
        remedy="Place it by picking point pairs, or write R and T into the file",
    )
