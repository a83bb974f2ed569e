"""Light stacks in the making: photographs found on the disk, told apart by view, and looked through one by one."""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pentad.core.arrays import Bools, Image, Rgb
from pentad.core.counting import counted
from pentad.core.problem import Problem
from pentad.core.sample import RasterRef, View
from pentad.geometry.photometric_stereo import LightStack
from pentad.io import rasters
from pentad.io.tree import FileTree, open_tree
from pentad.sdk import Ticket

MOST_VIEWS = 5
FEWEST_LIGHTS = 3
PREVIEW = 480
"""Pixels of the longer side that a preview is made of."""
THUMBNAIL = 112
_SUFFIXES = frozenset({".png", ".tif", ".tiff", ".jpg", ".jpeg", ".bmp", ".npy", ".exr", ".pgm", ".ppm", ".webp"})
_NOT_LIT = re.compile(r"(^|[._\- ])(mask|flat|normal|depth|albedo|ambient)s?([._\- ]|$)", re.IGNORECASE)
_LIGHT_WORDS = frozenset(
    ["l", "light", "lights", "lamp", "lamps", "led", "leds", "img", "image", "images", "photo", "dsc"]
)
_MOST_FILES = 5000
_STEPS = 4095
_BRIGHT = np.rint(255 * (np.arange(_STEPS + 1) / _STEPS) ** (1 / 2.2)).astype(np.uint8)


@dataclass(frozen=True, slots=True)
class Shot:
    """One photograph of a stack: where its pixels are."""

    tree: FileTree
    ref: RasterRef

    @property
    def name(self) -> str:
        return self.ref.path.rsplit("/", 1)[-1]

    @property
    def place(self) -> str:
        """Its whole path, as it is written down."""
        return str(self.tree.location / self.ref.path)

    def read(self) -> Image:
        """(H, W) or (H, W, 3) in its own depth; Problem where unreadable."""
        return rasters.read_raw(self.tree, self.ref)


@dataclass(frozen=True, slots=True)
class Stack:
    """The photographs of one view in the order of its lights.

    ``kept`` are the places of those that are left of ``whole`` many, where some were left out; else it is empty.
    """

    view: str
    shots: tuple[Shot, ...]
    kept: tuple[int, ...] = ()
    whole: int = 0

    @property
    def rows(self) -> list[int]:
        """The row of each photograph in a list of all lights: who leaves one out leaves out its light."""
        return list(self.kept or range(len(self.shots)))

    @property
    def part(self) -> str:
        """What the part is likely called: as the folder of its photographs, or the one above folders of lights."""
        here = self.shots[0].tree.location.resolve() / self.shots[0].ref.path
        named = (view_name(folder.name) for folder in here.parents)
        return next((name for name in named if name and name.lower() not in (*_LIGHT_WORDS, self.view)), "part")

    def with_shots(self, shots: Sequence[Shot]) -> "Stack":
        """Its photographs in another order, or fewer of them."""
        here = [place for place, shot in zip(self.rows, self.shots, strict=True) if shot in shots]
        return replace(self, shots=tuple(shots), kept=tuple(here), whole=self.whole or len(self.shots))


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What one look at a photograph says: its kind, a small copy in its own depth, a thumbnail, or its Problem."""

    size: tuple[int, int] = (0, 0)
    kind: tuple[int, np.dtype[Any]] | None = None
    small: Image | None = None
    thumbnail: Rgb | None = None
    not_numbers: int = 0
    saturated: float = 0.0
    problem: Problem | None = None

    @property
    def words(self) -> str:
        """Size and depth."""
        if self.kind is None:
            return "unreadable"
        channels, depth = self.kind
        return f"{self.size[1]} x {self.size[0]} px, {'RGB' if channels == 3 else 'grey'}, {_depth_words(depth)}"


def find_stacks(paths: Sequence[Path]) -> tuple[Stack, ...]:
    """The stacks in a folder, or in files that were dropped, told apart by what their names have in common.

    A view's photographs differ in one number, which counts the lights: ``top_1.png``, ``top/1.png``, ``light1_top.png``
    and ``light1/top.png`` all mean the view top. Masks, flat fields and normals beside them are left out. Problem where
    there are no images.
    """
    root, files = _files(paths)
    images = [file for file in files if file.suffix.lower() in _SUFFIXES and not _NOT_LIT.search(file.stem)]
    if not images:
        where = str(paths[0]) if paths else "Nothing"
        remedy = "Choose the folder of one view's photographs, or the folder above several of them."
        raise Problem(f"{where} holds no photographs", "no file there is an image", remedy=remedy)
    names = {file.relative_to(root).as_posix(): file for file in images}
    groups = _grouped(list(names))
    titles = _titles([key for key, _ in groups], root.name)
    trees: dict[Path, FileTree] = {}
    stacks = []
    for title, (_, members) in zip(titles, groups, strict=True):
        shots = [_shot(names[name], trees) for name in sorted(members, key=counted)]
        stacks.append(Stack(title, tuple(shots)))
    return tuple(stacks)


def stacks_of(tree: FileTree, views: Iterable[View]) -> tuple[Stack, ...]:
    """The stacks that a data set lists itself."""
    return tuple(Stack(view.name, tuple(Shot(tree, ref) for ref in view.lights)) for view in views if view.lights)


def found_beside(stack: Stack, names: re.Pattern[str], *, above: int = 1) -> Path | None:
    """A file of one of these names beside the stack's first photograph, or at most ``above`` folders higher."""
    local = stack.shots[0].tree.local_path(stack.shots[0].ref.path) if stack.shots else None
    if local is None:
        return None
    for folder in [local.parent, *local.parent.parents][: above + 1]:
        try:
            found = sorted(entry.name for entry in os.scandir(folder) if names.fullmatch(entry.name.lower()))
        except OSError:
            return None
        if found:
            return folder / found[0]
    return None


