"""Intelligent scissors: a line that follows edges from click to click, closed and filled."""

from functools import partial
from math import hypot
from typing import ClassVar

from pentad.annotation.options import Number, Options
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import NOTHING, Handles, Path, Point, Preview, Shape
from pentad.annotation.region import Region
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Sheet, Underlay
from pentad.annotation.smart.asking import Questions
from pentad.annotation.smart.livewire import Leg, LiveMap, Trace, completed, enclosed, live_map
from pentad.annotation.smart.smart_tool import SmartTool, pixel, pixels_on_screen
from pentad.core.box import Box
from pentad.sdk import Ticket

FEWEST = 3
"""Anchors that enclose something."""


def scissors_options() -> Options:
    tip = "How near the first point a click closes the line"
    return Options("scissors", [Number("reach", "Closes within", 8, 2, 40, unit="screen px", tip=tip)])


class Scissors(SmartTool):
    """Click along an edge and the line follows it; Backspace takes the last point back; a click on the first point,
    Enter or a double click closes the line and fills it. Alt with the first click makes background of it."""

    id: ClassVar[str] = "scissors"
    title: ClassVar[str] = "Scissors"
    tip: ClassVar[str] = "A line that follows edges: click along one, close it with Enter"

    def __init__(self, options: Options, questions: Questions | None = None) -> None:
        super().__init__(options, questions)
        self._forget()

    def _forget(self) -> None:
        self._sheet: Sheet | None = None
        self._label = 0
        self._trace = Trace((), ())
        self._map: LiveMap | None = None
        self._coming: tuple[Point, Box] | None = None
        self._at: Point | None = None
        self._hot = False

    @property
    def gesture(self) -> bool:
        return bool(self._trace.anchors)

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        self._at = (at.y, at.x)
        anchors = self._trace.anchors
        if not anchors or not self._same(sheet):
            return
        self._hot = len(anchors) >= FEWEST and self._near(at, anchors[0])
        if self._map is None or self._map.of != sheet.visible:
            self._ask(sheet)
        self._show()

    def press(self, at: Pointer, sheet: Sheet) -> None:
        here = pixel((at.y, at.x), sheet)
        if here is None or self.beneath(sheet, Source.RGB) is None:
            return
        if self._trace.anchors and not self._same(sheet):
            self.leave()
        anchors, point = self._trace.anchors, (at.y, at.x)
        if len(anchors) >= FEWEST and self._near(at, anchors[0]):
            self._close(sheet)
            return
        if anchors and self._near(at, anchors[-1], 1.0):
            return
        if not anchors:
            self._label = 0 if at.subtract else sheet.label
        self._sheet, self._at = sheet, point
        legs = (*self._trace.legs, self._leg(point)) if anchors else ()
        self._trace, self._map = Trace((*anchors, point), legs), None
        self._ask(sheet)
        self._show()

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        self.hover(at, sheet)

    def double(self, at: Pointer, sheet: Sheet) -> None:
        if len(self._trace.anchors) >= FEWEST and self._same(sheet):
            self._close(sheet)

    def key(self, key: Key, sheet: Sheet) -> bool:
        if self.gesture and key is Key.COMMIT:
            if len(self._trace.anchors) >= FEWEST:
                self._close(self._sheet or sheet)
            return True
        if self.gesture and key is Key.BACK:
            self._trace = Trace(self._trace.anchors[:-1], self._trace.legs[:-1])
            self._map = None
            if self._trace.anchors:
                self._ask(sheet)
                self._show()
            else:
                self.leave()
            return True
        return super().key(key, sheet)

    def leave(self) -> None:
        self._forget()
        super().leave()

    def _same(self, sheet: Sheet) -> bool:
        return self._sheet is not None and self._sheet.key == sheet.key

    def _near(self, at: Pointer, other: Point, reach: float | None = None) -> bool:
        within = self.options.number("reach") if reach is None else reach
        return hypot(at.y - other[0], at.x - other[1]) * at.scale <= within

    def _leg(self, to: Point) -> Leg | None:
        """The way from the last anchor, where its map is at hand."""
        return self._map.leg(to) if self._map is not None else None

    def _ask(self, sheet: Sheet) -> None:
        """All ways from the last anchor, in the part of the image that is seen now."""
        underlay, anchor = self.beneath(sheet, Source.RGB), self._trace.anchors[-1]
        coming = (anchor, sheet.visible)
        if underlay is None or (coming == self._coming and self.questions.thinking):
            return
        self._coming = coming
        work = partial(live_map, underlay, anchor, sheet.visible, pixels_on_screen(sheet.scale))
        self.questions.ask(sheet, "Scissors", lambda: work, self._came)

    def _came(self, found: LiveMap) -> None:
        if self._trace.anchors and found.source == self._trace.anchors[-1]:
            self._map = found
            self._show()

    def _close(self, sheet: Sheet) -> None:
        underlay = self.beneath(sheet, Source.RGB)
        if underlay is None:
            return
        first = self._trace.anchors[0]
        closed = Trace((*self._trace.anchors, first), (*self._trace.legs, self._leg(first)))
        work = partial(_cut, closed, underlay, sheet.visible, pixels_on_screen(sheet.scale))
        label = self._label
        self.questions.ask(
            sheet, self.title, lambda: work, lambda patches: self.paint(sheet, patches, label), lasting=True
        )
        self.leave()

    def _show(self) -> None:
        anchors = self._trace.anchors
        if not anchors:
            self.show(NOTHING)
            return
        shapes: list[Shape] = [Path(self._trace.points)]
        if self._at is not None:
            target = anchors[0] if self._hot else self._at
            shapes.append(Path(self._leg(target) or (anchors[-1], target), dashed=True))
        shapes.append(Handles(anchors, 0 if self._hot else None))
        note = "click closes" if self._hot else "" if self._map is not None else "following edges…"
        self.show(Preview(tuple(shapes), note))


def _cut(closed: Trace, underlay: Underlay, visible: Box, step: int, ticket: Ticket) -> list[Region]:
    """What the closed line encloses."""
    whole = completed(closed, underlay, visible, step, ticket)
    return enclosed(whole, underlay, step, ticket)
