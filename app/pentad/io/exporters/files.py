"""Reading and writing the files of an exchange: bounded, below one root, and in words where they are bad."""

import io
import json
import math
import re
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, cast

import numpy as np
from PIL import Image

from pentad.core.arrays import Labels
from pentad.core.problem import Problem
from pentad.io.tree import FileTree, confined, open_tree
from pentad.sdk.exchange import NamedClass, Picture

LARGEST_DOCUMENT = 512 << 20
"""Bytes of a JSON or XML file. The largest of the published sets, COCO's training list, is 450 MB."""
LARGEST_SIDE = 1 << 20
LARGEST_PNG = 256 << 20
"""Bytes of one mask's file."""
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def inside(folder: Path, name: str) -> Path:
    """Where ``name`` (POSIX, from the project) lies below ``folder``; Problem where it would not."""
    return folder / confined(name, "the project")


def place(folder: Path, name: str) -> Path:
    """The same, its folders made."""
    path = inside(folder, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def stem(picture: Picture) -> str:
    """The photo's path without its extension."""
    return str(PurePosixPath(picture.name).with_suffix(""))


def found(path: Path, *suffixes: str) -> Iterator[tuple[FileTree, str]]:
    """The file at ``path``, or every file with one of ``suffixes`` in the folder or zip there, by name."""
    if path.is_file() and path.suffix.lower() in suffixes:
        yield _OneFile(path), path.name
        return
    tree = open_tree(path)
    yield from ((tree, name) for name in tree.files if PurePosixPath(name).suffix.lower() in suffixes)


def only(path: Path, *suffixes: str, title: str) -> tuple[FileTree, str]:
    """The one such file; Problem where there is none, or more than one."""
    files = list(found(path, *suffixes))
    if len(files) != 1:
        there = ", ".join(name for _, name in files[:5]) or "none"
        raise Problem(f"{path} does not hold one {title} file", f"found: {there}", remedy="Name the file itself.")
    return files[0]


def read_bounded(tree: FileTree, name: str, limit: int = LARGEST_DOCUMENT) -> bytes:
    """The file's bytes; Problem where there are more than ``limit``."""
    data = tree.read_bytes(name, limit + 1)
    if len(data) > limit:
        raise Problem(f"{name} is too large", f"{limit >> 20} MiB is the limit", remedy="Split it into smaller files.")
    return data


def read_json(tree: FileTree, name: str) -> dict[str, Any]:
    """The object in a JSON file; Problem where it holds something else."""
    try:
        document = json.loads(read_bounded(tree, name), parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        why = str(error) if not isinstance(error, RecursionError) else "it is nested too deeply"
        raise Problem(f"{name} is not readable JSON", why, remedy="Export or copy the file again.") from error
    if not isinstance(document, dict):
        raise Problem(f"{name} is not what it should be", "an object was expected", remedy="Export the file again.")
    return cast(dict[str, Any], document)


def write_json(path: Path, document: object) -> None:
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")


def decode_png(data: bytes, size: tuple[int, int]) -> Labels:
    """(H, W) the numbers in a grey or indexed PNG, 1-bit white as 255; ValueError where there are none."""
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            if image.mode not in ("P", "L", "1"):
                raise ValueError(f"its pixels are {image.mode}, not label numbers")
            if (image.height, image.width) != size:
                raise ValueError(f"it is {image.width} x {image.height} pixels, the image {size[1]} x {size[0]}")
            image.load()
            return np.array(image.convert("L") if image.mode == "1" else image, np.uint8)
    except (OSError, SyntaxError, zlib.error, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValueError(f"it cannot be read as a PNG: {error}") from error


def read_png(tree: FileTree, name: str, size: tuple[int, int]) -> Labels:
    """(H, W) of ``size``: the numbers in a PNG file; Problem where there are none."""
    try:
        return decode_png(read_bounded(tree, name, LARGEST_PNG), size)
    except ValueError as error:
        remedy = "Replace it, or leave it out."
        raise Problem(f"{name} cannot be read as a mask", str(error), remedy=remedy) from error


def whole(value: object, what: str, *, least: int = 1, most: int = LARGEST_SIDE) -> int:
    """``value`` as a whole number in bounds; ValueError that names ``what``."""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"its {what} is no number from {least} to {most}")
    return value


def text(value: object, what: str) -> str:
    """``value`` where it is text that says something; ValueError that names ``what``."""
    if not isinstance(value, str) or not value.strip() or len(value) > 4096 or not value.isprintable():
        raise ValueError(f"its {what} is missing or no text")
    return value


def colour(value: object) -> str | None:
    """``value`` as ``#rrggbb`` where it is a colour written so."""
    return value.lower() if isinstance(value, str) and _COLOUR.fullmatch(value) else None


class ClassNumbers:
    """The classes met in a file, numbered as they come; at most 255."""

    def __init__(self) -> None:
        self.classes: dict[int, NamedClass | None] = {}
        self._numbers: dict[str, int] = {}

    def number(self, name: str, colour: str | None = None) -> int:
        """The class of this name; ValueError for the 256th."""
        name = name.strip()
        if name not in self._numbers:
            if len(self._numbers) == 255:
                raise ValueError("there are more than 255 classes")
            self._numbers[name] = len(self._numbers) + 1
            self.classes[self._numbers[name]] = NamedClass(name, colour)
        return self._numbers[name]


class _OneFile:
    """A file that was named, as a tree of one."""

    def __init__(self, path: Path) -> None:
        self.location = path.parent
        self.name = path.parent.name
        self.problems: tuple[Problem, ...] = ()
        self.files = (path.name,)
        self._path = path

    def exists(self, path: str) -> bool:
        return path == self._path.name

    def read_bytes(self, path: str, first: int | None = None) -> bytes:
        try:
            with self._path.open("rb") as stream:
                return stream.read() if first is None else stream.read(first)
        except OSError as error:
            why = error.strerror or str(error)
            raise Problem(f"{self._path} cannot be read", why, remedy="Check the disk and its rights.") from error

    def local_path(self, path: str) -> Path | None:
        return self._path


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no number")
