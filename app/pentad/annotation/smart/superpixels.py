"""Superpixels as a tool: segments that follow the edges, picked one by one or by passing over them."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from pentad.annotation.components import box_of
from pentad.annotation.options import Number, Options
from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import NOTHING, Point, Preview, Proposal
from pentad.annotation.region import Patch, Region
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Sheet, Underlay
from pentad.annotation.smart.asking import Questions
from pentad.annotation.smart.grid import Grid, pieces, spread
from pentad.annotation.smart.slic import Segments, superpixels
from pentad.annotation.smart.smart_tool import SmartTool, pixels_on_screen
from pentad.core.arrays import Bools
from pentad.core.box import Box
from pentad.core.mask import MaskKey
from pentad.sdk import Ticket

CELLS = 850_000
"""How finely the visible part is looked at; 0.6 s."""


def superpixel_options() -> Options:
    return Options(
        "superpixels",
        [
            Number("size", "Size", 24, 6, 200, unit="screen px", growing=True, tip="About how wide a segment is"),
            Number("compactness", "Compactness", 10, 1, 60, tip="Low follows edges, high makes squares"),
        ],
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a segmentation belongs to: as long as this stays, it is used again."""

    key: MaskKey
    visible: Box
    scale: float
    size: float
    compactness: float
    pixels: int
    """The identity of the pixels beneath."""


@dataclass(frozen=True, slots=True, eq=False)
class Segmented:
    """The visible part in segments; ``underlay`` is held so that its identity stays its own."""

    of: _Wanted
    underlay: Underlay
    grid: Grid
    segments: Segments


class Superpixels(SmartTool):
    """Shows the segment under the hand; a click, or a drag over several, paints them, Alt makes background of them.

    What is painted is what was shown: edges are as fine as the screen they were picked on, and exact from 1:1 on.
    """

    id: ClassVar[str] = "superpixels"
    title: ClassVar[str] = "Superpixels"
    tip: ClassVar[str] = "Paint segments that follow the edges: click or drag over them; Alt erases"

    def __init__(self, options: Options, questions: Questions | None = None) -> None:
        super().__init__(options, questions)
        self._segmented: Segmented | None = None
        self._under_way: _Wanted | None = None
        self._trail: tuple[Point, ...] = ()
        self._label = 0
        self._at: Point | None = None
        self._sheet: Sheet | None = None

    @property
    def gesture(self) -> bool:
        return bool(self._trail)

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        if self._trail:
            return
        self._at, self._sheet, self._label = (at.y, at.x), sheet, 0 if at.subtract else sheet.label
        if self._at_hand(sheet) is None:
            self._ask(sheet)
        self._show()

    def press(self, at: Pointer, sheet: Sheet) -> None:
        if self._trail:
            return
        self.hover(at, sheet)
        if sheet.underlay(Source.RGB) is not None:
            self._trail = ((at.y, at.x),)
            self._show()

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        if self._trail:
            self._trail = (*self._trail, (at.y, at.x))
            self._show()

    def release(self, at: Pointer, sheet: Sheet) -> None:
        owner = self._sheet
        if not self._trail or owner is None:
            return
        self.drag(at, sheet)
        trail, self._trail, label = self._trail, (), self._label
        underlay = self.beneath(owner, Source.RGB)
        if underlay is None:
            return
        ready = self._at_hand(owner)
        work = partial(_pick, ready, underlay, self._grid(owner, underlay), self._wanted(owner, underlay), trail)
        self.questions.ask(owner, self.title, lambda: work, partial(self._picked, owner, label), lasting=True)

    def leave(self) -> None:
        self._trail, self._at, self._sheet, self._under_way = (), None, None, None
        super().leave()

    def _wanted(self, sheet: Sheet, underlay: Underlay) -> _Wanted:
        size, compactness = self.options.number("size"), self.options.number("compactness")
        return _Wanted(sheet.key, sheet.visible, sheet.scale, size, compactness, id(underlay.values))

    def _grid(self, sheet: Sheet, underlay: Underlay) -> Grid:
        return Grid.over(sheet.visible, underlay.size, most=CELLS, step=pixels_on_screen(sheet.scale))

    def _at_hand(self, sheet: Sheet) -> Segmented | None:
        underlay, found = sheet.underlay(Source.RGB), self._segmented
        if underlay is None or found is None or found.of != self._wanted(sheet, underlay):
            return None
        return found

    def _ask(self, sheet: Sheet) -> None:
        """Cut the visible part into segments, unless that is under way."""
        underlay = self.beneath(sheet, Source.RGB)
        if underlay is None or sheet.visible.empty:
            return
        wanted = self._wanted(sheet, underlay)
        if wanted == self._under_way and self.questions.thinking:
            return
        self._under_way = wanted
        work = partial(_segment, underlay, self._grid(sheet, underlay), wanted)
        self.questions.ask(sheet, "Superpixels", lambda: work, self._saw)

    def _saw(self, segmented: Segmented) -> None:
        self._segmented, self._under_way = segmented, None
        self._show()

    def _picked(self, sheet: Sheet, label: int, answer: tuple[Segmented, list[Region]]) -> None:
        self._segmented, patches = answer
        self.paint(sheet, patches, label)
        if not self._trail:
            self._show()

    def _show(self) -> None:
        sheet = self._sheet
        if sheet is None or self._at is None:
            self.show(NOTHING)
            return
        ready = self._at_hand(sheet)
        if ready is None:
            missing = sheet.underlay(Source.RGB) is None
            self.show(NOTHING if missing else Preview((), "finding segments…"))
            return
        where = passed(ready.segments, ready.grid, self._trail or (self._at,))
        box, first = box_of(where), ready.grid.cells
        if box.empty:
            self.show(NOTHING)
            return
        patch = Patch(box.moved(first.y0, first.x0), where[box.slices])
        self.show(Preview((Proposal(patch, self._label, ready.grid.step),)))


