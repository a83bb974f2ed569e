"""Camera calibration files: the published YAML (Real-IAD-MVN appendix C) and Pentad's own ``rig.toml``."""

import json
import math
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import yaml

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera, Rig
from pentad.core.problem import Problem
from pentad.geometry.projection import project

_ORTHONORMAL = 1e-6
_HOMOGRAPHY = 1e-3
_LONGEST = 100_000
"""Bytes; a calibration is a few thousand."""
_DEEPEST = 8


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """One published calibration: the camera, and how far its own homography is from K [r1 r2 t], scaled to H[2,2] = 1.

    ``homography_error`` is the largest difference relative to the largest entry; None where the file has no homography.
    """

    camera: Camera
    homography_error: float | None


def read_calibration(path: Path) -> Calibration:
    """A published calibration file (.yaml or .yml); the camera is named by the file. Problem naming the file."""
    found = _published(path)
    matrix = _matrix(path, found, "intrinsic_matrix", (3, 3))
    extrinsic = _matrix(path, found, "extrinsic_matrix", (3, 4))
    camera = Camera(
        name=path.stem,
        matrix=matrix,
        world_to_camera=np.vstack([extrinsic, [0, 0, 0, 1]]),
        size=(_pixels(path, found, "image_height"), _pixels(path, found, "image_width")),
        distortion=_matrix(path, found, "distortion_matrix", (12, 1)).ravel()
        if "distortion_matrix" in found
        else np.zeros(5),
    )
    _check_camera(path, camera)
    if "H_matrix" not in found:
        return Calibration(camera, None)
    error = homography_error(camera, _matrix(path, found, "H_matrix", (3, 3)))
    if not error < _HOMOGRAPHY:
        raise _damaged(path, f"its homography differs from its own intrinsics and extrinsics by {error:.2g}")
    return Calibration(camera, error)


def read_published_rig(folder: Path) -> Rig:
    """The published side cameras of ``folder`` in name order, their boards taken to be one, turned 0/90/180/270 deg."""
    paths = sorted(path for path in folder.glob("camera_*.y*ml") if path.suffix in (".yaml", ".yml"))
    if not paths:
        raise Problem(
            f"No calibration in {folder}",
            "there is no file named camera_….yaml",
            remedy="Choose the folder that holds the calibration files",
        )
    cameras = [read_calibration(path).camera for path in paths]
    turns = [replace(camera, station=turn(math.radians(90 * index))) for index, camera in enumerate(cameras)]
    return Rig(tuple(turns))


def homography_error(camera: Camera, homography: Doubles) -> float:
    """How far ``homography`` is from K [r1 r2 t], both scaled to H[2,2] = 1, relative to the largest entry; or NaN."""
    expected = camera.matrix @ camera.world_to_camera[:3, [0, 1, 3]]
    with np.errstate(all="ignore"):
        expected = expected / expected[2, 2]
        return float(np.abs(homography / homography[2, 2] - expected).max() / np.abs(expected).max())


