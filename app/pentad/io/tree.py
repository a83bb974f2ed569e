"""The files of a data set, read alike from a folder and from a zip, and never outside either."""

import os
import re
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from pentad.core.problem import Problem

LARGEST_MEMBER = 2**30
"""Bytes. The largest honest raster, 20 MP of three float32, is a quarter of this; beyond it a zip member is a trap."""

_MOUNT_DEPTH = 2
_ZIP_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, IndexError, struct.error)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HALF_LETTERS = re.compile(r"[\ud800-\udfff]")
_UNWANTED = ("__MACOSX", "Thumbs.db", "desktop.ini")


class FileTree(Protocol):
    """A closed set of files by POSIX path. Reading is safe from several threads at once."""

    @property
    def location(self) -> Path:
        """The folder or zip on disk."""

    @property
    def name(self) -> str:
        """What to call the tree: the folder's name, or the zip's without ``.zip``."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What was left out of ``files`` and why: links that leave the root, unsafe names, broken zips."""

    @property
    def files(self) -> Sequence[str]:
        """Every file, sorted; hidden files and what operating systems strew about are not among them."""

    def exists(self, path: str) -> bool: ...

    def read_bytes(self, path: str, first: int | None = None) -> bytes:
        """The file's bytes, or the ``first`` so many; Problem where it is missing, unreadable or outside the root."""

    def local_path(self, path: str) -> Path | None:
        """Where the file is on disk; None inside a zip. Problem where a link leads out of the root."""


def open_tree(path: Path) -> FileTree:
    """The folder or zip at ``path``, or the folder that holds the manifest at ``path``."""
    if path.suffix == ".toml" and path.is_file():
        path = path.parent
    if path.is_dir():
        return FolderTree(path)
    if not path.exists():
        raise Problem(f"There is nothing at {path}", remedy="Check the path")
    return ZipTree(path)


def subtree(tree: FileTree, folder: str) -> FileTree:
    """``tree`` as seen from inside ``folder``."""
    return _Subtree(tree, folder.strip("/") + "/")


def confined(text: object, said_by: str) -> str:
    """``text`` as a clean POSIX path below the root; Problem (naming ``said_by``) where it is not one."""
    if not isinstance(text, str) or not text.strip("/. "):
        raise Problem(f"{said_by} names {_short(text)} as a file", "that is not a path", remedy=f"Correct {said_by}")
    posix = text.replace("\\", "/")
    why = _why_unsafe(posix)
    if why:
        raise Problem(f"{said_by} names {_short(text)}", why, remedy=f"Use paths inside the data folder in {said_by}")
    return str(PurePosixPath(posix))


class FolderTree:
    """A folder on disk; ``x.zip`` in it, or one level below, reads as the folder ``x``, as D3 ships its categories."""

    def __init__(self, root: Path) -> None:
        self.location = root
        self.name = root.resolve().name
        self._root = root.resolve()
        self._problems: list[Problem] = []
        self._mounts: dict[str, FileTree | None] = {}
        self._lock = threading.RLock()

    @property
    def problems(self) -> Sequence[Problem]:
        _ = self.files
        return tuple(self._problems)

    @cached_property
    def files(self) -> Sequence[str]:
        with self._lock:
            self._problems.clear()
            return sorted(self._scan())

    def exists(self, path: str) -> bool:
        return path in self._known

    def read_bytes(self, path: str, first: int | None = None) -> bytes:
        mount, inner = self._mounted(path)
        if mount is not None:
            return mount.read_bytes(inner, first)
        file = self._inside(path)
        if not file.is_file():
            raise Problem(f"{path} is missing", f"not in {self.location}", remedy="Restore the file")
        try:
            with file.open("rb") as stream:
                return stream.read() if first is None else stream.read(first)
        except OSError as error:
            why = error.strerror or str(error)
            raise Problem(f"{path} cannot be read", why, remedy="Check the disk and the file's permissions") from error

    def local_path(self, path: str) -> Path | None:
        mount, _ = self._mounted(path)
        return None if mount is not None else self._inside(path)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.files)

    def _scan(self) -> Iterator[str]:
        folders = [""]
        while folders:
            here = folders.pop()
            for entry in self._entries(here):
                path = here + entry.name
                if entry.is_dir(follow_symlinks=False):
                    folders.append(path + "/")
                elif entry.is_symlink():
                    if self._keep_link(path):
                        yield path
                elif not entry.is_file(follow_symlinks=False):
                    self._leave_out(path, "it is not a plain file", "Put a plain file there")
                else:
                    yield path
                    if path.endswith(".zip") and path.count("/") < _MOUNT_DEPTH:
                        yield from self._mounted_files(path.removesuffix(".zip") + "/")

    def _entries(self, folder: str) -> Iterator["os.DirEntry[str]"]:
        try:
            with os.scandir(self._root / folder) as entries:
                for entry in entries:
                    if _unwanted(entry.name):
                        continue
                    if why := _why_unsafe(entry.name) or ("\\" in entry.name and "its name holds a backslash"):
                        self._leave_out(folder + entry.name, why, "Rename it")
                    else:
                        yield entry
        except OSError as error:
            self._leave_out(folder or ".", error.strerror or str(error), "Check the folder's permissions")

    def _keep_link(self, path: str) -> bool:
        target = Path(os.path.realpath(self._root / path))
        if not target.is_relative_to(self._root):
            self._leave_out(path, f"it is a link that leaves the data folder, to {target}", "Put the real file there")
        elif target.is_dir():
            self._leave_out(path, "it is a link to a folder", "Put the real folder there")
        elif not target.is_file():
            self._leave_out(path, f"it is a link to {target}, which is missing", "Restore the file it points to")
        else:
            return True
        return False

    def _mounted_files(self, folder: str) -> Iterator[str]:
        try:
            tree = self._mount(folder)
        except Problem as problem:
            self._problems.append(problem)
            return
        if tree is not None:
            self._problems += tree.problems
            yield from (folder + inner for inner in tree.files)

    def _mount(self, folder: str) -> FileTree | None:
        with self._lock:
            if folder not in self._mounts:
                file = self._root / (folder.rstrip("/") + ".zip")
                there = not (self._root / folder).is_dir() and file.is_file() and not file.is_symlink()
                self._mounts[folder] = _unwrapped(ZipTree(file)) if there else None
            return self._mounts[folder]

    def _mounted(self, path: str) -> tuple[FileTree | None, str]:
        parts = path.split("/")
        for depth in range(1, min(_MOUNT_DEPTH + 1, len(parts))):
            folder = "/".join(parts[:depth]) + "/"
            if ".." not in parts and (tree := self._mount(folder)):
                return tree, path[len(folder) :]
        return None, path

    def _inside(self, path: str) -> Path:
        file = Path(os.path.realpath(self._root / confined(path, str(self.location))))
        if not file.is_relative_to(self._root):
            raise Problem(f"{path} leaves the data folder", f"it leads to {file}", remedy="Put the real file there")
        return file

    def _leave_out(self, path: str, why: str, remedy: str) -> None:
        self._problems.append(Problem(f"{_short(path)} was left out", why, remedy=remedy))


