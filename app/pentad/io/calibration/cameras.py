"""What a reader of another program's calibration hands over before it is checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.io.calibration.source import Source, damaged


@dataclass(frozen=True, slots=True)
class Cameras:
    """The cameras of one file, what is worth knowing, homography errors by name, and who has no pose."""

    cameras: tuple[Camera, ...]
    notes: tuple[Problem, ...] = ()
    errors: Mapping[str, float | None] = field(default_factory=dict)
    unplaced: tuple[str, ...] = ()


def pinhole(fx: float, fy: float, cx: float, cy: float) -> Doubles:
    """(3, 3) K."""
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], np.float64)


def names_of(images: list[str]) -> list[str]:
    """Names of cameras after their images: without the file type, unless two would then be alike."""
    short = [str(PurePosixPath(image).with_suffix("")) if PurePosixPath(image).name else image for image in images]
    return short if len(set(short)) == len(short) else images


def known_size(source: Source, who: str, size: tuple[int, int] | None) -> tuple[int, int]:
    """``size``, which the file or its images told; Problem where neither did."""
    if size is None:
        raise Problem(
            f"{source.path} does not say how large the images of {who} are",
            "and no such image lies beside it",
            remedy="Give the image size, or put the images beside the file",
        )
    return size


def short_enough(source: Source, count: int, most: int) -> None:
    """Problem where a file claims more cameras than any rig or capture has."""
    if count > most:
        raise damaged(source.path, f"it holds {count:,} cameras; {most:,} is the limit")
