"""The files of a project: those of its data set, which stays as it is, and those that were made for it later."""

from collections.abc import Sequence
from pathlib import Path

from pentad.core.problem import Problem
from pentad.io.tree import FileTree, FolderTree

FOLDER = "normals"
"""Of the project's folder, what may be read."""
OWN = f".project/{FOLDER}/"
"""Paths below it are there. No reader lists a hidden folder, so no data set has one of this name."""


class ProjectTree:
    """A data set's tree; what lies below ``OWN`` is read from the project's folder."""

    def __init__(self, data: FileTree, folder: Path) -> None:
        self._data, self._own = data, FolderTree(folder / FOLDER)
        self.location = data.location
        self.name = data.name

    @property
    def problems(self) -> Sequence[Problem]:
        return self._data.problems

    @property
    def files(self) -> Sequence[str]:
        return self._data.files

    def exists(self, path: str) -> bool:
        if path.startswith(OWN):
            try:
                file = self._own.local_path(path[len(OWN) :])
            except Problem:
                return False
            return file is not None and file.is_file()
        return self._data.exists(path)

    def read_bytes(self, path: str, first: int | None = None) -> bytes:
        tree, inner = self._place(path)
        return tree.read_bytes(inner, first)

    def local_path(self, path: str) -> Path | None:
        tree, inner = self._place(path)
        return tree.local_path(inner)

    def _place(self, path: str) -> tuple[FileTree, str]:
        return (self._own, path[len(OWN) :]) if path.startswith(OWN) else (self._data, path)
