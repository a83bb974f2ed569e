"""What is circled in one go."""

from collections.abc import Iterable
from typing import ClassVar

from pentad.annotation.options import Options
from pentad.annotation.outline import flat, polygon
from pentad.annotation.outlining.outlining_tool import OutliningTool, pixels
from pentad.annotation.painting import apart
from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import Path, Point, Preview
from pentad.annotation.region import Region
from pentad.annotation.sheet import Sheet
from pentad.core.box import Box

_STEP = 0.75
"""Screen pixels between two points that are worth keeping."""


class Lasso(OutliningTool):
    """A freehand outline, closed and painted when the hand lets go; what it circles twice is outside (even-odd)."""

    id: ClassVar[str] = "lasso"
    title: ClassVar[str] = "Lasso"
    tip: ClassVar[str] = "Circle what is to be painted (Alt: erase)"

    def __init__(self) -> None:
        super().__init__(Options("lasso", []))
        self._points: list[Point] = []
        self._corners = (0.0, 0.0, 0.0, 0.0)

    def press(self, at: Pointer, sheet: Sheet) -> None:
        if not self.busy and self.begin(at, sheet):
            self._points = [(at.y, at.x)]
            self._corners = (at.y, at.x, at.y, at.x)
            self.refresh()

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        if self.hears(sheet) and apart(self._points[-1], (at.y, at.x)) * at.scale >= _STEP:
            self._add((at.y, at.x))
            self.refresh()

    def release(self, at: Pointer, sheet: Sheet) -> None:
        if self.hears(sheet):
            self._add((at.y, at.x))
            self.commit()
            self.leave()  # Why: where the class was locked meanwhile, a hand that let go cannot go on.

    def clear(self) -> None:
        self._points.clear()

    def regions(self, bounds: Box) -> Iterable[Region]:
        return [] if flat(self._points) else [polygon(self._points, bounds)]

    def look(self) -> Preview:
        y0, x0, y1, x1 = self._corners
        box = Box(round(y0), round(x0), round(y1) + 1, round(x1) + 1)
        return Preview((Path(tuple(self._points), closed=True),), pixels(box))

    def _add(self, point: Point) -> None:
        (y0, x0, y1, x1), (y, x) = self._corners, point
        self._corners = (min(y0, y), min(x0, x), max(y1, y), max(x1, x))
        self._points.append(point)
