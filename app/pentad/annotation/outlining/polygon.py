"""Outlines with corners that can be moved until they are right."""

from collections.abc import Iterable
from typing import ClassVar

from pentad.annotation.options import Flag, Options
from pentad.annotation.outline import flat, polygon
from pentad.annotation.outlining.outlining_tool import OutliningTool
from pentad.annotation.painting import GRASP, SHAKE, apart, in_steps
from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import Handles, Path, Point, Preview
from pentad.annotation.region import Region
from pentad.annotation.sheet import Sheet
from pentad.core.box import Box
from pentad.core.wording import counted

_CLOSE = 2.5
"""Screen pixels from an edge within which it is meant while corners are still being set: a scratch is outlined with its
edges side by side."""


class Polygon(OutliningTool):
    """Corners that are clicked, dragged, inserted on an edge or taken away again; then painted (even-odd).

    A click on the first corner closes it. Whether that paints at once or leaves it open to changes until Enter or a
    double click is an option.
    """

    id: ClassVar[str] = "polygon"
    title: ClassVar[str] = "Polygon"
    tip: ClassVar[str] = (
        "Click corner by corner; the first corner, Enter or a double click ends it. Drag a corner to move it, "
        "Shift-click takes it away (Ctrl: steps of 45 degrees, Alt on the first corner: erase)"
    )

    def __init__(self) -> None:
        tip = "A closed polygon waits for Enter, so that its corners can be moved"
        super().__init__(Options("polygon", [Flag("adjust", "Adjust before painting", False, tip=tip)]))
        self._points: list[Point] = []
        self._hand: Point | None = None
        self._held: int | None = None
        self._hot: int | None = None
        self._taken_at: Point = (0.0, 0.0)
        self._closing = False
        self._closed = False

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        if self.hears(sheet):
            self._hot = self._corner(at)
            self._hand = self._place(at, None)
            self.refresh()

    def press(self, at: Pointer, sheet: Sheet) -> None:
        if self._held is not None:
            return
        if not self.busy:
            if self.begin(at, sheet):
                self._hold(self._insert(0, (at.y, at.x)), at)
            return
        if not self.hears(sheet):
            return
        corner = self._corner(at)
        if corner is not None and (at.add or at.subtract):
            self._remove(corner)
        elif corner is not None:
            self._closing = corner == 0 and len(self._points) >= 3 and not self._closed
            self._hold(corner, at)
        elif (edge := self._edge(at)) is not None:
            self._hold(self._insert(edge + 1, (at.y, at.x)), at)
        elif not self._closed:
            self._hold(self._insert(len(self._points), self._place(at, None)), at)

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        if self._held is None or not self.hears(sheet):
            return
        if self._closing and apart(self._taken_at, (at.y, at.x)) * at.scale < SHAKE:
            return
        self._closing = False
        self._points[self._held] = self._place(at, self._held)
        self._hand = None
        self.refresh()

    def release(self, at: Pointer, sheet: Sheet) -> None:
        if self._held is None or not self.hears(sheet):
            return
        if apart(self._taken_at, (at.y, at.x)) * at.scale >= SHAKE:
            self.drag(at, sheet)
        closing, self._held, self._closing = self._closing, None, False
        if closing:
            self._closed = True
            if not self.options.flag("adjust"):
                self.commit()
        self.refresh()

    def double(self, at: Pointer, sheet: Sheet) -> None:
        if not self.hears(sheet):
            return
        if at.add or at.subtract:
            self.press(at, sheet)  # Why: two corners taken away quickly are no end of the polygon.
        else:
            self.commit()

    def back(self) -> None:
        """The newest corner; a closed polygon is opened first."""
        self._held, self._closing = None, False
        if self._closed:
            self._closed = False
        else:
            self._points.pop()
        self._settle()

    def clear(self) -> None:
        self._points.clear()
        self._hand = self._held = self._hot = None
        self._closing = self._closed = False

    def regions(self, bounds: Box) -> Iterable[Region]:
        return [] if flat(self._points) else [polygon(self._points, bounds)]

    def look(self) -> Preview:
        hand = () if self._closed or self._hand is None or self._held is not None else (self._hand,)
        hot = self._held if self._held is not None else self._hot
        outline = Path((*self._points, *hand), closed=True, dashed=not self._closed)
        note = "Enter paints" if self._closed else counted(len(self._points), "corner")
        return Preview((outline, Handles(tuple(self._points), hot)), note)

    def _hold(self, corner: int, at: Pointer) -> None:
        self._held, self._taken_at, self._hand = corner, (at.y, at.x), None
        self.refresh()

    def _insert(self, index: int, point: Point) -> int:
        self._points.insert(index, point)
        return index

    def _remove(self, corner: int) -> None:
        del self._points[corner]
        self._hot = self._hand = None
        self._closed = self._closed and len(self._points) >= 3
        self._settle()

    def _settle(self) -> None:
        self._hot = None
        if self._points:
            self.refresh()
        else:
            self.leave()

    def _place(self, at: Pointer, corner: int | None) -> Point:
        """Where the corner under the hand goes: with Ctrl, in steps of 45 degrees around the one before it."""
        before = self._points[(len(self._points) if corner is None else corner) - 1]
        return in_steps(before, (at.y, at.x)) if at.square and corner != 0 else (at.y, at.x)

    def _corner(self, at: Pointer) -> int | None:
        """The corner under the hand, the nearest where there are several."""
        far = [apart(point, (at.y, at.x)) * at.scale for point in self._points]
        nearest = min(range(len(far)), key=far.__getitem__, default=None)
        return nearest if nearest is not None and far[nearest] <= GRASP else None

    def _edge(self, at: Pointer) -> int | None:
        """The first corner of the edge under the hand; the one that would close an open polygon is none yet."""
        ends = zip(self._points, self._points[1:] + (self._points[:1] if self._closed else []), strict=False)
        far = [_from_segment((at.y, at.x), start, end) * at.scale for start, end in ends]
        nearest = min(range(len(far)), key=far.__getitem__, default=None)
        reach = GRASP / 2 if self._closed else _CLOSE
        return nearest if nearest is not None and far[nearest] <= reach else None


def _from_segment(point: Point, start: Point, end: Point) -> float:
    """Pixels from a point to the segment between two others."""
    dy, dx = end[0] - start[0], end[1] - start[1]
    squared = dy * dy + dx * dx
    part = ((point[0] - start[0]) * dy + (point[1] - start[1]) * dx) / squared if squared else 0.0
    part = min(max(part, 0.0), 1.0)
    return apart(point, (start[0] + part * dy, start[1] + part * dx))
