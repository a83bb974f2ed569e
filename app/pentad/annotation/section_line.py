"""The line of a cross-section: drawn over a view, taken by its ends or as a whole, and there until it is put away."""

from dataclasses import dataclass, replace
from math import cos, hypot, pi, sin
from typing import ClassVar

from psygnal import Signal

from pentad.annotation.options import Options
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.pointing import Pointing
from pentad.annotation.preview import Point
from pentad.annotation.sheet import Sheet
from pentad.core.mask import MaskKey

_REACH = 9.0
"""Logical pixels of the screen around an end, or beside the line, within which a press takes hold of it."""
_SHORTEST = 3.0
"""Pixels of the image: a shorter line was no line but a click."""


@dataclass(frozen=True, slots=True)
class Line:
    """From ``start`` to ``end`` in the image of a ``view``, whichever part is on show there."""

    view: str
    start: Point
    end: Point

    @property
    def length(self) -> float:
        return hypot(self.end[0] - self.start[0], self.end[1] - self.start[1])

    def share_of(self, point: Point) -> float:
        """How far along the line, 0 to 1, the foot of ``point`` lies."""
        way = self.end[0] - self.start[0], self.end[1] - self.start[1]
        squared = way[0] ** 2 + way[1] ** 2
        along = (point[0] - self.start[0]) * way[0] + (point[1] - self.start[1]) * way[1]
        return min(max(along / squared, 0.0), 1.0) if squared else 0.0

    def at(self, share: float) -> Point:
        """The point so far along."""
        (y, x), (end_y, end_x) = self.start, self.end
        return y + share * (end_y - y), x + share * (end_x - x)

    def distance(self, point: Point) -> float:
        """From ``point`` to the nearest of the line."""
        foot = self.at(self.share_of(point))
        return hypot(point[0] - foot[0], point[1] - foot[1])


class SectionLine(Pointing):
    """A press begins a line, or takes hold of an end, or of the whole line beside them; Escape puts it away."""

    id: ClassVar[str] = "section"
    title: ClassVar[str] = "Cross-section"
    tip: ClassVar[str] = (
        "Draw a line to see heights and slopes along it; drag its ends, or the line itself. Ctrl keeps to 45 degrees, "
        "Escape puts it away"
    )
    asked: ClassVar[Signal] = Signal()
    """Another line, or another place of it is pointed at."""

    def __init__(self) -> None:
        super().__init__(Options("section", []))
        self.line: Line | None = None
        self.pointed: float | None = None
        """How far along the line the hand is, 0 to 1, where it is over its view."""
        self._held: str | None = None
        self._from: tuple[Point, Line] | None = None
        self._before: Line | None = None

    @property
    def busy(self) -> bool:
        return self._held is not None

    @property
    def hot(self) -> int | None:
        """The end that is held."""
        return {"start": 0, "end": 1}.get(self._held or "")

    def put_away(self) -> None:
        self._held, self._from = None, None
        self._become(None, None)

    def draw(self, line: Line) -> None:
        """Lay the line there."""
        self._become(line, None)

    def point(self, key: MaskKey, at: Pointer) -> None:
        line = self.line
        here = line is not None and line.view == key.view
        self._become(line, line.share_of((at.y, at.x)) if line is not None and here else None)

    def pin(self, key: MaskKey, at: Pointer) -> None:
        place = at.y, at.x
        self._held = self._hold(key, at)
        if self._held == "new":
            self._held = "end"
            self._before = self.line
            self._become(Line(key.view, place, place), None)
        if self.line is not None:
            self._from = place, self.line

    def pull(self, key: MaskKey, at: Pointer) -> None:
        if self._held is None or self._from is None or self.line is None or key.view != self.line.view:
            return
        (y, x), before = self._from
        match self._held:
            case "whole":
                by = at.y - y, at.x - x
                moved = [(point[0] + by[0], point[1] + by[1]) for point in (before.start, before.end)]
                self._become(replace(before, start=moved[0], end=moved[1]), None)
            case "start":
                self._become(replace(before, start=_kept(before.end, at)), None)
            case _:
                self._become(replace(before, end=_kept(before.start, at)), None)

    def let_go(self, key: MaskKey, at: Pointer) -> None:
        self._held, self._from = None, None
        if self.line is not None and self.line.length < _SHORTEST:
            self._become(self._before, None)
        else:
            self.asked.emit()

    def out(self) -> None:
        if not self.busy:
            self._become(self.line, None)

    def key(self, key: Key, sheet: Sheet) -> bool:
        if key is Key.CANCEL and self.line is not None:
            self.put_away()
            return True
        return False

    def leave(self) -> None:
        """The line stays: it is to be laid over the next part, too."""
        super().leave()
        self._held, self._from = None, None
        self._become(self.line, None)

    def _hold(self, key: MaskKey, at: Pointer) -> str:
        """What a press there takes hold of."""
        line, reach, place = self.line, _REACH / max(at.scale, 1e-9), (at.y, at.x)
        if line is None or line.view != key.view:
            return "new"
        ends = {"start": line.start, "end": line.end}
        far = {name: hypot(place[0] - end[0], place[1] - end[1]) for name, end in ends.items()}
        nearest = min(far, key=lambda name: far[name])
        if far[nearest] <= reach:
            return nearest
        return "whole" if line.distance(place) <= reach else "new"

    def _become(self, line: Line | None, pointed: float | None) -> None:
        if (line, pointed) != (self.line, self.pointed):
            self.line, self.pointed = line, pointed
            self.asked.emit()


def _kept(fixed: Point, at: Pointer) -> Point:
    """Where the free end goes: to the hand, or in a direction of a multiple of 45 degrees."""
    if not at.square:
        return at.y, at.x
    away = at.y - fixed[0], at.x - fixed[1]
    ways = [(sin(step * pi / 4), cos(step * pi / 4)) for step in range(4)]
    along = [away[0] * way[0] + away[1] * way[1] for way in ways]
    best = max(range(4), key=lambda step: abs(along[step]))
    return fixed[0] + along[best] * ways[best][0], fixed[1] + along[best] * ways[best][1]