def passed(segments: Segments, grid: Grid, trail: tuple[Point, ...]) -> Bools:
    """(grid.shape): the segments that the way through ``trail`` (points of the image) passes over."""
    cells = np.array([grid.cell(point) for point in trail])
    ends = np.vstack([cells, cells[-1:]])
    steps = np.ceil(np.abs(np.diff(ends, axis=0)).max(axis=1)).astype(int) + 1
    ways = [np.linspace(ends[i], ends[i + 1], count + 1) for i, count in enumerate(steps)]
    way = np.rint(np.concatenate(ways)).astype(int)
    inside = ((way >= 0) & (way < segments.shape)).all(axis=1)
    picked = np.zeros(int(segments.max()) + 1, bool)
    picked[segments[tuple(way[inside].T)]] = True
    where: Bools = picked[segments]
    return where


def _segment(underlay: Underlay, grid: Grid, of: _Wanted, ticket: Ticket) -> Segmented:
    colours = np.ascontiguousarray(grid.look(underlay)[..., :3])
    ticket.check()
    size = max(2.0, of.size / (of.scale * grid.step))
    return Segmented(of, underlay, grid, superpixels(colours, size, compactness=of.compactness, ticket=ticket))


def _pick(
    ready: Segmented | None, underlay: Underlay, grid: Grid, of: _Wanted, trail: tuple[Point, ...], ticket: Ticket
) -> tuple[Segmented, list[Region]]:
    """The segments passed over as patches, and what they were taken from."""
    segmented = ready or _segment(underlay, grid, of, ticket)
    where = passed(segmented.segments, segmented.grid, trail).astype(np.uint8)
    box = segmented.grid.box
    exact = spread(where, segmented.grid.step, box.shape).astype(bool)
    return segmented, pieces(exact, (box.y0, box.x0), check=ticket.check)
