"""Middlebury's multi-view stereo cameras, ``…_par.txt``: one line an image, ``name k11 … k33 r11 … r33 t1 t2 t3``."""

import re

import numpy as np

from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.rigid import placed
from pentad.io.calibration.cameras import Cameras, known_size, names_of, short_enough
from pentad.io.calibration.checks import nearest_rotation
from pentad.io.calibration.numbers import numbers
from pentad.io.calibration.source import LONGEST, MOST_CAMERAS, Source, damaged

_NUMBERS = 21
_LOOK = re.compile(r"\A\s*\d+\s*\n\s*\S[^\n]*(\s[-+.\deE]+){21}\s*(\n|\Z)")


def looks_like_middlebury(text: str) -> bool:
    """A count, then a line that ends in 21 numbers."""
    return _LOOK.match(text[:4000]) is not None


def read_middlebury(source: Source, size: tuple[int, int] | None) -> Cameras:
    """P = K [R t] of each image, pixel centres at integers, no distortion; ``size`` is used where no image tells."""
    lines = [line for line in source.text(4 * LONGEST).splitlines() if line.strip()]
    if not lines or not lines[0].strip().isdecimal() or not lines[0].strip().isascii():
        raise damaged(source.path, "its first line is not the number of cameras")
    short_enough(source, len(lines) - 1, MOST_CAMERAS)
    if lines[0].strip().lstrip("0") != str(len(lines) - 1):
        raise damaged(source.path, f"it promises {lines[0].strip()[:20]} cameras and holds {len(lines) - 1}")
    parts = [line.rsplit(maxsplit=_NUMBERS) for line in lines[1:]]
    notes: list[Problem] = []
    cameras = []
    for name, fields in zip(names_of([part[0].strip() for part in parts]), parts, strict=True):
        values = numbers(source.path, fields[1:], f"line of {name:.80}", (_NUMBERS,))
        rotation, note = nearest_rotation(source.path, f"the extrinsics of {name:.80}", values[9:18].reshape(3, 3))
        notes += [note] if note else []
        seen = source.image_size(fields[0].strip()) or size
        pose = placed(rotation, values[18:])
        cameras.append(Camera(name, values[:9].reshape(3, 3), pose, known_size(source, name, seen), np.zeros(5)))
    return Cameras(tuple(cameras), tuple(notes))
