"""3D Gaussians as Kerbl et al. write them: logarithms of scales, logits of opacities, harmonics' coefficients."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.core.problem import Problem
from pentad.core.splat_cloud import SplatCloud
from pentad.io.splats.ply import Element, PlyHeader, Rows, rows
from pentad.sdk import Ticket
from pentad.sdk.atomic import replace_file

FIRST_HARMONIC = 0.28209479177387814
MOST_LOGIT = 15.0
"""Opacities of 0 and 1 would be infinite; this is 3e-7 away from them."""
HARMONICS = (0, 3, 8, 15)
"""Higher harmonics a colour channel, by degree."""
_PLACE, _NORMAL = ("x", "y", "z"), ("nx", "ny", "nz")
_SCALE, _ROTATION = ("scale_0", "scale_1", "scale_2"), ("rot_0", "rot_1", "rot_2", "rot_3")
_FIRST, _BYTES = ("f_dc_0", "f_dc_1", "f_dc_2"), ("red", "green", "blue")
_LEAST_SCALE = 1e-37
_ROWS_AT_ONCE = 1 << 16


def is_standard(vertex: Element) -> bool:
    """Whether these rows are Gaussians; mesh2splat's small format, with bytes for colours, is one too."""
    return {*_PLACE, *_SCALE, *_ROTATION, "opacity"} <= set(vertex.columns)


def read_standard(path: Path, header: PlyHeader, ticket: Ticket, *, harmonics: bool = True) -> SplatCloud:
    """The Gaussians in a PLY of one row each; Problem where a property is missing, or of a kind it cannot be.

    Normals kept as two bytes are not read: the format's own code folds different normals onto one.
    """
    vertex = header.element("vertex")
    assert vertex is not None
    in_bytes = set(_BYTES) <= set(vertex.columns) and not set(_FIRST) <= set(vertex.columns)
    rest = rest_columns(vertex.columns, header.name) if harmonics else ()
    with_normals = set(_NORMAL) <= set(vertex.columns)
    count = vertex.count
    means, scales, rotations = (np.empty((count, width), np.float32) for width in (3, 3, 4))
    opacities, colours = np.empty(count, np.float32), np.empty((count, 3), np.float32)
    normals = np.empty((count, 3), np.float32) if with_normals else None
    higher = np.empty((count, 3, len(rest) // 3), np.float32) if rest else None
    begin = 0
    for table in rows(path, header, "vertex"):
        ticket.report(begin / count, f"{begin:,} splats")
        here = slice(begin, begin + len(table))
        means[here] = _floats(table, _PLACE, header.name)
        with np.errstate(over="ignore"):
            scales[here] = np.exp(_floats(table, _SCALE, header.name))
        rotations[here] = _floats(table, _ROTATION, header.name)
        opacities[here] = _opacities(table, header.name)
        colours[here] = _bytes(table, _BYTES) if in_bytes else coloured(_floats(table, _FIRST, header.name))
        if normals is not None:
            normals[here] = _floats(table, _NORMAL, header.name)
        if higher is not None:
            higher[here] = _floats(table, rest, header.name).reshape(len(table), 3, -1)
        begin += len(table)
    coefficients = np.ascontiguousarray(higher.transpose(0, 2, 1)) if higher is not None and higher.any() else None
    return SplatCloud(means, scales, rotations, opacities, colours, normals, coefficients)


def write_standard(path: Path, cloud: SplatCloud, ticket: Ticket) -> None:
    """Write ``path`` as every reader of 3D Gaussians expects it, little endian; beside, then renamed.

    A cloud without higher harmonics gets the forty-five zeros that the first readers ask for.
    """
    width = 15 if cloud.harmonics is None else cloud.harmonics.shape[1]
    names = [*_PLACE, *_NORMAL, *_FIRST, *(f"f_rest_{k}" for k in range(3 * width)), "opacity", *_SCALE, *_ROTATION]
    head = ["ply", "format binary_little_endian 1.0", f"element vertex {len(cloud)}"]
    head += [*(f"property float {name}" for name in names), "end_header", ""]
    with replace_file(path) as temporary, temporary.open("wb") as file:
        file.write("\n".join(head).encode("ascii"))
        for begin in range(0, len(cloud), _ROWS_AT_ONCE):
            ticket.report(begin / len(cloud), f"{begin:,} splats written")
            file.write(_table(cloud, slice(begin, begin + _ROWS_AT_ONCE), width).tobytes())


def coloured(first: Floats) -> Floats:
    """The colour that the first harmonic's coefficient means."""
    return np.asarray(0.5 + FIRST_HARMONIC * first, np.float32)


def rest_columns(columns: Sequence[str], name: str) -> tuple[str, ...]:
    """The higher harmonics' columns in order, all of red first; Problem where they are not those of a degree."""
    count = sum(column.startswith("f_rest_") for column in columns)
    wanted = tuple(f"f_rest_{k}" for k in range(count))
    if count not in {3 * each for each in HARMONICS} or not set(wanted) <= set(columns):
        why = f"it has {count} harmonics (f_rest); there are 0, 9, 24 or 45"
        raise Problem(f"{name} has harmonics of no degree", why, remedy="Write it again with degree 0, 1, 2 or 3.")
    return wanted


def _table(cloud: SplatCloud, part: slice, width: int) -> Floats:
    """(n, columns) float32 little endian."""
    means = cloud.means[part]
    count = len(means)
    opacity = cloud.opacities[part].astype(np.float64)
    with np.errstate(divide="ignore"):
        logit = np.clip(np.log(opacity) - np.log1p(-opacity), -MOST_LOGIT, MOST_LOGIT)
    scales = np.log(np.maximum(cloud.scales[part].astype(np.float64), _LEAST_SCALE))
    normals = np.zeros((count, 3)) if cloud.normals is None else cloud.normals[part]
    if cloud.harmonics is None:
        rest: Doubles | Floats = np.zeros((count, 3 * width))
    else:
        rest = cloud.harmonics[part].transpose(0, 2, 1).reshape(count, 3 * width)
    first = (cloud.colours[part].astype(np.float64) - 0.5) / FIRST_HARMONIC
    parts = [means, normals, first, rest, logit[:, None], scales, cloud.rotations[part]]
    return np.hstack(parts).astype("<f4")


def _floats(table: Rows, names: Sequence[str], name: str) -> Floats:
    """(n, columns) of floating-point properties."""
    for column in names:
        if table.dtype.fields is None or column not in table.dtype.fields:
            raise _unfit(name, f"it has no property '{column}'")
        if table.dtype[column].kind != "f":
            raise _unfit(name, f"its property '{column}' is {table.dtype[column].name}, not float")
    with np.errstate(over="ignore"):
        return np.stack([table[column] for column in names], axis=1).astype(np.float32)


def _bytes(table: Rows, names: Sequence[str]) -> Floats:
    """(n, columns) of properties that are bytes, 0 to 1."""
    return np.stack([table[column] for column in names], axis=1).astype(np.float32) / np.float32(255)


def _opacities(table: Rows, name: str) -> Floats:
    """0 to 1; a byte holds them as they are, a number their logit. An infinite logit is an opacity of one or zero."""
    if table.dtype["opacity"] == np.uint8:
        return _bytes(table, ("opacity",))[:, 0]
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + np.exp(-_floats(table, ("opacity",), name)[:, 0].astype(np.float64))), np.float32)


def _unfit(name: str, why: str) -> Problem:
    return Problem(f"{name} cannot be read as splats", why, remedy="Write it again as a standard 3DGS PLY.")
