"""One camera from a file: the published YAML, or fx fy cx cy width height (and dist) as JSON or TOML."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.io.bounded_toml import read_toml
from pentad.io.calibration.cameras import pinhole
from pentad.io.calibration.documents import json_document
from pentad.io.calibration.numbers import number, numbers, whole
from pentad.io.calibration.reading import read_rig
from pentad.io.calibration.source import Source, damaged, source_at

_MOST_TERMS = 12
_LARGEST_SIDE = 100_000


def read_lone_camera(path: Path) -> Camera:
    """The camera in ``path``; Problem naming the file where it holds none, or several.

    ``dist`` are up to twelve of OpenCV's k1 k2 p1 p2 k3 k4 k5 k6 s1 s2 s3 s4. Pixel centres lie at integers. A camera
    without a pose stands at the origin.
    """
    source = source_at(path)
    found = _plain(source)
    if found is not None:
        return _camera(source, found)
    cameras = read_rig(path).rig.cameras
    if len(cameras) != 1:
        why = f"it holds {len(cameras)}: {', '.join(camera.name for camera in cameras[:5])}"
        raise Problem(f"{path} does not hold one camera", why, remedy="Name a file of one camera.")
    return cameras[0]


def _plain(source: Source) -> Mapping[str, Any] | None:
    """The document of a JSON or TOML file with ``fx`` in it; None for any other."""
    suffix = Path(source.name).suffix.lower()
    if suffix == ".json":
        found: Mapping[str, Any] = json_document(source)
    elif suffix == ".toml":
        try:
            found = read_toml(source.text())
        except ValueError as fault:
            raise damaged(source.path, str(fault)) from fault
    else:
        return None
    return found if "fx" in found else None


def _camera(source: Source, found: Mapping[str, Any]) -> Camera:
    path = source.path
    fx, fy, cx, cy = (number(path, found, key) for key in ("fx", "fy", "cx", "cy"))
    height, width = (whole(path, found.get(key), key) for key in ("height", "width"))
    if not (fx > 0 and fy > 0):
        raise damaged(path, f"its focal lengths are {fx:g} and {fy:g}")
    if not (0 < height <= _LARGEST_SIDE and 0 < width <= _LARGEST_SIDE):
        raise damaged(path, f"its image has {width} x {height} pixels")
    terms = numbers(path, found.get("dist", []), "dist")
    if terms.ndim != 1 or terms.size > _MOST_TERMS:
        raise damaged(path, f"its dist has the shape {terms.shape}; up to {_MOST_TERMS} numbers are known")
    lens = np.pad(terms, (0, max(0, 5 - terms.size)))
    return Camera(path.stem, pinhole(fx, fy, cx, cy), np.eye(4), (height, width), lens)
