"""Pentad's own ``rig.toml``: cameras in OpenCV axes, each with its station, every number read back bit for bit."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera, Resizing, Rig
from pentad.io.bounded_toml import read_toml
from pentad.io.calibration.checks import check_camera
from pentad.io.calibration.numbers import numbers, whole
from pentad.io.calibration.source import damaged
from pentad.sdk.atomic import write_bytes

_HEAD = "# Cameras in OpenCV axes, millimetres, pixel centres at integers.\nformat = 1\n"
_ROUNDING = 0.51


def format_rig(rig: Rig) -> str:
    """``rig.toml``: every number so that it reads back bit for bit."""
    return "\n".join([_HEAD, *(_block(camera) for camera in rig.cameras)])


def write_rig(path: Path, rig: Rig) -> None:
    """Make ``path`` the ``rig.toml`` of ``rig``, or leave it as it was and raise Problem."""
    write_bytes(path, format_rig(rig).encode())


def parse_rig(text: str, path: Path) -> Rig:
    """The cameras of a rig file's ``text``; Problem naming ``path``, where it was read."""
    try:
        found = read_toml(text)
    except ValueError as fault:
        raise damaged(path, str(fault)) from fault
    entries = found.get("camera")
    if found.get("format") != 1 or not isinstance(entries, list) or not entries:
        raise damaged(path, "it is not a rig file of format 1 with [[camera]] entries")
    cameras = tuple(_camera(path, entry) for entry in entries)
    if len({camera.name for camera in cameras}) < len(cameras):
        raise damaged(path, "two cameras have one name")
    return Rig(cameras)


def _block(camera: Camera) -> str:
    return (
        "[[camera]]\n"
        f"name = {json.dumps(camera.name, ensure_ascii=False)}\n"
        f"size = [{camera.size[0]}, {camera.size[1]}] # height, width\n"
        f"matrix = {_rows(camera.matrix)}\n"
        f"world_to_camera = {_rows(camera.world_to_camera)}\n"
        f"station = {_rows(camera.station)}\n"
        f"distortion = {_rows(camera.distortion)}\n"
        f"{_resized(camera.resized)}"
    )


def _resized(record: Resizing | None) -> str:
    if record is None:
        return ""
    return (
        f"resized = {{ from_size = {list(record.from_size)}, crop = {_rows(np.array(record.crop))}, "
        f"scale = {_rows(np.array(record.scale))} }} # crop: y0, x0, y1, x1; scale: down, across\n"
    )


def _camera(path: Path, entry: object) -> Camera:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise damaged(path, "a camera has no name")
    said = numbers(path, entry.get("size"), "size", (2,))
    height, width = (whole(path, float(each), name) for each, name in zip(said, ("height", "width"), strict=True))
    station = numbers(path, entry["station"], "station", (4, 4)) if "station" in entry else np.eye(4)
    camera = Camera(
        name=entry["name"],
        matrix=numbers(path, entry.get("matrix"), "matrix", (3, 3)),
        world_to_camera=numbers(path, entry.get("world_to_camera"), "world_to_camera", (4, 4)),
        size=(height, width),
        distortion=numbers(path, entry.get("distortion", [0.0] * 5), "distortion"),
        station=station,
        resized=_record(path, entry),
    )
    check_camera(path, camera)
    return camera


def _record(path: Path, entry: Mapping[str, Any]) -> Resizing | None:
    found = entry.get("resized")
    if found is None:
        return None
    if not isinstance(found, dict):
        raise damaged(path, f"resized of {entry['name']} is no table of from_size, crop and scale")
    rows, columns = numbers(path, found.get("from_size"), "from_size", (2,))
    y0, x0, y1, x1 = (float(value) for value in numbers(path, found.get("crop"), "crop", (4,)))
    down, across = (float(value) for value in numbers(path, found.get("scale"), "scale", (2,)))
    height, width = entry["size"]
    if abs((y1 - y0) * down - height) > _ROUNDING or abs((x1 - x0) * across - width) > _ROUNDING:
        raise damaged(
            path, f"the image size of {entry['name']} is not what its resized record makes of {rows:.0f} rows"
        )
    return Resizing((int(rows), int(columns)), (y0, x0, y1, x1), (down, across))


def _rows(values: Doubles) -> str:
    return repr(np.asarray(values, np.float64).tolist())