LIGHT_FILES = re.compile(r"lights?\.txt|light[_-]?directions?\.txt|.*\.lp")
INTENSITY_FILES = re.compile(r"(light[_-]?)?intensit(y|ies)\.txt")
MASK_FILES = re.compile(r"(.*[._\- ])?mask\.(png|tiff?|bmp)")
FLAT_FILES = re.compile(r"flat([._\- ]?field)?\.(png|tiff?|npy|jpe?g)")


def glance(shot: Shot) -> Glance:
    """Read a photograph and say what it is; never raises for what it holds."""
    try:
        image = shot.read()
        with LightStack.read([lambda: image], names=[shot.name], keep=None) as alone:
            white, holes = alone.white, alone.not_numbers
    except Problem as problem:
        return Glance(problem=problem)
    small = _reduced(image, PREVIEW)
    full = float(np.mean(small.max(axis=2) >= white if small.ndim == 3 else small >= white))
    kind = 3 if image.ndim == 3 else 1, image.dtype
    return Glance((image.shape[0], image.shape[1]), kind, small, displayed(_reduced(small, THUMBNAIL)), holes, full)


def look_through(shots: Sequence[Shot], arrived: Callable[[Shot, Glance], None], ticket: Ticket) -> None:
    """Glance at one after the other; ``arrived`` is called on the worker."""
    for number, shot in enumerate(shots):
        ticket.report(number / len(shots), shot.name)
        arrived(shot, glance(shot))


def misfits(stack: Stack, glances: Mapping[Shot, Glance]) -> dict[Shot, Problem]:
    """Each photograph that cannot stay, and why: unreadable, black, or unlike most of the others."""
    seen = {shot: glances[shot] for shot in stack.shots if shot in glances}
    kinds = Counter((one.size, one.kind) for one in seen.values() if one.problem is None)
    found = {shot: one.problem for shot, one in seen.items() if one.problem is not None}
    if len(kinds) < 2:
        return found
    usual, _ = kinds.most_common(1)[0]
    like = next(one for one in seen.values() if (one.size, one.kind) == usual)
    for shot, one in seen.items():
        if one.problem is None and (one.size, one.kind) != usual:
            why = f"it is {one.words}; the others are {like.words}"
            remedy = "Leave it out with its light's row, or photograph the stack anew with one setting."
            found[shot] = Problem(f"{shot.name} does not belong to the stack", why, remedy=remedy)
    return found


def too_few(stack: Stack) -> Problem | None:
    """What is wrong with a stack of fewer than three photographs."""
    if len(stack.shots) >= FEWEST_LIGHTS:
        return None
    why = f"it has {len(stack.shots)} of at least {FEWEST_LIGHTS}, and a normal has three unknowns"
    return Problem(f"{stack.view} has too few photographs", why, remedy="Add photographs under other lights.")


def small_stack(
    stack: Stack, glances: Mapping[Shot, Glance], *, white: float | None = None
) -> tuple[LightStack, float]:
    """The stack at preview size, and how many of its pixels one of the preview's is wide. Problem where it misfits."""
    seen = [glances[shot] for shot in stack.shots]
    small = LightStack.of([one.small for one in seen if one.small is not None], white=white)
    return small, max(seen[0].size) / max(small.shape)


