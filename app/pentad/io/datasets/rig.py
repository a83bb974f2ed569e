"""The calibrated cameras of a data set, where its manifest names a calibration."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pentad.core.camera import Rig
from pentad.core.problem import Problem
from pentad.io.calibration import RigReading, calibration_files, read_rig, read_rig_in
from pentad.io.datasets.broken_chairs import is_broken_chairs, query_rig
from pentad.io.datasets.manifest_file import FILE_NAME, Manifest, parse_manifest
from pentad.io.datasets.reader import Options
from pentad.io.tree import FileTree, only_folder, subtree

RIG_FILE = "rig.toml"
"""A project's own calibration, in its folder."""


def rig_reading_of(tree: FileTree, options: Options) -> RigReading | None:
    """The rig that the data set's manifest (or the one ``options`` name) refers to, and what to know of it.

    Without a manifest, what the layout itself tells of its camera. None where there is no such thing; Problem where the
    manifest or the calibration it names cannot be used.
    """
    found = manifest_of(tree, options)
    if found is None:
        return _told_by_layout(tree)
    said, folder = found
    if said.rig_file is None:
        return None
    inner = subtree(tree, folder) if folder else tree
    return read_rig_in(inner, _files(inner, said.rig_file), scale=said.rig_scale)


def rig_reading_for(folder: Path, tree: FileTree, options: Options) -> RigReading | None:
    """The rig of the project in ``folder``: its own ``rig.toml`` where a person has edited one, else the data set's.

    Cameras that the own file does not have are the data set's still. A fault of the data set's is a note then.
    """
    file = folder / RIG_FILE
    if not file.is_file():
        return rig_reading_of(tree, options)
    try:
        own = read_rig(file)
    except Problem as problem:
        remedy = f"Correct {file}, or delete it: the data set's own calibration is in force then"
        raise Problem("The rig edited in this project cannot be used", str(problem), remedy=remedy) from problem
    try:
        given = rig_reading_of(tree, options)
    except Problem as problem:
        return replace(own, notes=(*own.notes, problem))
    if given is None:
        return own
    names = {camera.name for camera in own.rig.cameras}
    others = tuple(camera for camera in given.rig.cameras if camera.name not in names)
    unplaced = tuple(name for name in given.unplaced if name not in names)
    return replace(own, rig=Rig((*own.rig.cameras, *others)), unplaced=unplaced, errors={**given.errors, **own.errors})


def manifest_of(tree: FileTree, options: Options) -> tuple[Manifest, str] | None:
    """The data set's manifest (or the one ``options`` name), and the folder of ``tree`` that its paths are in."""
    folder, manifest = "", _manifest(tree, options)
    if manifest is None and (wrapper := only_folder(tree)) is not None:
        folder, manifest = wrapper, _manifest(subtree(tree, wrapper), options)
    return None if manifest is None else (parse_manifest(manifest), folder)


def _told_by_layout(tree: FileTree) -> RigReading | None:
    wrapper = only_folder(tree)
    inner = tree if wrapper is None else subtree(tree, wrapper)
    return query_rig(inner) if is_broken_chairs(inner) else None


def _files(tree: FileTree, named: str) -> Sequence[str]:
    """The calibration called ``named``, or that of the folder called so."""
    if tree.exists(named):
        return (named,)
    inside = [file.removeprefix(named + "/") for file in tree.files if file.startswith(named + "/")]
    return [f"{named}/{file}" for file in calibration_files(inside)] or (named,)


def _manifest(tree: FileTree, options: Options) -> bytes | None:
    named = options.get("manifest")
    if named is None:
        # Why no look into the list of files: it may be older than a manifest that was written meanwhile.
        local = tree.local_path(FILE_NAME)
        there = tree.exists(FILE_NAME) if local is None else local.is_file()
        return tree.read_bytes(FILE_NAME) if there else None
    try:
        return Path(named).read_bytes()
    except OSError:
        return None
