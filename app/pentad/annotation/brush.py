"""Brush and eraser: whatever the tip passes over becomes the chosen class, or background."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pentad.annotation.edit import Stroke
from pentad.annotation.options import Choice, Flag, Number, Options
from pentad.annotation.painting import along, apart, direction, in_steps, label_to_paint
from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import NOTHING, BrushTip, Path, Point, Preview, Shape
from pentad.annotation.region import Spans
from pentad.annotation.sheet import Sheet
from pentad.annotation.sweep import Dab, sweep
from pentad.annotation.tool import Tool
from pentad.core.mask import MaskKey

RADII = (0.5, 400.0)
_DECIDED = 4.0
"""Screen pixels after which a constrained hand has shown its direction."""


def tip_options() -> Options:
    """Shared by brush and eraser."""
    return Options(
        "tip",
        [
            Number("radius", "Radius", 12.0, *RADII, unit="px", step=0.5, growing=True, tip="[ and ] change it"),
            Choice("shape", "Shape", "round", (("round", "Round"), ("square", "Square"))),
            Choice("unit", "Size in", "image", (("image", "Image pixels"), ("screen", "Screen pixels"))),
            Flag("pressure", "Pen pressure", True, tip="A pen that is pressed lightly draws a thinner line"),
            Number("least", "Thinnest", 20.0, 0.0, 100.0, unit="%", step=5.0, tip="Of the radius, at no pressure"),
        ],
    )


@dataclass
class _Passage:
    """A stroke under way: where it goes, what it leaves, and the direction a constrained hand has shown."""

    sheet: Sheet
    stroke: Stroke
    label: int
    last: Dab
    square: bool
    origin: Point | None = None
    way: Point | None = None

    def constrained(self, at: Pointer) -> Point:
        """Where the tip goes: with Ctrl, along the multiple of 45 degrees in which the hand set out."""
        here = (at.y, at.x)
        if not at.square:
            self.origin = self.way = None
            return here
        if self.origin is None:
            self.origin = self.last.at
        if self.way is None and apart(self.origin, here) * at.scale >= _DECIDED:
            self.way = direction(self.origin, here)
        return self.origin if self.way is None else along(self.origin, self.way, here)

    def go(self, to: Dab) -> None:
        """Paint the way to ``to``."""
        self.stroke.paint(sweep(self.last, to, square=self.square), self.label)
        self.last = to


class Brush(Tool):
    """Paints the chosen class along the way of the hand.

    With Shift a press draws a straight line from the end of the last stroke; with Ctrl the hand is kept to one
    direction; with Alt it erases. A stroke belongs to the sheet it began on.
    """

    id: ClassVar[str] = "brush"
    title: ClassVar[str] = "Brush"
    tip: ClassVar[str] = "Paint the chosen class (Shift: straight line from the last stroke, Ctrl: one direction)"
    erases: ClassVar[bool] = False

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._passage: _Passage | None = None
        self._ended: tuple[MaskKey, Point] | None = None

    @property
    def busy(self) -> bool:
        return self._passage is not None

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        start = self._line_start(at, sheet)
        here = (at.y, at.x)
        if start is not None:
            here = in_steps(start, here) if at.square else here
        self._show_tip(here, self._full_radius(at), None if start is None else Path((start, here), dashed=True))

    def press(self, at: Pointer, sheet: Sheet) -> None:
        if self._passage is not None:
            return
        label = label_to_paint(at, sheet, erases=self.erases)
        if label is None:
            return
        here, start = (at.y, at.x), self._line_start(at, sheet)
        if start is not None and at.square:
            here = in_steps(start, here)
        first, last = Dab(here if start is None else start, self._radius(at)), Dab(here, self._radius(at))
        square = self.options.text("shape") == "square"
        self._passage = _Passage(sheet, sheet.stroke(self.title), label, first, square)
        if sweep(first, last, square=square).box.empty:
            # Why: a tip so small that it falls between four centres would make a click that does nothing.
            self._passage.stroke.paint(_pixel(here), label)
        self._passage.go(last)
        self._show_tip(here, last.radius)

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        if self._passage is None:
            self.hover(at, sheet)
            return
        to = Dab(self._passage.constrained(at), self._radius(at))
        if to != self._passage.last:
            self._passage.go(to)
        self._show_tip(to.at, to.radius)

    def release(self, at: Pointer, sheet: Sheet) -> None:
        if self._passage is None:
            return
        passage = self._passage
        # Why: a pen reports no pressure at all when it is lifted; the tip keeps the size it had.
        passage_end = Dab(passage.constrained(at), passage.last.radius)
        if passage_end != passage.last:
            passage.go(passage_end)
        self._passage = None
        self._ended = passage.sheet.key, passage.last.at
        passage.sheet.commit(passage.stroke)
        self._show_tip(passage.last.at, self._full_radius(at))

    def leave(self) -> None:
        passage, self._passage = self._passage, None
        if passage is not None:
            passage.stroke.cancel()
        self.show(NOTHING)

    def _line_start(self, at: Pointer, sheet: Sheet) -> Point | None:
        """Where a straight line would begin: the end of the last stroke on this view."""
        return self._ended[1] if at.add and self._ended is not None and self._ended[0] == sheet.key else None

    def _full_radius(self, at: Pointer) -> float:
        radius = self.options.number("radius")
        return radius / at.scale if self.options.text("unit") == "screen" else radius

    def _radius(self, at: Pointer) -> float:
        if not self.options.flag("pressure"):
            return self._full_radius(at)
        least = self.options.number("least") / 100
        return self._full_radius(at) * (least + (1 - least) * min(max(at.pressure, 0.0), 1.0))

    def _show_tip(self, here: Point, radius: float, line: Path | None = None) -> None:
        tip: Shape = BrushTip(here, radius, self.options.text("shape") == "square")
        self.show(Preview((tip,) if line is None else (tip, line)))


class Eraser(Brush):
    """Makes background of whatever it passes over; with Alt it paints."""

    id: ClassVar[str] = "eraser"
    title: ClassVar[str] = "Eraser"
    tip: ClassVar[str] = "Back to background (Shift: straight line from the last stroke, Ctrl: one direction)"
    erases: ClassVar[bool] = True


def brushes() -> list[Tool]:
    """Brush and eraser, with one tip."""
    tip = tip_options()
    return [Brush(tip), Eraser(tip)]


def _pixel(at: Point) -> Spans:
    """The one pixel nearest to a point."""
    x = np.array([round(at[1])])
    return Spans(round(at[0]), x, x + 1)
