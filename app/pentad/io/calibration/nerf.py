"""NeRF's ``transforms.json``: camera-to-world poses in OpenGL axes, one frame an image."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.rigid import placed
from pentad.io.calibration.cameras import Cameras, known_size, names_of, pinhole, short_enough
from pentad.io.calibration.checks import nearest_rotation
from pentad.io.calibration.documents import Document, json_document
from pentad.io.calibration.numbers import number, numbers, whole
from pentad.io.calibration.source import MOST_CAMERAS, Source, damaged

_LONGEST = 16_000_000
_MODELS = frozenset({"", "SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV", "FULL_OPENCV"})
_OPENGL = np.diag([1.0, -1.0, -1.0])
_LENS = ("k1", "k2", "p1", "p2", "k3", "k4", "k5", "k6")


def read_nerf(source: Source, size: tuple[int, int] | None) -> Cameras:
    """The cameras of every frame; what a frame says of its lens goes before what the file says.

    NeRF counts pixels from the image's corner, so its centres are at .5 and ours half a pixel less; ``size`` is used
    where neither ``w`` and ``h`` nor the image beside the file tell it.
    """
    found = json_document(source, _LONGEST)
    frames = found.get("frames")
    if not isinstance(frames, list) or not frames or not all(isinstance(frame, dict) for frame in frames):
        raise damaged(source.path, "it has no frames")
    short_enough(source, len(frames), MOST_CAMERAS)
    images = [_image(source, frame) for frame in frames]
    if len(set(images)) < len(images):
        raise damaged(source.path, "two frames name one image")
    notes: list[Problem] = []
    cameras = []
    for name, image, frame in zip(names_of(images), images, frames, strict=True):
        values = {**{key: value for key, value in found.items() if key != "frames"}, **frame}
        pose, note = _pose(source, name, values)
        notes += [note] if note else []
        seen = _size(source, values) or source.image_size(image, image + ".png", image + ".jpg") or size
        cameras.append(_camera(source, name, values, pose, known_size(source, name, seen)))
    return Cameras(tuple(cameras), tuple(notes))


def _image(source: Source, frame: Mapping[str, Any]) -> str:
    image = frame.get("file_path")
    if not isinstance(image, str) or not image.strip():
        raise damaged(source.path, "a frame has no file_path")
    return image.removeprefix("./")


def _pose(source: Source, name: str, values: Document) -> tuple[Doubles, Problem | None]:
    said = values.get("transform_matrix")
    if isinstance(said, list) and len(said) == 3:
        said = [*said, [0, 0, 0, 1]]
    there = numbers(source.path, said, f"transform_matrix of {name:.80}", (4, 4))
    if not np.array_equal(there[3], [0, 0, 0, 1]):
        raise damaged(source.path, f"the last row of the transform_matrix of {name:.80} is not 0 0 0 1")
    rotation, note = nearest_rotation(source.path, f"the transform_matrix of {name:.80}", there[:3, :3])
    turned = (rotation @ _OPENGL).T
    return placed(turned, -turned @ there[:3, 3]), note


def _size(source: Source, values: Document) -> tuple[int, int] | None:
    if "w" not in values or "h" not in values:
        return None
    return whole(source.path, values["h"], "h"), whole(source.path, values["w"], "w")


def _camera(source: Source, name: str, values: Document, pose: Doubles, size: tuple[int, int]) -> Camera:
    path, (height, width) = source.path, size
    model = values.get("camera_model", "")
    if values.get("is_fisheye") or model not in _MODELS:
        raise damaged(
            path, f"the lens model of {name:.80} is {model or 'a fisheye'!s:.40}, which OpenCV's terms cannot say"
        )
    fx = _focal(source, values, "x", width)
    fy = _focal(source, values, "y", height) or fx
    fx = fx or fy
    if not fx or not fy:
        raise damaged(path, f"it has neither camera_angle_x nor fl_x for {name:.80}")
    x, y = number(path, values, "cx", width / 2) - 0.5, number(path, values, "cy", height / 2) - 0.5
    lens = np.array([number(path, values, term, 0.0) for term in _LENS])
    return Camera(name, pinhole(fx, fy, x, y), pose, size, lens if lens[5:].any() else lens[:5])


def _focal(source: Source, values: Document, axis: str, length: int) -> float:
    """Pixels, from ``fl_x`` or ``camera_angle_x`` (radians); 0 where there is neither."""
    if f"fl_{axis}" in values:
        return number(source.path, values, f"fl_{axis}")
    angle = number(source.path, values, f"camera_angle_{axis}", 0.0)
    if not 0 <= angle < math.pi:
        raise damaged(source.path, f"its camera_angle_{axis} is {angle:.4g} radians, not between 0 and pi")
    return 0.5 * length / math.tan(0.5 * angle) if angle else 0.0
