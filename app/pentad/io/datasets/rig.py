"""The calibrated cameras of a data set, where its manifest names a rig file."""

from pathlib import Path, PurePosixPath

from pentad.core.camera import Rig
from pentad.core.problem import Problem
from pentad.io.calibration import parse_rig
from pentad.io.datasets.manifest_file import FILE_NAME, parse_manifest
from pentad.io.datasets.reader import Options
from pentad.io.tree import FileTree, only_folder, subtree

_LONGEST = 100_000
"""Bytes; rigs and manifests are a few thousand."""


def rig_of(tree: FileTree, options: Options) -> Rig | None:
    """The rig that the data set's manifest (or the one ``options`` name) refers to; None where there is no such thing.

    Problem where the manifest or the rig file it names cannot be used.
    """
    inner, manifest = tree, _manifest(tree, options)
    if manifest is None and (wrapper := only_folder(tree)) is not None:
        inner = subtree(tree, wrapper)
        manifest = _manifest(inner, options)
    file = None if manifest is None else parse_manifest(manifest).rig_file
    if file is None:
        return None
    data = inner.read_bytes(file, _LONGEST + 1)
    path = Path(PurePosixPath(file))
    try:
        if len(data) > _LONGEST:
            raise ValueError(f"it is longer than {_LONGEST:,} bytes")
        text = data.decode("utf-8")
    except ValueError as error:
        why = str(error)
        raise Problem(f"{file} cannot be used as a calibration", why, remedy="Choose another file") from error
    return parse_rig(text, path)


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