def turn(angle: float) -> Doubles:
    """(4, 4) a turn by ``angle`` radians about the board's normal."""
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.array([[cosine, -sine, 0, 0], [sine, cosine, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


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


def format_rig(rig: Rig) -> str:
    """``rig.toml``: every number so that it reads back bit for bit."""
    head = "# Cameras in OpenCV axes, millimetres, pixel centres at integers.\nformat = 1\n"
    return "\n".join([head, *(_block(camera) for camera in rig.cameras)])


def _block(camera: Camera) -> str:
    return (
        "[[camera]]\n"
        f"name = {json.dumps(camera.name, ensure_ascii=False)}\n"
        f"size = [{camera.size[0]}, {camera.size[1]}] # height, width\n"
        f"matrix = {_rows(camera.matrix)}\n"
        f"world_to_camera = {_rows(camera.world_to_camera)}\n"
        f"station = {_rows(camera.station)}\n"
        f"distortion = {_rows(camera.distortion)}\n"
    )


def read_rig(path: Path) -> Rig:
    """The cameras of a ``rig.toml``; Problem naming the file."""
    return parse_rig(_text(path), path)


def parse_rig(text: str, path: Path) -> Rig:
    """The cameras of a rig file's ``text``; Problem naming ``path``, where it was read."""
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise _damaged(path, str(fault)) from fault
    entries = found.get("camera")
    if found.get("format") != 1 or not isinstance(entries, list) or not entries:
        raise _damaged(path, "it is not a rig file of format 1 with [[camera]] entries")
    cameras = tuple(_camera(path, entry) for entry in entries)
    if len({camera.name for camera in cameras}) < len(cameras):
        raise _damaged(path, "two cameras have one name")
    return Rig(cameras)


def _camera(path: Path, entry: object) -> Camera:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise _damaged(path, "a camera has no name")
    fields = cast(dict[str, Any], entry)
    height, width = _numbers(path, fields, "size", (2,))
    terms = fields.get("distortion", [0.0] * 5)
    distortion = _numbers(path, {"distortion": terms}, "distortion", (len(terms) if isinstance(terms, list) else 0,))
    camera = Camera(
        name=fields["name"],
        matrix=_numbers(path, fields, "matrix", (3, 3)),
        world_to_camera=_numbers(path, fields, "world_to_camera", (4, 4)),
        size=(int(height), int(width)),
        distortion=distortion,
        station=_numbers(path, fields, "station", (4, 4)) if "station" in fields else np.eye(4),
    )
    _check_rotation(path, f"the station of {camera.name}", camera.station)
    _check_camera(path, camera)
    return camera


def _check_camera(path: Path, camera: Camera) -> None:
    if camera.matrix[0, 0] <= 0 or camera.matrix[1, 1] <= 0 or not np.allclose(camera.matrix[2], [0, 0, 1]):
        raise _damaged(path, f"the intrinsics of {camera.name} are not a camera matrix")
    if min(camera.size) <= 0:
        raise _damaged(path, f"the image size of {camera.name} is {camera.size[1]} x {camera.size[0]}")
    if camera.distortion.shape not in ((4,), (5,), (8,), (12,)):
        raise _damaged(path, f"{camera.name} has {camera.distortion.size} distortion terms, not 4, 5, 8 or 12")
    _check_rotation(path, f"the extrinsics of {camera.name}", camera.world_to_camera)
    centre = camera.centre
    if not np.isfinite(project(camera, centre + camera.rig_to_camera[2, :3])).all():
        raise _damaged(path, f"nothing projects through {camera.name}")


def _check_rotation(path: Path, what: str, pose: Doubles) -> None:
    if not np.array_equal(pose[3], [0, 0, 0, 1]):
        raise _damaged(path, f"the last row of {what} is not 0 0 0 1")
    rotation = pose[:3, :3]
    miss = np.abs(rotation @ rotation.T - np.eye(3)).max()
    if miss > _ORTHONORMAL:
        raise _damaged(path, f"the rotation in {what} is not orthonormal (off by {miss:.2g})")
    if np.linalg.det(rotation) < 0:
        raise _damaged(path, f"the rotation in {what} is a mirror image (determinant -1)")


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _LONGEST:
            raise _damaged(path, f"it is longer than {_LONGEST:,} bytes")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise _damaged(path, str(fault)) from fault


def _published(path: Path) -> dict[str, object]:
    text = _text(path)
    try:
        _check_plain(path, text)
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise _damaged(path, str(fault)) from fault
    if not isinstance(found, dict) or "intrinsic_matrix" not in found:
        raise _damaged(path, "it has no intrinsic_matrix")
    return cast(dict[str, object], found)


def _check_plain(path: Path, text: str) -> None:
    """Why: aliases within aliases are small in the file and endless in memory, and deep nesting is endless in time."""
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
            raise _damaged(path, "it is nested deeper than any calibration, or refers to itself by aliases")


def _matrix(path: Path, found: dict[str, object], key: str, shape: tuple[int, int]) -> Doubles:
    entry = found.get(key)
    if not isinstance(entry, dict):
        raise _damaged(path, f"it has no {key}")
    if (entry.get("rows"), entry.get("cols")) != shape:
        raise _damaged(path, f"its {key} says {entry.get('rows')} x {entry.get('cols')}, not {shape[0]} x {shape[1]}")
    flat = _numbers(path, cast(dict[str, object], entry), "data", (shape[0] * shape[1],), within=key)
    return flat.reshape(shape)


def _numbers(
    path: Path, found: dict[str, Any], key: str, shape: tuple[int, ...], *, within: str | None = None
) -> Doubles:
    name = within or key
    try:
        # Why: a YAML float needs a dot before the exponent, so some writers' numbers arrive as strings.
        values: Doubles = np.asarray(found[key], dtype=np.float64)
    except (KeyError, TypeError, ValueError, OverflowError) as fault:
        raise _damaged(path, f"its {name} is missing or not all numbers") from fault
    if values.shape != shape or not np.isfinite(values).all():
        raise _damaged(path, f"its {name} holds {values.size} numbers, some missing or not finite")
    return values


def _pixels(path: Path, found: dict[str, object], key: str) -> int:
    value = found.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _damaged(path, f"it has no {key}")
    return value


def _rows(values: Doubles) -> str:
    return repr(np.asarray(values, np.float64).tolist())


def _damaged(path: Path, why: str) -> Problem:
    return Problem(f"{path} cannot be used as a calibration", why, remedy="Choose another file, or calibrate again")