class ZipTree:
    """A zip file, read in place."""

    def __init__(self, path: Path) -> None:
        self.location = path
        self.name = path.stem
        problems: list[Problem] = []
        self._members: dict[str, zipfile.ZipInfo] = {}
        try:
            self._zip = zipfile.ZipFile(path)
        except _ZIP_FAULTS as error:
            remedy = "Give a folder or a whole zip file; if it should be one, copy or download it again"
            raise Problem(f"{path} cannot be opened as a zip", str(error), remedy=remedy) from error
        for member in self._zip.infolist():
            parts = member.filename.rstrip("/").split("/")
            if member.filename.endswith("/") or any(_unwanted(part) for part in parts):
                continue
            if why := _why_unsafe(member.filename):
                what = f"{_short(member.filename)} in {path.name} was left out"
                problems.append(Problem(what, why, remedy="Make the zip again with plain relative names"))
            else:
                self._members[member.filename.replace("\\", "/")] = member
        self.problems: Sequence[Problem] = tuple(problems)
        self.files: Sequence[str] = sorted(self._members)

    def exists(self, path: str) -> bool:
        return path in self._members

    def read_bytes(self, path: str, first: int | None = None) -> bytes:
        member = self._members.get(path)
        if member is None:
            raise Problem(f"{path} is missing", f"not in {self.location}", remedy="Restore the file")
        if member.file_size > LARGEST_MEMBER and first is None:
            why = f"it would unpack to {member.file_size / 2**30:.1f} GiB; {LARGEST_MEMBER // 2**30} GiB is the limit"
            raise Problem(f"{path} in {self.location.name} is too large", why, remedy="Unpack the zip to a folder")
        try:
            with self._zip.open(member) as stream:
                return stream.read() if first is None else stream.read(first)
        except _ZIP_FAULTS as error:
            what = f"{path} in {self.location.name} cannot be unpacked"
            raise Problem(what, str(error), remedy="Copy or download the zip again, without a password") from error

    def local_path(self, path: str) -> Path | None:
        return None


class _Subtree:
    """One folder of a tree, as a tree of its own."""

    def __init__(self, whole: FileTree, prefix: str) -> None:
        self._whole = whole
        self._prefix = prefix
        self.location = whole.location
        self.name = prefix.rstrip("/").rsplit("/", 1)[-1]

    @property
    def problems(self) -> Sequence[Problem]:
        return self._whole.problems

    @cached_property
    def files(self) -> Sequence[str]:
        start = len(self._prefix)
        return [path[start:] for path in self._whole.files if path.startswith(self._prefix)]

    def exists(self, path: str) -> bool:
        return self._whole.exists(self._prefix + path)

    def read_bytes(self, path: str, first: int | None = None) -> bytes:
        return self._whole.read_bytes(self._prefix + confined(path, str(self.location)), first)

    def local_path(self, path: str) -> Path | None:
        return self._whole.local_path(self._prefix + confined(path, str(self.location)))


def only_folder(tree: FileTree) -> str | None:
    """The one top folder that holds every file of ``tree``; None where there are several, or files beside it."""
    files = tree.files
    if not files or "/" not in files[0]:
        return None
    top = files[0].split("/", 1)[0]
    return top if files[-1].startswith(top + "/") and all(path.startswith(top + "/") for path in files) else None


def _unwrapped(tree: FileTree) -> FileTree:
    """``tree``, or its only folder where that repeats the tree's own name (``bottle.zip`` holding ``bottle/…``)."""
    return subtree(tree, tree.name) if only_folder(tree) == tree.name else tree


def _unwanted(name: str) -> bool:
    return (name.startswith(".") and name not in (".", "..")) or name in _UNWANTED


def _why_unsafe(path: str) -> str:
    path = path.replace("\\", "/")
    if path.startswith("/") or path[1:3] == ":/":
        return "an absolute path leaves the data folder"
    if ".." in path.split("/"):
        return "'..' may leave the data folder"
    if not path.isascii() and _HALF_LETTERS.search(path):
        return "its name is not readable text"
    if _CONTROL.search(path):
        return "its name holds control characters"
    return ""


def _short(value: object) -> str:
    text = ascii(value) if not isinstance(value, str) or not value.isprintable() else value
    return text if len(text) <= 120 else text[:117] + "…"
