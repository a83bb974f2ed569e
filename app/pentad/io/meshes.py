"""What a mesh file holds: STL, PLY, OBJ, OFF and glTF, through trimesh."""

from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, cast

import numpy as np

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.geometry.surface import Surface

MESH_SUFFIXES = frozenset({".stl", ".ply", ".obj", ".off", ".glb", ".gltf"})
_STL_HEAD = 84
_STL_TRIANGLE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("rest", "<u2")])
_FAULTS = (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, NotImplementedError, ImportError)


def describe_mesh(path: Path) -> dict[str, object]:
    """``vertices, faces, watertight, size_mm`` of the surface, vertices at one place merged."""
    solid = _load(_bytes(path), path.name)
    solid.merge_vertices()
    return {
        "vertices": len(solid.vertices),
        "faces": len(solid.faces),
        "watertight": bool(solid.is_watertight),
        "size_mm": [round(float(length), 4) for length in np.ptp(solid.vertices, axis=0)],
    }


def read_surface(path: Path) -> Surface:
    """The part's skin, in the file's own units; Problem naming the file where there is none in it."""
    return parse_surface(_bytes(path), path.name)


def parse_surface(data: bytes, name: str) -> Surface:
    """The surface in the bytes of a mesh file called ``name``; Problem naming it where there is none."""
    try:
        corners = _stl_corners(data) if name.lower().endswith(".stl") else None
        if corners is not None:
            return Surface.of(corners.reshape(-1, 3), np.arange(corners.size // 3, dtype=np.int32).reshape(-1, 3))
        solid = _load(data, name)
        return Surface.of(solid.vertices, solid.faces)
    except Problem as problem:
        raise Problem(f"{name} cannot be used as a part", str(problem), remedy=problem.remedy) from problem


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

    remedy = "Export the part again, as STL for example."
    kind, nowhere = PurePosixPath(name).suffix.lower().lstrip("."), trimesh.resolvers.ZipResolver({})
    try:
        # Why: no resolver, so that a material file named in a mesh cannot lead anywhere.
        solid = cast(Any, trimesh.load(BytesIO(data), file_type=kind, force="mesh", resolver=nowhere))
    except _FAULTS as error:
        raise Problem(f"{name} cannot be read as a mesh", f"{type(error).__name__}: {error}", remedy=remedy) from error
    if not len(getattr(solid, "faces", ())):
        raise Problem(f"{name} has no surface", "there are no triangles in it", remedy=remedy)
    if not np.isfinite(solid.vertices).all():
        raise Problem(f"{name} has vertices that are not numbers", remedy=remedy)
    return solid
