"""What a mesh file holds: STL, PLY, OBJ, OFF and glTF, through trimesh."""

from pathlib import Path
from typing import Any, cast

import numpy as np

from pentad.core.problem import Problem

MESH_SUFFIXES = frozenset({".stl", ".ply", ".obj", ".off", ".glb", ".gltf"})
_FAULTS = (ValueError, KeyError, IndexError, TypeError, AttributeError, OSError, NotImplementedError, ImportError)


def describe_mesh(path: Path) -> dict[str, object]:
    """``vertices, faces, watertight, size_mm`` of the surface, vertices at one place merged."""
    solid = _load(path)
    solid.merge_vertices()
    return {
        "vertices": len(solid.vertices),
        "faces": len(solid.faces),
        "watertight": bool(solid.is_watertight),
        "size_mm": [round(float(length), 4) for length in np.ptp(solid.vertices, axis=0)],
    }


def _load(path: Path) -> Any:
    import trimesh  # Why: half a second, and only meshes need it.

    remedy = "Export the part again, as STL for example."
    try:
        # Why: no resolver, so that a material file named in a mesh cannot lead anywhere.
        solid = cast(Any, trimesh.load(str(path), force="mesh", resolver=trimesh.resolvers.ZipResolver({})))
    except _FAULTS as error:
        raise Problem(f"{path} cannot be read as a mesh", f"{type(error).__name__}: {error}", remedy=remedy) from error
    if not len(getattr(solid, "faces", ())):
        raise Problem(f"{path} has no surface", "there are no triangles in it", remedy=remedy)
    if not np.isfinite(solid.vertices).all():
        raise Problem(f"{path} has vertices that are not numbers", remedy=remedy)
    return solid
