"""Light directions and intensities as text: one light a row."""

from pathlib import Path

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.sdk.atomic import write_bytes


def read_lights(path: Path) -> Doubles:
    """(K, 3) rows of ``x y z`` towards the light, camera axes: x right, y up, z to the camera."""
    return _rows(path, columns=(3,), what="x y z")


def read_intensities(path: Path) -> Doubles:
    """(K, 1) or (K, 3): one number a light, or one for each of red, green and blue."""
    return _rows(path, columns=(1, 3), what="one or three numbers")


def write_lights(path: Path, lights: Doubles) -> None:
    """(K, 3) rows of ``x y z`` as ``read_lights`` reads them; written beside, renamed."""
    rows = (" ".join(f"{value:.6f}" for value in light) for light in lights)
    write_bytes(path, ("# x y z towards the light: x right, y up, z to the camera\n" + "\n".join(rows) + "\n").encode())


def _rows(path: Path, *, columns: tuple[int, ...], what: str) -> Doubles:
    remedy = f"Write one light a row: {what}."
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{path} cannot be read", str(error), remedy=remedy) from error
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            rows.append([float(word) for word in words])
        except ValueError as error:
            raise Problem(f"{path}, line {number} is not numbers", str(error), remedy=remedy) from error
        if len(words) not in columns or len(words) != len(rows[0]):
            raise Problem(f"{path}, line {number} has {len(words)} numbers", remedy=remedy)
    if not rows:
        raise Problem(f"{path} has no lights", remedy=remedy)
    return np.array(rows)
