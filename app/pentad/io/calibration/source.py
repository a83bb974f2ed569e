"""A calibration file where it lies, in a folder or a zip, with the files beside it that some formats need."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pentad.core.problem import Problem
from pentad.io.headers import read_header
from pentad.io.tree import FileTree, FolderTree, confined

LONGEST = 1_000_000
"""Bytes of a file written by hand or by a calibration; most have a few thousand."""
MOST_CAMERAS = 10_000
_IMAGE_HEAD = 65_536
_LONGEST_WHY = 400


@dataclass(frozen=True, slots=True)
class Source:
    """One calibration file: ``file`` of ``tree``; ``path`` is what Problems call it."""

    tree: FileTree
    file: str
    path: Path

    @property
    def name(self) -> str:
        return PurePosixPath(self.file).name

    def read(self, limit: int = LONGEST) -> bytes:
        """The whole file; Problem where it is missing, unreadable or longer than ``limit`` bytes."""
        try:
            data = self.tree.read_bytes(self.file, limit + 1)
        except Problem as problem:
            raise damaged(self.path, problem.why or problem.what) from problem
        if len(data) > limit:
            raise damaged(self.path, f"it is longer than {limit:,} bytes")
        return data

    def text(self, limit: int = LONGEST) -> str:
        """The whole file as UTF-8; Problem as ``read``."""
        try:
            return self.read(limit).decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            raise damaged(self.path, str(fault)) from fault

    def beside(self, name: str) -> "Source":
        """The file called ``name`` in the same folder or below it; Problem where the name leads elsewhere."""
        inner = confined(name, str(self.path))
        return Source(self.tree, str(PurePosixPath(self.file).parent / inner), self.path.parent / inner)

    def exists(self) -> bool:
        """Whether there is such a file inside the tree."""
        try:
            local = self.tree.local_path(self.file)
            # Why no look into the list of files: a folder of thousands would be walked through for one name.
            return self.tree.exists(self.file) if local is None else local.is_file()
        except (Problem, OSError):  # Why OSError: a name may be longer than any file's.
            return False

    def image_size(self, *names: str) -> tuple[int, int] | None:
        """(height, width), as stored, of the first of ``names`` that is an image in the folder or below it."""
        for name in names:
            try:
                image = self.beside(name)
                header = read_header(self.tree.read_bytes(image.file, _IMAGE_HEAD)) if image.exists() else None
            except Problem:
                continue
            if header is not None:
                return header.size
        return None


def source_at(path: Path) -> Source:
    """The file at ``path``."""
    try:
        # Why: the person named the link; what other files a calibration names has to lie beside the file itself.
        place = path.resolve() if path.is_symlink() else path
        return Source(FolderTree(place.parent), place.name, path)
    except (OSError, RuntimeError, ValueError) as fault:
        raise damaged(path, str(fault)) from fault


def source_in(tree: FileTree, file: str) -> Source:
    """``file`` of a data set."""
    return Source(tree, file, Path(PurePosixPath(file)))


def damaged(path: Path, why: str) -> Problem:
    """A parser may quote lines, and the file's longest: what is shown of them is one line and has an end."""
    words = " ".join(why.split())
    said = words if len(words) <= _LONGEST_WHY else f"{words[:_LONGEST_WHY]}…"
    return Problem(f"{path} cannot be used as a calibration", said, remedy="Choose another file, or calibrate again")
