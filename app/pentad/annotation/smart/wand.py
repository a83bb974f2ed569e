"""Magic wand: what looks like the place the hand pressed on; how alike, a drag says."""

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from pentad.annotation.options import Choice, Flag, Number, Options
from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import Preview, Proposal
from pentad.annotation.region import Patch, Region
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Sheet, Underlay
from pentad.annotation.smart.asking import Questions
from pentad.annotation.smart.grid import Grid, connected, pieces
from pentad.annotation.smart.measure import Measure
from pentad.annotation.smart.smart_tool import SmartTool, pixel, pixels_on_screen
from pentad.core.arrays import Floats
from pentad.core.box import Box
from pentad.sdk import Ticket

CELLS = 1_000_000
"""How finely the visible part is looked at while the hand drags."""
TRAVEL = 600
"""Screen pixels of drag from no tolerance to the most."""
RGB_ONLY, NORMAL_ONLY, HEAT_ONLY = ("source", "rgb"), ("source", "normal"), ("source", "heat")
TOLERANCES = {Source.RGB: "tolerance", Source.NORMAL: "angle", Source.HEAT: "heat_tolerance"}


def source_option(tip: str) -> Choice:
    return Choice(
        "source", "Look at", "rgb", (("rgb", "Photo"), ("normal", "Normal map"), ("heat", "Heatmap")), tip=tip
    )


def wand_options() -> Options:
    return Options(
        "wand",
        [
            source_option("What has to be alike"),
            Number(
                "tolerance", "Tolerance", 24, 0, 255, unit="levels", tip="Largest channel difference", when=RGB_ONLY
            ),
            Number("angle", "Tolerance", 8, 0, 90, unit="°", step=0.5, tip="Largest angle", when=NORMAL_ONLY),
            Number("heat_tolerance", "Tolerance", 10, 0, 100, unit="%", tip="Of the heat's range", when=HEAT_ONLY),
            Flag("contiguous", "Connected only", True, tip="Off: everything alike in the whole image"),
        ],
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Aim:
    """Where the wand points: the pixel, what lies beneath, and the hand's place on screen."""

    sheet: Sheet
    underlay: Underlay
    source: Source
    seed: tuple[int, int]
    at: Pointer
    measure: Measure
    unit: float
    """What one of the option's units is in the measure's."""


class Wand(SmartTool):
    """Press and drag right or up for more; what is alike is proposed at once and painted, exactly and in the whole
    image, when the hand lets go. Alt makes background of it."""

    id: ClassVar[str] = "wand"
    title: ClassVar[str] = "Magic wand"
    tip: ClassVar[str] = "Paint what looks alike: press, and drag for more or less; Alt removes"

    def __init__(self, options: Options, questions: Questions | None = None) -> None:
        super().__init__(options, questions)
        self._aim: _Aim | None = None
        self._tolerance = 0.0
        self._seen: tuple[Grid, Floats] | None = None

    @property
    def gesture(self) -> bool:
        return self._aim is not None

    def press(self, at: Pointer, sheet: Sheet) -> None:
        seed = pixel((at.y, at.x), sheet)
        if self._aim is not None or seed is None:
            return
        source = Source(self.options.text("source"))
        underlay = self.beneath(sheet, source)
        if underlay is None:
            return
        unit = float(underlay.values.max() - underlay.values.min()) / 100 if source is Source.HEAT else 1.0
        measure = Measure.around(underlay, source, seed)
        self._aim = _Aim(sheet, underlay, source, seed, at, measure, unit)
        self._tolerance, self._seen = self.options.number(TOLERANCES[source]), None
        visible = sheet.visible if not sheet.visible.empty else Box(seed[0], seed[1], seed[0] + 1, seed[1] + 1)
        grid = Grid.over(visible, underlay.size, most=CELLS, step=pixels_on_screen(at.scale))
        self.questions.ask(
            sheet, "Magic wand", lambda: partial(_look, underlay, grid, measure), partial(self._saw, self._aim, grid)
        )
        self._show()

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        if self._aim is None:
            return
        start, option = self._aim.at, self.options[TOLERANCES[self._aim.source]]
        if isinstance(option, Number):
            way = ((at.x - start.x) - (at.y - start.y)) * start.scale
            self._tolerance = option.checked(self.options.number(option.id) + way / TRAVEL * option.high)
        self._show()

    def release(self, at: Pointer, sheet: Sheet) -> None:
        if self._aim is None:
            return
        self.drag(at, sheet)
        aim, self._aim, self._seen = self._aim, None, None
        label = 0 if aim.at.subtract else aim.sheet.label
        work = partial(
            alike,
            aim.underlay,
            aim.measure,
            self._tolerance * aim.unit,
            aim.seed,
            contiguous=self.options.flag("contiguous"),
        )
        self.options.set(TOLERANCES[aim.source], self._tolerance)
        self.questions.ask(aim.sheet, self.title, lambda: work, partial(self._found, aim.sheet, label), lasting=True)

    def leave(self) -> None:
        self._aim = self._seen = None
        super().leave()

    def _saw(self, aim: _Aim, grid: Grid, measured: Floats) -> None:
        if self._aim is aim:
            self._seen = (grid, measured)
            self._show()

    def _found(self, sheet: Sheet, label: int, patches: list[Region]) -> None:
        self.paint(sheet, patches, label)
        if self._aim is None:
            self.show(Preview())

    def _show(self) -> None:
        """What would be painted, as far as it can be seen."""
        aim = self._aim
        if aim is None:
            return
        note = _note(aim.source, self._tolerance, aim.unit)
        if self._seen is None:
            self.show(Preview(self.preview.shapes, note))
            return
        grid, measured = self._seen
        where = measured <= self._tolerance * aim.unit
        cell = grid.index(aim.seed)
        if cell is not None:
            where[cell] = True
            where = connected(where, cell) if self.options.flag("contiguous") else where
        label = 0 if aim.at.subtract else aim.sheet.label
        self.show(Preview((Proposal(Patch(grid.cells, where), label, grid.step),), note))


def _note(source: Source, tolerance: float, unit: float) -> str:
    if source is Source.RGB:
        return f"tolerance {tolerance:.0f}"
    return f"within {tolerance:.1f}°" if source is Source.NORMAL else f"heat ± {tolerance * unit:.3g}"


def _look(underlay: Underlay, grid: Grid, measure: Measure, ticket: Ticket) -> Floats:
    ticket.check()
    return measure(grid.look(underlay))


def alike(
    underlay: Underlay, measure: Measure, tolerance: float, seed: tuple[int, int], ticket: Ticket, *, contiguous: bool
) -> list[Region]:
    """The pixels of the whole image whose measure is at most ``tolerance``, the ``seed`` always among them; where
    ``contiguous``, only those that hang together with it by their sides."""
    where = measure.within(underlay, 0, tolerance, ticket)
    where[seed] = True
    if contiguous:
        where = connected(where, seed)
    return pieces(where, check=ticket.check)
