"""What a mesh file holds: STL, PLY, OBJ, OFF and glTF, through trimesh."""

import logging
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, cast

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.core.problem import Problem
from pentad.geometry.drawable import uses_of_edges
from pentad.geometry.surface import Surface

MESH_SUFFIXES = frozenset({".stl", ".ply", ".obj", ".off", ".glb", ".gltf"})
_STL_HEAD = 84
_STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("rest", "<u2")])
_FAULTS = (
    ValueError, TypeError, LookupError, AttributeError, NameError, ArithmeticError, AssertionError, RuntimeError,
    OSError, EOFError, BufferError, MemoryError, ImportError, struct.error,
)  # fmt: skip
"""What trimesh's readers raise on damaged files, all of them seen."""
_SMALLEST_MM, _LARGEST_MM = 1.0, 10_000.0
_FLOAT32 = 1e-7
_LONGEST_WHY = 400
"""Characters: what trimesh says may quote the file."""
_PROPER = 2
"""Triangles at each edge of a closed surface."""


@dataclass(frozen=True, slots=True)
class MeshSummary:
    """What ``pentad info`` says of a mesh, and what a person should know of it."""

    numbers: Mapping[str, object]
    notes: tuple[Problem, ...]


def describe_mesh(path: Path) -> MeshSummary:
    """The surface in a mesh file, vertices that are alike in float32 made one; Problem as ``read_surface``.

    ``open_edges`` belong to one triangle, ``crowded_edges`` to more than two; a watertight mesh has neither.
    """
    surface = _surface(_bytes(path), path.name, fine=_FLOAT32)
    uses = uses_of_edges(surface.faces)
    size = np.ptp(surface.bounds, axis=0)
    few, many = int(np.count_nonzero(uses < _PROPER)), int(np.count_nonzero(uses > _PROPER))
    numbers = {
        "vertices": len(surface.vertices),
        "faces": len(surface.faces),
        "watertight": not few and not many,
        "open_edges": few,
        "crowded_edges": many,
        "size_mm": [round(float(length), 4) for length in size],
    }
    notes = (_crowded_note(many), _unit_note(float(size.max())))
    return MeshSummary(numbers, tuple(note for note in notes if note is not None))


def _crowded_note(edges: int) -> Problem | None:
    if not edges:
        return None
    what, why = "The mesh is not a proper surface", f"{edges:,} of its edges belong to more than two triangles"
    return Problem(what, why, remedy="Repair the mesh; what is hidden behind such edges may be judged wrongly")


def _unit_note(longest: float) -> Problem | None:
    """What is to be said of a part that is no part in millimetres."""
    if _SMALLEST_MM <= longest <= _LARGEST_MM:
        return None
    unit, scale = ("metres", 1000.0) if longest < _SMALLEST_MM else ("micrometres", 0.001)
    return Problem(
        "The mesh is probably not in millimetres",
        f"it would be {longest:.4g} mm long; in {unit} it is {longest * scale:.4g} mm",
        remedy="Export it in millimetres, or give the scale in the manifest: [mesh] pose",
    )


def read_surface(path: Path) -> Surface:
    """The part's skin, in the file's own units; Problem naming the file where there is none in it."""
    return parse_surface(_bytes(path), path.name)


def parse_surface(data: bytes, name: str) -> Surface:
    """The surface in the bytes of a mesh file called ``name``; Problem naming it where there is none."""
    return _surface(data, name)


def _surface(data: bytes, name: str, *, fine: float = 0.0) -> Surface:
    """As ``parse_surface``, with coordinates rounded to ``fine`` of the greatest."""
    try:
        corners = _stl_corners(data) if name.lower().endswith(".stl") else None
        if corners is not None:
            places, faces = corners.reshape(-1, 3), np.arange(corners.size // 3, dtype=np.int32).reshape(-1, 3)
        else:
            solid = _load(data, name)
            places, faces = solid.vertices, solid.faces
        return Surface.of(_rounded(places, fine) if fine else places, faces)
    except Problem as problem:
        raise Problem(
            f"{name} cannot be used as a part", str(problem)[:_LONGEST_WHY], remedy=problem.remedy
        ) from problem


def _rounded(places: Floats, fine: float) -> Doubles:
    with np.errstate(all="ignore"):  # Why: what is not a number is refused later.
        found = np.asarray(places, np.float64)
        cell = fine * float(np.abs(found).max(initial=0, where=np.isfinite(found))) or 1.0
        return np.asarray(np.round(found / cell) * cell + 0.0)


def _stl_corners(data: bytes) -> Floats | None:
    """(F, 3, 3) of a binary STL, read without trimesh's half a second; None where it is none."""
    count = int.from_bytes(data[80:84], "little")
    if not count or len(data) != _STL_HEAD + count * _STL_TRIANGLE.itemsize:
        return None
    return np.asarray(np.frombuffer(data, _STL_TRIANGLE, offset=_STL_HEAD)["corners"], np.float32)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise Problem(f"{path} cannot be read as a mesh", why, remedy="Check its path and its permissions") from error


def _load(data: bytes, name: str) -> Any:
    import trimesh  # Why: half a second, and only meshes need it.

    # Why: what it logs of a damaged file is a traceback; the Problem says it in words.
    logging.getLogger("trimesh").setLevel(logging.CRITICAL)
    remedy = "Export the part again, as STL for example."
    kind, nowhere = PurePosixPath(name).suffix.lower().lstrip("."), trimesh.resolvers.ZipResolver({})
    try:
        with np.errstate(all="ignore"):
            # Why: no resolver, so that a material file named in a mesh cannot lead anywhere; no processing, as Surface
            # checks first and merges then.
            load = cast(Any, trimesh.load)
            solid = load(BytesIO(data), file_type=kind, force="mesh", resolver=nowhere, process=False)
    except _FAULTS as error:
        raise Problem(f"{name} cannot be read as a mesh", f"{type(error).__name__}: {error}", remedy=remedy) from error
    if not len(getattr(solid, "faces", ())):
        raise Problem(f"{name} has no surface", "there are no triangles in it", remedy=remedy)
    return solid
