"""Threshold: everything within a range of brightness, tilt or suspicion becomes an editable mask."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from pentad.annotation.components import without_islands
from pentad.annotation.options import Flag, Number, Options
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import NOTHING, Point, Preview, Proposal, Shape, frame
from pentad.annotation.region import Patch, Region
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Sheet, Underlay
from pentad.annotation.smart.asking import Questions
from pentad.annotation.smart.grid import Grid, pieces
from pentad.annotation.smart.measure import Measure
from pentad.annotation.smart.smart_tool import SmartTool, box_between, pixels_on_screen
from pentad.annotation.smart.wand import HEAT_ONLY, NORMAL_ONLY, RGB_ONLY, source_option
from pentad.core.arrays import Bools, Floats
from pentad.core.box import Box
from pentad.core.mask import MaskKey
from pentad.core.wording import counted
from pentad.sdk import Ticket

CELLS = 900_000
"""How finely the visible part is looked at."""
SMALLEST = 4
"""Screen pixels; a drag shorter than this on either side is a click."""
RANGES = {Source.RGB: "intensity", Source.NORMAL: "tilt", Source.HEAT: "heat"}


def threshold_options() -> Options:
    return Options(
        "threshold",
        [
            source_option("What is measured"),
            Number("intensity_low", "From", 128, 0, 255, tip="Intensity: mean of the three channels", when=RGB_ONLY),
            Number("intensity_high", "To", 255, 0, 255, tip="Where there is an upper end", when=RGB_ONLY),
            Number(
                "tilt_low", "From", 15, 0, 90, unit="°", step=0.5, tip="Angle to the camera's axis", when=NORMAL_ONLY
            ),
            Number(
                "tilt_high", "To", 90, 0, 90, unit="°", step=0.5, tip="Where there is an upper end", when=NORMAL_ONLY
            ),
            Number("heat_low", "From", 50, 0, 100, unit="%", step=0.5, tip="Of this view's heat range", when=HEAT_ONLY),
            Number(
                "heat_high", "To", 100, 0, 100, unit="%", step=0.5, tip="Where there is an upper end", when=HEAT_ONLY
            ),
            # Why after the ends: settings come back in this order, and changing an end lets go of the run's threshold.
            Flag("from_run", "From the run's threshold", True, tip="Where the run has one", when=HEAT_ONLY),
            Flag("only_above", "Only above", True, tip="Whatever is above the lower end, however far"),
            Number("least", "Drop islands below", 1, 1, 100_000, unit="px", growing=True, tip="1 keeps them all"),
        ],
    )


@dataclass(frozen=True, slots=True)
class Range:
    """What is asked for: ends in the measure's own unit, and the least area of an island in pixels."""

    measure: Measure
    low: float
    high: float
    least: float


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The measure of the visible part."""

    key: MaskKey
    visible: Box
    underlay: Underlay
    grid: Grid
    measured: Floats


class Threshold(SmartTool):
    """Shows what lies within the range wherever the hand is; Enter makes it the chosen class in the whole image, or
    inside a box that was dragged. Alt with the drag's press makes background of it."""

    id: ClassVar[str] = "threshold"
    title: ClassVar[str] = "Threshold"
    tip: ClassVar[str] = "Everything within a range; drag a box to stay inside it, Enter paints"

    def __init__(self, options: Options, questions: Questions | None = None) -> None:
        super().__init__(options, questions)
        self._sheet: Sheet | None = None
        self._seen: _Seen | None = None
        self._start: Point | None = None
        self._box: Box | None = None
        self._of: MaskKey | None = None
        self._measuring: tuple[MaskKey, Box, int] | None = None
        self._label = 0
        options.changed.connect(self._on_option)

    @property
    def gesture(self) -> bool:
        return self._start is not None or self._box is not None

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        self._look(sheet)

    def press(self, at: Pointer, sheet: Sheet) -> None:
        self._look(sheet)
        self._start, self._box = (at.y, at.x), None
        self._label = 0 if at.subtract else sheet.label
        self._show()

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        if self._start is None:
            return
        box = box_between(self._start, (at.y, at.x)) & sheet.mask.box
        small = min(abs(at.y - self._start[0]), abs(at.x - self._start[1])) * at.scale < SMALLEST
        self._box = None if small or box.empty else box
        self._show()

    def release(self, at: Pointer, sheet: Sheet) -> None:
        self.drag(at, sheet)
        self._start = None
        self._show()

    def out(self) -> None:
        """What is proposed stays: the hand goes to the settings and watches."""

    def key(self, key: Key, sheet: Sheet) -> bool:
        if key is Key.COMMIT:
            return self._commit(sheet)
        if key is Key.BACK and self._box is not None:
            self._box = None
            self._show()
            return True
        if key is Key.CANCEL and self.gesture and not self.questions.deciding:
            self._start = self._box = None
            self._show()
            return True
        return super().key(key, sheet)

    def leave(self) -> None:
        self._sheet = self._seen = self._start = self._box = self._of = self._measuring = None
        super().leave()

    def _commit(self, sheet: Sheet) -> bool:
        underlay = self.beneath(sheet, self._source)
        if underlay is None or self._start is not None:
            return False
        inside = self._box if self._of == sheet.key else None
        label = self._label if inside is not None else sheet.label
        work = partial(chosen, underlay, self._range(underlay), inside)
        self.questions.ask(sheet, self.title, lambda: work, partial(self._found, sheet, label), lasting=True)
        self._box = None
        return True

    def _found(self, sheet: Sheet, label: int, patches: list[Region]) -> None:
        self.paint(sheet, patches, label)
        self.show(NOTHING)

    @property
    def _source(self) -> Source:
        return Source(self.options.text("source"))

    def _range(self, underlay: Underlay) -> Range:
        source, name = self._source, RANGES[self._source]
        low, high = self.options.number(f"{name}_low"), self.options.number(f"{name}_high")
        if source is Source.HEAT:
            bottom, top = float(underlay.values.min()), float(underlay.values.max())
            low, high = (bottom + percent / 100 * (top - bottom) for percent in (low, high))
            if underlay.threshold is not None and self.options.flag("from_run"):
                low = underlay.threshold
            if high >= top:
                high = np.inf
        if self.options.flag("only_above"):
            high = 90.0 if source is Source.NORMAL else np.inf
        return Range(Measure(source), low, high, self.options.number("least"))

    def _look(self, sheet: Sheet) -> None:
        """Measure the visible part, unless that is done or under way."""
        if self._of != sheet.key:
            self._start = self._box = None
        self._sheet, self._of = sheet, sheet.key
        underlay = self.beneath(sheet, self._source)
        if underlay is None or sheet.visible.empty:
            self.show(NOTHING)
            return
        wanted = (sheet.key, sheet.visible, id(underlay.values))
        seen = self._seen
        if seen is not None and (seen.key, seen.visible, id(seen.underlay.values)) == wanted:
            if not self.preview.shapes:
                self._show()
            return
        if self._measuring == wanted and self.questions.thinking:
            return
        self._measuring = wanted
        grid = Grid.over(sheet.visible, underlay.size, most=CELLS, step=pixels_on_screen(sheet.scale))
        measure, key, visible = Measure(self._source), sheet.key, sheet.visible
        self.questions.ask(
            sheet,
            "Threshold preview",
            lambda: lambda ticket: _Seen(key, visible, underlay, grid, measure(grid.look(underlay))),
            self._saw,
        )

    def _saw(self, seen: _Seen) -> None:
        if self._sheet is not None and seen.key == self._sheet.key:
            self._seen = seen
            self._show()

    def _on_option(self, id: str) -> None:
        if id == "heat_low":
            self.options.set("from_run", False)
        if id == "source":
            self._seen = None
            if self._sheet is not None:
                self._look(self._sheet)
        self._show()

    def _show(self) -> None:
        seen, sheet = self._seen, self._sheet
        if seen is None or sheet is None:
            return
        asked = self._range(seen.underlay)
        step = seen.grid.step
        where = (seen.measured >= asked.low) & (seen.measured <= asked.high)
        if self._box is not None:
            where &= _cells_inside(self._box, seen.grid)
        where = without_islands(where, asked.least / step**2)
        label = self._label if self._start is not None or self._box is not None else sheet.label
        shapes: tuple[Shape, ...] = (Proposal(Patch(seen.grid.cells, where), label, step),)
        if self._box is not None:
            shapes = (*shapes, frame(self._box))
        area = counted(int(np.count_nonzero(where)) * step**2, "pixel")
        about = "about " if step > 1 else ""
        self.show(Preview(shapes, f"{_words(asked)}, {about}{area} in sight"))


