"""Meshes as binary PLY files."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pentad.core.mesh import Mesh
from pentad.sdk import Ticket
from pentad.sdk.atomic import replace_file

_ROWS_AT_ONCE = 1 << 18


def write_ply(path: Path, mesh: Mesh, ticket: Ticket) -> None:
    """The mesh as a binary PLY, coordinates as float32; written beside, renamed."""
    with replace_file(path) as temporary, temporary.open("wb") as file:
        for part in ply_parts(mesh, np.float32):
            ticket.check()
            file.write(part)


def ply_parts(mesh: Mesh, place: type[np.float32] | type[np.float64]) -> Iterator[bytes]:
    """The bytes of a binary PLY, some at a time; ``place`` is the kind of its coordinates."""
    name = "float" if place is np.float32 else "double"
    axes = "".join(f"property {name} {axis}\n" for axis in "xyz")
    yield (
        f"ply\nformat binary_little_endian 1.0\nelement vertex {len(mesh.vertices)}\n{axes}"
        f"element face {len(mesh.faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    ).encode("ascii")
    yield mesh.vertices.astype(np.dtype(place).newbyteorder("<")).tobytes()
    for start in range(0, len(mesh.faces), _ROWS_AT_ONCE):
        part = mesh.faces[start : start + _ROWS_AT_ONCE]
        rows = np.empty(len(part), [("count", "u1"), ("corners", "<i4", (3,))])
        rows["count"], rows["corners"] = 3, part
        yield rows.tobytes()
