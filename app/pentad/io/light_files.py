"""Light directions and intensities as text: one light a row."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.sdk.atomic import write_bytes


@dataclass(frozen=True, slots=True, eq=False)
class LightRows:
    """Lights as a file lists them: (K, 3), and the names of their images where it says them, else none."""

    values: Doubles
    names: tuple[str, ...]


def read_lights(path: Path, images: Sequence[str] = ()) -> Doubles:
    """(K, 3) rows of ``x y z`` towards the light, camera axes: x right, y up, z to the camera.

    Where the file names its images (as LP files do) and ``images`` are named, the rows come in their order.
    """
    found = read_light_rows(path)
    return in_order(found, images, path.name) if images and found.names else found.values


def read_light_rows(path: Path) -> LightRows:
    """Rows ``x y z`` or ``image x y z``; a first row that only counts the others is left out, as in LP files."""
    remedy = "Write one light a row: x y z, or as in LP files: image x y z."
    lines = _lines(path, remedy)
    if len(lines) > 1 and len(lines[0][1]) == 1 and lines[0][1][0] == str(len(lines) - 1):
        lines = lines[1:]
    # Why not by count alone: four numbers in a row are a mistake, and no image is called 0.5.
    named = bool(lines) and len(lines[0][1]) > 3 and not _is_number(lines[0][1][0])
    values = _numbers(path, [(number, words[-3:] if named else words) for number, words in lines], (3,), remedy)
    names = [" ".join(words[:-3]) for _, words in lines] if named else []
    return LightRows(values, tuple(PureWindowsPath(name).name for name in names))


def in_order(rows: LightRows, images: Sequence[str], said_by: str) -> Doubles:
    """(K, 3) the lights of ``images`` by their names, whatever the format of the images has become.

    Problem where an image is not named, or twice.
    """
    stems = [PureWindowsPath(name).stem for name in rows.names]
    places = []
    for image in images:
        stem = PureWindowsPath(image).stem
        if stems.count(stem) != 1:
            what = f"{said_by} has {'no row' if stem not in stems else 'several rows'} for {image}"
            raise Problem(what, f"it names {', '.join(rows.names[:3])} …", remedy="Give it one row for each image.")
        places.append(stems.index(stem))
    return rows.values[places]


def read_intensities(path: Path) -> Doubles:
    """(K, 1) or (K, 3): one number a light, or one for each of red, green and blue."""
    return _rows(path, columns=(1, 3), what="one or three numbers")


def write_lights(path: Path, lights: Doubles) -> None:
    """(K, 3) rows of ``x y z`` as ``read_lights`` reads them; written beside, renamed."""
    rows = (" ".join(f"{value:.6f}" for value in light) for light in lights)
    write_bytes(path, ("# x y z towards the light: x right, y up, z to the camera\n" + "\n".join(rows) + "\n").encode())


def _rows(path: Path, *, columns: tuple[int, ...], what: str) -> Doubles:
    remedy = f"Write one light a row: {what}."
    return _numbers(path, _lines(path, remedy), columns, remedy)


def _lines(path: Path, remedy: str) -> list[tuple[int, list[str]]]:
    """The words of each line that has some, and its number."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{path} cannot be read", str(error), remedy=remedy) from error
    lines = [(number, line.split("#")[0].replace(",", " ").split()) for number, line in enumerate(text.splitlines(), 1)]
    return [(number, words) for number, words in lines if words]


def _is_number(word: str) -> bool:
    return word.lstrip("+-").replace(".", "", 1).replace("e", "", 1).replace("-", "", 1).isdigit()


def _numbers(path: Path, lines: Sequence[tuple[int, list[str]]], columns: tuple[int, ...], remedy: str) -> Doubles:
    rows: list[list[float]] = []
    for number, words in lines:
        try:
            rows.append([float(word) for word in words])
        except ValueError as error:
            raise Problem(f"{path}, line {number} is not numbers", str(error), remedy=remedy) from error
        if len(words) not in columns or len(words) != len(rows[0]):
            raise Problem(f"{path}, line {number} has {len(words)} numbers", remedy=remedy)
    if not rows:
        raise Problem(f"{path} has no lights", remedy=remedy)
    return np.array(rows)