def _words(asked: Range) -> str:
    unit = "°" if asked.measure.source is Source.NORMAL else ""
    name = RANGES[asked.measure.source]
    if asked.high == np.inf:
        return f"{name} from {asked.low:.4g}{unit}"
    return f"{name} {asked.low:.4g}{unit} to {asked.high:.4g}{unit}"


def _cells_inside(box: Box, grid: Grid) -> Bools:
    """(grid.shape): cells whose middle lies in ``box``."""
    rows = (np.arange(grid.cells.y0, grid.cells.y1) + 0.5) * grid.step
    columns = (np.arange(grid.cells.x0, grid.cells.x1) + 0.5) * grid.step
    down, across = (rows >= box.y0) & (rows < box.y1), (columns >= box.x0) & (columns < box.x1)
    return np.logical_and(down[:, None], across)


def chosen(underlay: Underlay, asked: Range, inside: Box | None, ticket: Ticket) -> list[Region]:
    """The pixels whose measure lies in the range, in the whole image or ``inside`` a box, without small islands."""
    where = asked.measure.within(underlay, asked.low, asked.high, ticket)
    corner = (0, 0)
    if inside is not None:
        where, corner = where[inside.slices], (inside.y0, inside.x0)
    where = without_islands(where, asked.least)
    return pieces(where, corner, check=ticket.check)
