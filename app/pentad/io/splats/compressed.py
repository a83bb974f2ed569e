"""3D Gaussians in sixteen bytes each, as PlayCanvas and SuperSplat write them: four words, and ranges for each 256."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.io.splats.ply import Element, PlyHeader, Rows, rows
from pentad.io.splats.standard import rest_columns
from pentad.sdk import Ticket

Words = NDArray[np.uint32]

_EACH = 256
_WORDS = ("packed_position", "packed_rotation", "packed_scale", "packed_color")
_PLACES, _SCALES, _COLOURS = ("x", "y", "z"), ("scale_x", "scale_y", "scale_z"), ("r", "g", "b")
_REMEDY = "Write the file again, or write it as a standard 3DGS PLY."
_REST_REACH = 4.0
"""Higher harmonics are bytes from minus to plus this."""


def is_compressed(vertex: Element) -> bool:
    """Whether these rows are packed Gaussians."""
    return set(_WORDS) <= set(vertex.columns)


def read_compressed(path: Path, header: PlyHeader, ticket: Ticket, *, harmonics: bool = True) -> SplatCloud:
    """The Gaussians in a compressed PLY; Problem where its chunks do not fit its splats."""
    vertex, chunk, rest = header.element("vertex"), header.element("chunk"), header.element("sh")
    assert vertex is not None
    _check(header, vertex, chunk, rest)
    ranges = np.concatenate(list(rows(path, header, "chunk")))
    words: list[Words] = []
    for table in rows(path, header, "vertex"):
        ticket.report(0.5 * sum(map(len, words)) / vertex.count, "reading splats")
        words.append(np.stack([table[column] for column in _WORDS], axis=1).astype(np.uint32))
    position, rotation, scale, colour = np.concatenate(words).T
    with np.errstate(over="ignore", invalid="ignore"):
        means, scales = _between(ranges, _PLACES, _three(position)), np.exp(_between(ranges, _SCALES, _three(scale)))
        colours = np.stack([_share(colour, at, 8) for at in (24, 16, 8)], axis=1)
        if "min_r" in (ranges.dtype.names or ()):
            colours = _between(ranges, _COLOURS, colours)
    ticket.report(0.8, f"{vertex.count:,} splats")
    higher = _harmonics(path, header, rest) if rest is not None and harmonics else None
    return SplatCloud(means, scales, _rotations(rotation), _share(colour, 0, 8), colours, harmonics=higher)


def _check(header: PlyHeader, vertex: Element, chunk: Element | None, rest: Element | None) -> None:
    """Problem where the elements do not belong together."""
    wanted = -(-vertex.count // _EACH)
    if chunk is None or chunk.kind is None or chunk.count != wanted:
        why = f"its {vertex.count:,} splats need {wanted:,} chunks; it has {chunk.count if chunk else 0:,}"
        raise _unfit(header.name, why)
    limits = {f"{end}_{axis}" for end in ("min", "max") for axis in (*_PLACES, *_SCALES)}
    colours = {f"{end}_{axis}" for end in ("min", "max") for axis in _COLOURS}
    columns = set(chunk.columns)
    missing = (limits | (colours if colours & columns else set())) - columns
    if missing:
        raise _unfit(header.name, f"its chunks have no {', '.join(sorted(missing))}")
    if any(chunk.kind[column].kind != "f" for column in columns & (limits | colours)):
        raise _unfit(header.name, "its chunks' ranges are not floats")
    if vertex.kind is None or any((vertex.kind[c].kind, vertex.kind[c].itemsize) != ("u", 4) for c in _WORDS):
        raise _unfit(header.name, "its packed properties are not words of 32 bits without a sign")
    if rest is not None and (rest.kind is None or rest.count != vertex.count):
        raise _unfit(header.name, f"it has harmonics of {rest.count:,} splats, and {vertex.count:,} splats")
    if rest is not None and rest.kind is not None and any(rest.kind[c] != np.uint8 for c in rest.columns):
        raise _unfit(header.name, "its harmonics are not bytes")


def _share(word: Words, shift: int, bits: int) -> Floats:
    """Some bits of each word, 0 to 1."""
    most = (1 << bits) - 1
    return ((word >> np.uint32(shift)) & np.uint32(most)).astype(np.float32) / np.float32(most)


def _three(word: Words) -> Floats:
    """(N, 3) from eleven, ten and eleven bits."""
    return np.stack([_share(word, 21, 11), _share(word, 11, 10), _share(word, 0, 11)], axis=1)


def _between(ranges: Rows, axes: tuple[str, ...], share: Floats) -> Floats:
    """(N, 3) that far from the least to the greatest of each splat's chunk."""
    chunk = np.arange(len(share)) // _EACH
    low, high = (np.stack([ranges[f"{end}_{axis}"] for axis in axes], axis=1)[chunk] for end in ("min", "max"))
    return np.asarray(low * (1 - share) + high * share, np.float32)


def _rotations(word: Words) -> Floats:
    """(N, 4) w x y z: two bits name the greatest, the others follow in order with ten bits each; it is what is left."""
    greatest = (word >> np.uint32(30)).astype(np.int64)
    others = (np.stack([_share(word, at, 10) for at in (20, 10, 0)], axis=1) - 0.5) * np.sqrt(np.float32(2))
    left = np.sqrt(np.maximum(1 - (others**2).sum(axis=1), 0))
    found = np.empty((len(word), 4), np.float32)
    for each in range(4):
        here = greatest == each
        found[here, each] = left[here]
        found[np.ix_(here, [k for k in range(4) if k != each])] = others[here]
    return found


def _harmonics(path: Path, header: PlyHeader, rest: Element) -> Floats | None:
    names = rest_columns(rest.columns, header.name)
    if not names:
        return None
    parts = [np.stack([table[column] for column in names], axis=1) for table in rows(path, header, "sh")]
    spread = np.concatenate(parts).astype(np.float32) * np.float32(2 * _REST_REACH / 255) - np.float32(_REST_REACH)
    return np.ascontiguousarray(spread.reshape(len(spread), 3, -1).transpose(0, 2, 1))


def _unfit(name: str, why: str) -> Problem:
    return Problem(f"{name} cannot be read as splats", why, remedy=_REMEDY)
