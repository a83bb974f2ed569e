"""The mean of good parts' normals, view by view: worked out once and kept in the project's cache."""

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pentad.core.arrays import Normals
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, Split
from pentad.geometry.lining_up import lined_up
from pentad.geometry.normal_maps import mean_normals
from pentad.io import rasters
from pentad.io.arrays_file import DAMAGED, array_of, read_arrays, write_arrays
from pentad.io.tree import FileTree
from pentad.sdk import Ticket

FOLDER = "mean-normals"
KEPT_BYTES = 2_000_000_000
_CODES = 32767


@dataclass(frozen=True, slots=True, eq=False)
class GoodMean:
    """What good parts have in common: ``normals`` (H, W, 3), of how many ``parts``, and how far one of them typically
    is from that: the median over the pixels, in degrees. ``left_out`` could not be read.
    """

    normals: Normals
    parts: int
    spread_deg: float
    left_out: int = 0

    @property
    def words(self) -> str:
        lost = f", {self.left_out} unreadable" if self.left_out else ""
        return f"the mean of {self.parts} good parts (which differ by {self.spread_deg:.1f}°{lost})"


def good_parts(samples: list[Sample], here: Sample, view: str, *, most: int, rejected: frozenset[str]) -> list[Sample]:
    """At most so many good parts of the same category, training parts first, that have this view's normals.

    Neither the part on show itself nor what a person rejected is among them.
    """
    found = [
        sample
        for sample in samples
        if sample.good
        and sample.category == here.category
        and sample.id != here.id
        and sample.id not in rejected
        and any(each.name == view and Modality.NORMAL in each.rasters for each in sample.views)
    ]
    found.sort(key=lambda sample: (sample.split is not Split.TRAIN, sample.id))
    return found[:most]


def mean_of(
    tree: FileTree,
    parts: list[Sample],
    view: str,
    *,
    size: tuple[int, int],
    longest: int | None = None,
    line_up: bool = False,
    cache: Path | None,
    ticket: Ticket,
) -> GoodMean:
    """The mean of the parts' normals in ``view``, of ``size`` (height, width); from the folder ``cache`` if there.

    They are read with at most ``longest`` pixels on the longer side, which makes them of that size. What cannot be
    read, or is of another size, is left out and counted; Problem where nothing is left. ``line_up`` lays them over the
    first of them before.
    """
    file = cache / FOLDER / f"{_tag(tree, parts, view, longest, line_up)}.npz" if cache is not None and parts else None
    if file is not None and (known := _read(file, size)) is not None:
        return known
    lost: list[Problem] = []
    anchor: list[Normals] = []

    def maps() -> Iterator[Normals]:
        for done, part in enumerate(parts):
            ticket.report(done / max(len(parts), 1), f"{part.id}, {done + 1} of {len(parts)}")
            try:
                normals = rasters.read_normals(tree, part.view(view).rasters[Modality.NORMAL], longest)
                if normals.shape[:2] != size:
                    why = f"{normals.shape[1]} x {normals.shape[0]} px instead of {size[1]} x {size[0]}"
                    raise Problem(f"{part.id} has normals of another size", why, remedy="Choose parts of one size.")
            except Problem as problem:
                lost.append(problem)
                continue
            if line_up and anchor:
                normals = lined_up(normals, anchor[0]).normals
            elif not anchor:
                anchor.append(normals)
            yield normals

    if not parts:
        remedy = "Choose one part as the reference instead, or open a data set with good parts."
        raise Problem("There is no mean of good parts", "no other good part has normals of this view", remedy=remedy)
    try:
        mean = mean_normals(maps())
    except Problem as problem:
        raise (lost[0] if lost else problem) from problem
    known_spread = mean.spread_deg[np.isfinite(mean.spread_deg)]
    spread = float(np.median(known_spread)) if known_spread.size else 0.0
    found = GoodMean(mean.normals, mean.parts, spread, len(lost))
    ticket.report(1.0, "Keeping it")
    if file is not None:
        # Why: minutes of work are worth a look, even where the disk takes no more.
        with contextlib.suppress(Problem):
            _write(file, found)
    return found


def _tag(tree: FileTree, parts: list[Sample], view: str, *how: object) -> str:
    """A name that changes with the parts, their files and how these are read."""
    told: list[object] = [view, *how]
    for part in parts:
        ref = part.view(view).rasters[Modality.NORMAL]
        local = tree.local_path(ref.path)
        stat = local.stat() if local is not None and local.is_file() else None
        told.append([ref.path, ref.part, str(ref.encoding), [stat.st_size, stat.st_mtime_ns] if stat else None])
    return hashlib.sha256(json.dumps([str(tree.location), told]).encode()).hexdigest()[:24]


def _read(file: Path, size: tuple[int, int]) -> GoodMean | None:
    """What is kept there; None for nothing, or for what is no such thing: a cache may be made anew."""
    try:
        kept = read_arrays(file, largest=8 * size[0] * size[1] + 4096)
        codes = array_of(kept, "normals", np.int16, *size, 3)
        parts, spread, lost = array_of(kept, "told", np.float64, 3).tolist()
    except (Problem, *DAMAGED):
        return None
    return GoodMean(codes.astype(np.float32) / np.float32(_CODES), int(parts), float(spread), int(lost))


def _write(file: Path, found: GoodMean) -> None:
    codes = np.rint(found.normals * _CODES).astype(np.int16)
    told = np.array([found.parts, found.spread_deg, found.left_out], np.float64)
    write_arrays(file, {"normals": codes, "told": told})
    _make_room(file.parent, spare=file)


def _make_room(folder: Path, *, spare: Path) -> None:
    """The oldest go where there is too much."""
    # Why: another view's mean may make room at the same time, and on Windows be read while it does.
    with contextlib.suppress(OSError):
        filled = 0
        for each in sorted(folder.glob("*.npz"), key=lambda each: each.stat().st_mtime, reverse=True):
            filled += each.stat().st_size
            if filled > KEPT_BYTES and each != spare:
                each.unlink(missing_ok=True)
