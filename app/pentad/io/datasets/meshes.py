"""The surface of a data set's parts, where its manifest names mesh files or its layout has them."""

from pathlib import PurePosixPath

import numpy as np

from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.geometry.surface import Surface
from pentad.io.datasets import broken_chairs
from pentad.io.datasets.manifest_file import FILE_NAME, Manifest
from pentad.io.datasets.reader import Options
from pentad.io.datasets.rig import manifest_of
from pentad.io.meshes import MESH_SUFFIXES, parse_surface
from pentad.io.tree import FileTree

_LONGEST = 1_000_000_000
"""Bytes: twenty million triangles of an STL."""


def mesh_of(tree: FileTree, options: Options, sample: Sample) -> Surface | None:
    """The surface of ``sample``'s part in rig millimetres; None where the data set names no mesh.

    Problem where the manifest or the file it names for this part cannot be used.
    """
    found = manifest_of(tree, options)
    path = _path(tree, found, sample)
    if path is None:
        return None
    data = tree.read_bytes(path, _LONGEST + 1)
    if len(data) > _LONGEST:
        raise Problem(f"{path} is too large for a mesh", f"more than {_LONGEST:,} bytes", remedy="Simplify it")
    surface = parse_surface(data, path)
    pose = np.eye(4) if found is None else np.reshape(found[0].mesh_pose, (4, 4))
    return surface if np.array_equal(pose, np.eye(4)) else surface.placed(pose)


def mesh_path_of(tree: FileTree, options: Options, sample: Sample) -> str | None:
    """Where in ``tree`` the mesh of ``sample``'s part lies (one file may serve many); None where none is named."""
    return _path(tree, manifest_of(tree, options), sample)


def _path(tree: FileTree, found: tuple[Manifest, str] | None, sample: Sample) -> str | None:
    if found is None:
        return broken_chairs.mesh_path(tree, sample)
    manifest, folder = found
    if manifest.mesh is None:
        return None
    prefix = folder + "/" if folder else ""
    path = manifest.mesh.fill(_fields(manifest, prefix, sample))
    if path is None:
        why = f"{manifest.mesh.text} has fields that its photos' paths do not give"
        raise Problem(f"{FILE_NAME} does not say which mesh is that of {sample.id}", why, remedy="Correct [mesh] file")
    if PurePosixPath(path).suffix.lower() not in MESH_SUFFIXES:
        kinds = ", ".join(sorted(MESH_SUFFIXES))
        raise Problem(f"{path} is no kind of mesh Pentad knows", f"it reads {kinds}", remedy="Correct [mesh] file")
    return prefix + path


def _fields(manifest: Manifest, prefix: str, sample: Sample) -> dict[str, str]:
    """What the manifest's patterns make of the paths of the sample's photos."""
    photos = [view.rasters[Modality.RGB].path for view in sample.views if Modality.RGB in view.rasters]
    for rule in manifest.rules:
        for photo in photos:
            fields = rule.patterns[Modality.RGB].match(photo.removeprefix(prefix))
            if fields is not None:
                return {"category": sample.category, **rule.constants, **fields}
    return {"category": sample.category}
