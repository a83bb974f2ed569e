"""Lines of a certain width, point by point."""

from collections.abc import Iterable
from itertools import pairwise
from typing import ClassVar

from pentad.annotation.options import Number, Options
from pentad.annotation.outlining.outlining_tool import OutliningTool
from pentad.annotation.painting import SHAKE, apart, in_steps
from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import BrushTip, Handles, Path, Point, Preview
from pentad.annotation.region import Region
from pentad.annotation.sheet import Sheet
from pentad.annotation.sweep import capsule
from pentad.core.box import Box


class Line(OutliningTool):
    """A line through points that are clicked, or dragged out piece by piece; Enter or a double click paints it."""

    id: ClassVar[str] = "line"
    title: ClassVar[str] = "Line"
    tip: ClassVar[str] = "Click point by point; Enter or a double click paints (Ctrl: steps of 45 degrees, Alt: erase)"

    def __init__(self) -> None:
        half = "Half the line's width; [ and ] change it"
        super().__init__(Options("line", [Number("radius", "Radius", 2, 0.5, 400, "px", 0.5, growing=True, tip=half)]))
        self._points: list[Point] = []
        self._hand: Point = (0.0, 0.0)
        self._pressed = False

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        if self.hears(sheet):
            self._hand = self._place(at)
            self.refresh()
        elif not self.busy:
            self.show(Preview((BrushTip((at.y, at.x), self.options.number("radius")),)))

    def press(self, at: Pointer, sheet: Sheet) -> None:
        if self._pressed or not (self.hears(sheet) or (not self.busy and self.begin(at, sheet))):
            return
        self._pressed = True
        self._points.append(self._place(at))
        self.hover(at, sheet)

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        self.hover(at, sheet)

    def release(self, at: Pointer, sheet: Sheet) -> None:
        if not self._pressed or not self.hears(sheet):
            return
        self._pressed = False
        end = self._place(at)
        if apart(self._points[-1], end) * at.scale >= SHAKE:
            self._points.append(end)
        self.refresh()

    def double(self, at: Pointer, sheet: Sheet) -> None:
        if self.hears(sheet):
            self.commit()

    def back(self) -> None:
        self._points.pop()
        self._pressed = False
        if self._points:
            self.refresh()
        else:
            self.leave()

    def clear(self) -> None:
        self._points.clear()
        self._pressed = False

    def regions(self, bounds: Box) -> Iterable[Region]:
        radius = self.options.number("radius")
        return (capsule(start, end, radius) for start, end in pairwise(self._points) if start != end)

    def look(self) -> Preview:
        points = (*self._points, self._hand)
        length = sum(apart(start, end) for start, end in pairwise(points))
        tip = BrushTip(self._hand, self.options.number("radius"))
        return Preview((Path(points, dashed=True), Handles(tuple(self._points)), tip), f"{length:,.0f} px")

    def _place(self, at: Pointer) -> Point:
        here = (at.y, at.x)
        return in_steps(self._points[-1], here) if at.square and self._points else here
