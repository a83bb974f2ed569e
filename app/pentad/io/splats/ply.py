"""PLY files as tables: what the header says, and each element's rows; every count is checked before it is believed."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from pentad.core.problem import Problem

Rows = NDArray[Any]
"""A structured array: one field a property."""

_KINDS = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2", "ushort": "u2",
    "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4", "float": "f4", "float32": "f4",
    "double": "f8", "float64": "f8",
}  # fmt: skip
_ORDERS = {"ascii": "=", "binary_little_endian": "<", "binary_big_endian": ">"}
_LONGEST_HEADER, _LONGEST_LINE = 1 << 16, 1 << 16
_MOST_ROWS = 50_000_000
_ROWS_AT_ONCE = 1 << 16
_REMEDY = "Write the file again with the program that made it."


@dataclass(frozen=True, slots=True)
class Element:
    """One table of a PLY: its rows' kind, or None where a property is a list, as those of faces are."""

    name: str
    count: int
    kind: np.dtype[Any] | None

    @property
    def columns(self) -> tuple[str, ...]:
        return self.kind.names or () if self.kind is not None else ()


@dataclass(frozen=True, slots=True)
class PlyHeader:
    """What a PLY file says it holds; ``start`` is the byte its first row begins at."""

    name: str
    is_text: bool
    elements: tuple[Element, ...]
    start: int

    def element(self, name: str) -> Element | None:
        return next((element for element in self.elements if element.name == name), None)


def read_header(path: Path) -> PlyHeader:
    """The header of the PLY file ``path``; Problem where it has none that can be believed."""
    try:
        with path.open("rb") as file:
            lines = _header_lines(file, path.name)
            start = file.tell()
    except OSError as error:
        raise Problem(f"{path} cannot be read", error.strerror or str(error), remedy="Check its path.") from error
    if len(lines) < 2 or len(lines[1]) != 3 or lines[1][0] != "format" or lines[1][1] not in _ORDERS:
        raise _broken(path.name, "it does not say which PLY format it has")
    order = _ORDERS[lines[1][1]]
    starts = [at for at, words in enumerate(lines) if words[0] == "element"]
    elements = tuple(_element(lines[a:b], order, path.name) for a, b in pairwise([*starts, len(lines)]))
    if len({element.name for element in elements}) != len(elements):
        raise _broken(path.name, "two of its elements have one name")
    return PlyHeader(path.name, lines[1][1] == "ascii", elements, start)


def rows(path: Path, header: PlyHeader, name: str) -> Iterator[Rows]:
    """The rows of one element, some at a time; Problem where the file ends before, or where they are no numbers."""
    with path.open("rb") as file:
        file.seek(header.start)
        for element in header.elements:
            if element.kind is None:
                raise _broken(header.name, f"lists ({element.name}) come before '{name}'")
            take = _text_rows if header.is_text else _binary_rows
            if element.name == name:
                yield from take(file, element, header.name)
                return
            if header.is_text:
                for _ in _text_rows(file, element, header.name):
                    pass
            else:
                file.seek(element.count * element.kind.itemsize, 1)


def _binary_rows(file: BinaryIO, element: Element, name: str) -> Iterator[Rows]:
    assert element.kind is not None
    for first in range(0, element.count, _ROWS_AT_ONCE):
        wanted = min(_ROWS_AT_ONCE, element.count - first)
        data = file.read(wanted * element.kind.itemsize)
        if len(data) != wanted * element.kind.itemsize:
            raise _cut_short(name)
        yield np.frombuffer(data, element.kind)


def _text_rows(file: BinaryIO, element: Element, name: str) -> Iterator[Rows]:
    assert element.kind is not None
    for first in range(0, element.count, _ROWS_AT_ONCE):
        wanted = min(_ROWS_AT_ONCE, element.count - first)
        lines = [file.readline(_LONGEST_LINE).split() for _ in range(wanted)]
        if not lines[-1]:
            raise _cut_short(name)
        if any(len(words) != len(element.columns) for words in lines):
            raise _broken(name, f"a row of '{element.name}' has not {len(element.columns)} numbers")
        found = np.empty(wanted, element.kind)
        try:
            table = np.array(lines).astype(np.float64)
        except ValueError as error:
            raise _broken(name, f"a row of '{element.name}' is not all numbers") from error
        for k, column in enumerate(element.columns):
            found[column] = _fitting(table[:, k], found[column].dtype, name)
        yield found


def _fitting(numbers: NDArray[np.float64], kind: np.dtype[Any], name: str) -> NDArray[Any]:
    """``numbers`` as the header says they are kept; Problem where whole ones are none, or do not fit."""
    if kind.kind == "f":
        with np.errstate(over="ignore"):
            return numbers.astype(kind)
    low, high = np.iinfo(kind).min, np.iinfo(kind).max
    if not ((numbers >= low) & (numbers <= high) & (np.round(numbers) == numbers)).all():
        raise _broken(name, f"it has numbers that are no whole ones from {low} to {high}")
    return numbers.astype(kind)


def _header_lines(file: BinaryIO, name: str) -> list[list[str]]:
    """The words of each line up to the header's end, without comments."""
    if file.read(3) != b"ply":
        raise Problem(f"{name} is no PLY file", "it does not begin with 'ply'", remedy="Choose another file.")
    lines = [["ply"]]
    file.readline(_LONGEST_LINE)
    while file.tell() < _LONGEST_HEADER:
        line = file.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            break
        words = line.decode("ascii", "replace").split()
        if words == ["end_header"]:
            return lines
        if words and words[0] not in {"comment", "obj_info"}:
            lines.append(words)
    raise _broken(name, "its header does not end")


def _element(lines: list[list[str]], order: str, name: str) -> Element:
    """One element from its own line and its properties'."""
    words = lines[0]
    if len(words) != 3 or not words[2].isdecimal():
        raise _broken(name, f"its header has the line '{' '.join(words)[:80]}'")
    count = int(words[2])
    if count > _MOST_ROWS:
        why = f"it says it has {count:,} of '{words[1]}'; {_MOST_ROWS:,} can be read"
        raise Problem(f"{name} is too large", why, remedy="Make it smaller.")
    fields: list[tuple[str, str]] = []
    for line in lines[1:]:
        if line[0] == "property" and len(line) == 5 and line[1] == "list":
            return Element(words[1], count, None)
        if line[0] != "property" or len(line) != 3 or line[1] not in _KINDS:
            raise _broken(name, f"its header has the line '{' '.join(line)[:80]}'")
        fields.append((line[2], order + _KINDS[line[1]]))
    if not fields or len({field for field, _ in fields}) != len(fields):
        raise _broken(name, f"'{words[1]}' has no properties, or two of one name")
    return Element(words[1], count, np.dtype(fields))


def check_size(path: Path, header: PlyHeader) -> None:
    """Problem where the file is not as long as its counts say."""
    least = 0
    for element in header.elements:
        if element.kind is None:
            return
        # Why: a number in text takes a digit and a space, or the line's end; the last may lack it.
        each = 2 * len(element.columns) if header.is_text else element.kind.itemsize
        least += element.count * each
    there = path.stat().st_size - header.start
    if there < least - int(header.is_text):
        raise _cut_short(header.name)
    if not header.is_text and there > least:
        raise _broken(header.name, f"it is {there - least:,} bytes longer than its counts say")


def _cut_short(name: str) -> Problem:
    return Problem(f"{name} is cut short", "it has fewer rows than it says", remedy=_REMEDY)


def _broken(name: str, why: str) -> Problem:
    return Problem(f"{name} cannot be read as a PLY file", why, remedy=_REMEDY)
