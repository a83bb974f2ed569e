"""COLMAP's sparse model, text and binary: the lenses of ``cameras`` and the poses of ``images``."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.rigid import placed
from pentad.io.calibration.cameras import Cameras, names_of, pinhole, short_enough
from pentad.io.calibration.numbers import numbers
from pentad.io.calibration.source import LONGEST, MOST_CAMERAS, Source, damaged

_LARGEST_IMAGES = 2**28
"""Bytes; images.bin also holds every point seen in every image."""
_NAMES = (
    "SIMPLE_PINHOLE", "PINHOLE", "SIMPLE_RADIAL", "RADIAL", "OPENCV", "OPENCV_FISHEYE", "FULL_OPENCV", "FOV",
    "SIMPLE_RADIAL_FISHEYE", "RADIAL_FISHEYE", "THIN_PRISM_FISHEYE", "RAD_TAN_THIN_PRISM_FISHEYE",
)  # fmt: skip
_TERMS = {"SIMPLE_PINHOLE": 3, "PINHOLE": 4, "SIMPLE_RADIAL": 4, "RADIAL": 5, "OPENCV": 8, "FULL_OPENCV": 12}
_ONE_FOCAL = frozenset({"SIMPLE_PINHOLE", "SIMPLE_RADIAL", "RADIAL"})
_POINT = 24
_LONGEST_NAME = 4096
_QUATERNION = 1e-3


@dataclass(frozen=True, slots=True)
class _Lens:
    matrix: Doubles
    distortion: Doubles
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Image:
    name: str
    pose: Doubles
    lens: int


def is_colmap(name: str) -> bool:
    """Whether a file called ``name`` is a half of a COLMAP model."""
    return name in {"cameras.txt", "images.txt", "cameras.bin", "images.bin"}


def read_colmap(source: Source) -> Cameras:
    """One camera for each image of the model that ``source``, its cameras or its images file, belongs to.

    COLMAP counts pixels from the image's corner, so its centres are at .5 and ours half a pixel less.
    """
    ending = source.name.rpartition(".")[2]
    lens_file, image_file = source.beside(f"cameras.{ending}"), source.beside(f"images.{ending}")
    lenses = dict(_text_lenses(lens_file) if ending == "txt" else _binary_lenses(lens_file))
    images = list(_text_images(image_file) if ending == "txt" else _binary_images(image_file))
    if not images:
        raise damaged(image_file.path, "it holds no image")
    cameras = []
    for name, image in zip(names_of([image.name for image in images]), images, strict=True):
        if image.lens not in lenses:
            raise damaged(image_file.path, f"{name} was taken with camera {image.lens}, which {lens_file.name} has not")
        lens = lenses[image.lens]
        cameras.append(Camera(name, lens.matrix, image.pose, lens.size, lens.distortion))
    return Cameras(tuple(cameras))


def _lens(model: str, size: tuple[int, int], terms: Doubles) -> _Lens:
    values = [float(term) for term in terms]
    fx, fy, x, y = (values[0], *values[:3]) if model in _ONE_FOCAL else values[:4]
    rest = values[3:] if model in _ONE_FOCAL else values[4:]
    lens = np.zeros(8 if len(rest) > 4 else 5)
    lens[: len(rest)] = rest
    return _Lens(pinhole(fx, fy, x - 0.5, y - 0.5), lens, size)


def _terms(source: Source, model: str) -> int:
    if model not in _TERMS:
        known = ", ".join(_TERMS)
        raise Problem(
            f"{source.path} cannot be used as a calibration",
            f"its lens model {model[:40]!a} is none of {known}",
            remedy="Undistort the images in COLMAP, or let it calibrate with OPENCV or FULL_OPENCV",
        )
    return _TERMS[model]


def _image(source: Source, name: str, values: Doubles, lens: int) -> _Image:
    """``values``: quaternion w x y z, then the shift."""
    length = float(np.linalg.norm(values[:4]))
    if abs(length - 1) > _QUATERNION:
        raise damaged(source.path, f"the quaternion of {name} has the length {length:.4g}, not 1")
    w, x, y, z = values[:4] / length
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )
    return _Image(name, placed(rotation, values[4:]), lens)


def _text_lenses(source: Source) -> Iterator[tuple[int, _Lens]]:
    lines = [line.split() for line in source.text(LONGEST).splitlines()]
    rows = [fields for fields in lines if fields and not fields[0].startswith("#")]
    short_enough(source, len(rows), MOST_CAMERAS)
    for fields in rows:
        if len(fields) < 4:
            raise damaged(source.path, f"a line has {len(fields)} of CAMERA_ID MODEL WIDTH HEIGHT PARAMS")
        count = _terms(source, fields[1])
        width, height = _count(source, fields[2], "width"), _count(source, fields[3], "height")
        terms = numbers(source.path, fields[4:], f"PARAMS of camera {fields[0][:20]}", (count,))
        yield _count(source, fields[0], "CAMERA_ID"), _lens(fields[1], (height, width), terms)


def _text_images(source: Source) -> Iterator[_Image]:
    found = 0
    lines = iter(source.text(_LARGEST_IMAGES).split("\n"))
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split(maxsplit=9)
        if len(fields) < 10:
            raise damaged(source.path, "a line is not IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME")
        found += 1
        short_enough(source, found, MOST_CAMERAS)
        name = fields[9].strip()
        values = numbers(source.path, fields[1:8], f"pose of {name[:80]}", (7,))
        yield _image(source, name, values, _count(source, fields[8], "CAMERA_ID"))
        next(lines, "")  # Why: the points seen in the image, and nothing in an image without any.


def _count(source: Source, text: str, name: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise damaged(source.path, f"{text[:20]!a} is no {name}")
    return int(text)


class _Bytes:
    """A binary file read from front to back, never past its end."""

    def __init__(self, source: Source, limit: int) -> None:
        self.source = source
        self._data = source.read(limit)
        self._at = 0

    def take(self, layout: str) -> tuple[int | float, ...]:
        length = struct.calcsize(layout)
        self._need(length)
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += length
        return values

    def count(self) -> int:
        (value,) = self.take("<Q")
        return int(value)

    def skip(self, length: int) -> None:
        self._need(length)
        self._at += length

    def word(self) -> str:
        end = self._data.find(b"\0", self._at, self._at + _LONGEST_NAME)
        if end < 0:
            raise damaged(self.source.path, "an image's name does not end")
        word = self._data[self._at : end].decode("utf-8", "replace")
        self._at = end + 1
        return word

    def _need(self, length: int) -> None:
        if length > len(self._data) - self._at:
            raise damaged(self.source.path, f"it ends after {len(self._data):,} bytes, in the middle of an entry")


def _binary_lenses(source: Source) -> Iterator[tuple[int, _Lens]]:
    data = _Bytes(source, LONGEST)
    count = data.count()
    short_enough(source, count, MOST_CAMERAS)
    for _ in range(count):
        key, number, width, height = (int(value) for value in data.take("<IiQQ"))
        model = _NAMES[number] if 0 <= number < len(_NAMES) else f"number {number}"
        terms = numbers(source.path, data.take(f"<{_terms(source, model)}d"), f"parameters of camera {key}")
        yield key, _lens(model, (height, width), terms)


def _binary_images(source: Source) -> Iterator[_Image]:
    data = _Bytes(source, _LARGEST_IMAGES)
    count = data.count()
    short_enough(source, count, MOST_CAMERAS)
    for _ in range(count):
        _, *values, lens = data.take("<I7dI")
        name = data.word()
        pose = numbers(source.path, values, f"pose of {name[:80]}")
        yield _image(source, name, pose, int(lens))
        data.skip(_POINT * data.count())