def displayed(image: Image) -> Rgb:
    """(h, w, 3) 8 bit, bright enough to be told apart whatever its depth."""
    top = max(float(np.percentile(image[::3, ::3], 99.5)), 1e-12)
    # Why a table: it is asked for on the main thread, too, and a power takes ten times as long.
    steps = np.clip(image.astype(np.float32) * np.float32(_STEPS / top), 0, _STEPS).astype(np.uint16)
    seen = _BRIGHT[steps]
    return seen if seen.ndim == 3 else np.asarray(cv2.cvtColor(seen, cv2.COLOR_GRAY2RGB), np.uint8)


def reduced_mask(mask: Bools, shape: tuple[int, int]) -> Bools:
    """(h, w) where most of what a pixel covers is in the mask."""
    share = cv2.resize(mask.astype(np.float32), shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(share >= 0.5)


def _files(paths: Sequence[Path]) -> tuple[Path, list[Path]]:
    """The folder above them all, and the files: those named, and those in named folders and one level below."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += _inside(path, deeper=True)
        elif path.is_file():
            found.append(path)
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0], found
    parents = {path.parent for path in paths}
    return (Path(os.path.commonpath(parents)) if parents else Path()), found


def _inside(folder: Path, *, deeper: bool) -> list[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)[:_MOST_FILES]
    except OSError as error:
        why = error.strerror or str(error)
        raise Problem(f"{folder} cannot be read", why, remedy="Check the folder and your right to read it") from error
    files = [Path(entry.path) for entry in entries if entry.is_file() and not entry.name.startswith(".")]
    if deeper:
        for entry in entries:
            if entry.is_dir() and not entry.name.startswith("."):
                files += _inside(Path(entry.path), deeper=False)
    return files


def _grouped(names: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Names by what is left without the number that counts the lights: the one which gives few groups and full ones."""
    tried = []
    for back in range(3):
        groups: dict[str, list[str]] = defaultdict(list)
        for name in names:
            numbers = list(re.finditer(r"\d+", name.rsplit(".", 1)[0]))
            if len(numbers) > back:
                at = numbers[-1 - back]
                groups[f"{name[: at.start()]}#{name[at.end() :]}"].append(name)
        full = sorted(
            ((key, one) for key, one in groups.items() if len(one) >= FEWEST_LIGHTS), key=lambda pair: counted(pair[0])
        )
        if full:
            tried.append(full)
    fitting = next((full for full in tried if len(full) <= MOST_VIEWS), None)
    if fitting or tried:
        return fitting or tried[0]
    folders: dict[str, list[str]] = defaultdict(list)
    for name in names:
        folders[name.rpartition("/")[0] + "/#"].append(name)
    return sorted(folders.items(), key=lambda pair: counted(pair[0]))


def _titles(keys: Sequence[str], folder: str) -> list[str]:
    """What the views are called: what the keys do not have in common, without words for lights."""
    words = []
    for key in keys:
        parts = dict.fromkeys(re.split(r"[._\-\s/#]+", os.path.splitext(key)[0]))
        words.append([part for part in parts if part and part.lower() not in _LIGHT_WORDS])
    while len(words) > 1 and all(words) and len({tuple(one[:1]) for one in words}) == 1:
        words = [one[1:] for one in words]
    while len(words) > 1 and all(words) and len({tuple(one[-1:]) for one in words}) == 1:
        words = [one[:-1] for one in words]
    titles: list[str] = []
    for one in words:
        title = view_name("-".join(one)) or view_name(folder) or "view"
        titles.append(title if title not in titles else f"{title}-{len(titles) + 1}")
    return titles


def view_name(text: str) -> str:
    """``text`` as a view may be called: it becomes part of file names."""
    return re.sub(r"[^\w\-]+", "-", text).strip("-_")[:60]


def _shot(file: Path, trees: dict[Path, FileTree]) -> Shot:
    tree = trees.setdefault(file.parent, open_tree(file.parent))
    return Shot(tree, RasterRef(file.name))


def _reduced(image: Image, longest: int) -> Image:
    scale = min(1.0, longest / max(image.shape[:2]))
    wide = image if image.dtype in (np.uint8, np.uint16, np.float32) else image.astype(np.float32)
    clean = np.nan_to_num(wide, nan=0.0, posinf=0.0, neginf=0.0) if wide.dtype.kind == "f" else wide
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    return np.asarray(cv2.resize(clean, size, interpolation=cv2.INTER_AREA), wide.dtype)


def _depth_words(depth: np.dtype[Any]) -> str:
    return f"{8 * depth.itemsize}-bit {'floats' if depth.kind == 'f' else 'codes'}"
