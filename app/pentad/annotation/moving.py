"""Taking regions off the mask and laying them down elsewhere."""

import math
from typing import ClassVar

import numpy as np

from pentad.annotation.components import region_at
from pentad.annotation.cutout import Cutout
from pentad.annotation.edit import Stroke
from pentad.annotation.options import Choice, Options
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import NOTHING, Path, Preview, Proposal, Shape, frame
from pentad.annotation.region import Bools, Patch
from pentad.annotation.sheet import Sheet
from pentad.annotation.tool import Tool
from pentad.core.box import Box
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.geometry.outlines import borders

_OUTLINED_WITHIN = 1024
"""Pixels around the hand; a region that reaches further can be moved, but is not outlined beforehand."""
_TRIED = 32
"""Pixels along the side of a square in which a region that is too large to be outlined is not looked for again."""
_LONGEST_BORDER = 8_000
"""Pixel sides of a region's outline that are drawn at most."""

Pixel = tuple[int, int]


class Move(Tool):
    """Regions float under the hand until they are laid down, removed or put back.

    What floats is off the mask already: where it was there is background. Laid down it covers what the rule allows.
    """

    id: ClassVar[str] = "move"
    title: ClassVar[str] = "Move region"
    tip: ClassVar[str] = "Drag a region; Shift takes more, Enter lays it down, Delete removes it, Escape puts it back"

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._sheet: Sheet | None = None
        self._stroke: Stroke | None = None
        self._floating: Cutout | None = None
        self._parts: tuple[tuple[int, Bools], ...] = ()
        self._way: Pixel = (0, 0)
        self._grip: tuple[float, float, Pixel] | None = None
        self._pointed: tuple[MaskKey, int, Cutout] | None = None
        self._in_vain: tuple[MaskKey, int, int, int, int] | None = None

    @property
    def busy(self) -> bool:
        return self._floating is not None

    @property
    def sheet(self) -> Sheet | None:
        """The view over which something floats."""
        return self._sheet

    @property
    def floating(self) -> Cutout | None:
        """What is in the hand, where it floats now."""
        return None if self._floating is None else self._floating.moved(*self._way)

    def pointed(self, sheet: Sheet) -> Cutout | None:
        """The region under the hand while nothing floats."""
        if self.busy or self._pointed is None or self._pointed[:2] != (sheet.key, sheet.mask.version):
            return None
        return self._pointed[2]

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        if self.busy:
            return
        y, x = _pixel(at)
        known = self.pointed(sheet)
        if known is not None and _has(known, y, x):
            return
        label = _label(sheet, y, x)
        place = (sheet.key, sheet.mask.version, label, y // _TRIED, x // _TRIED)
        if place == self._in_vain:
            return
        region = region_at(sheet.mask.labels, y, x, corners=self._corners, within=_OUTLINED_WITHIN)
        self._pointed = self._in_vain = None
        if region is not None:
            self._pointed = (sheet.key, sheet.mask.version, Cutout.of(region, label))
        elif label:
            self._in_vain = place
        self.show(Preview(_outlines(region)) if region is not None else NOTHING)

    def press(self, at: Pointer, sheet: Sheet) -> None:
        if self._sheet is not None and self._sheet.key != sheet.key:
            self.leave()
        floating = self.floating
        if floating is not None and not at.add:
            if _inside(floating.box, *_pixel(at)):
                self._grip = (at.y, at.x, self._way)
                return
            self.commit()
        if self._lift(at, sheet) and not at.add:
            self._grip = (at.y, at.x, self._way)

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        if self._grip is None:
            return
        y, x, (dy, dx) = self._grip
        by_y, by_x = at.y - y, at.x - x
        if at.square:
            by_y, by_x = (by_y, 0.0) if abs(by_y) > abs(by_x) else (0.0, by_x)
        self._go((dy + round(by_y), dx + round(by_x)))

    def release(self, at: Pointer, sheet: Sheet) -> None:
        self.drag(at, sheet)
        self._grip = None

    def key(self, key: Key, sheet: Sheet) -> bool:
        if self.busy and key in (Key.COMMIT, Key.BACK):
            self.commit() if key is Key.COMMIT else self.remove()
            return True
        return super().key(key, sheet)

    def leave(self) -> None:
        if self._stroke is not None:
            self._stroke.cancel()
        self._end()

    def take_up(self, cutout: Cutout, sheet: Sheet, name: str) -> None:
        """Let a piece from elsewhere float over ``sheet``; laid down it is one change called ``name``."""
        self.leave()
        if cutout.empty:
            return
        self._sheet, self._stroke = sheet, sheet.stroke(name)
        self._float(cutout, tuple(cutout.parts()))

    def nudge(self, dy: int, dx: int) -> None:
        """Move what floats by so many pixels."""
        if self.busy:
            self._go((self._way[0] + dy, self._way[1] + dx))

    def commit(self) -> None:
        """Lay down what floats. Where the rule lets none of it down, it goes back, and the person is told."""
        sheet, stroke, floating = self._sheet, self._stroke, self.floating
        if sheet is None or stroke is None or floating is None:
            return
        inside = False
        for label, where in self._parts:
            patch = Patch(floating.box, where).inside(sheet.mask.box)
            inside = inside or bool(patch.where.any())
            stroke.paint(patch, label)
        if inside and not self._lies(sheet, floating):
            self.leave()
            sheet.notice(_forbidden("This region cannot be laid down here"))
            return
        self._end()
        sheet.commit(stroke)

    def remove(self) -> None:
        """Let go of what floats: it is gone from the mask."""
        sheet, stroke = self._sheet, self._stroke
        if sheet is not None and stroke is not None:
            stroke.name = "Delete region"
            self._end()
            sheet.commit(stroke)

    @property
    def _corners(self) -> bool:
        return self.options.text("joined") == "corners"

    def _lift(self, at: Pointer, sheet: Sheet) -> bool:
        """Take the region under the hand off the mask, to what floats already; whether there was one."""
        y, x = _pixel(at)
        known = self.pointed(sheet)
        if known is not None and _has(known, y, x):
            region: Patch | None = Patch(known.box, known.where)
        else:
            region = region_at(sheet.mask.labels, y, x, corners=self._corners)
        if region is None:
            return False
        label = int(sheet.mask.labels[y, x])
        stroke = self._stroke or sheet.stroke("Move region")
        stroke.paint(region, 0)
        took = Patch(region.box, region.where & (sheet.mask.labels[region.box.slices] == 0))
        if not took.where.any():
            sheet.notice(_forbidden("This region cannot be moved"))
            return False
        self._sheet, self._stroke = sheet, stroke
        piece, floating = Cutout.of(took, label), self.floating
        if floating is None:
            self._float(piece, ((label, took.where),))
        else:
            joined = floating.joined(piece)
            self._float(joined, tuple(joined.parts()))
        return True

    def _lies(self, sheet: Sheet, piece: Cutout) -> bool:
        """Whether any pixel of ``piece`` is on the mask where it should be."""
        inside = Patch(piece.box, piece.where).inside(sheet.mask.box)
        wanted = piece.labels[inside.box.within(piece.box).slices]
        return bool((inside.where & (sheet.mask.labels[inside.box.slices] == wanted)).any())

    def _float(self, piece: Cutout, parts: tuple[tuple[int, Bools], ...]) -> None:
        self._floating, self._parts, self._way = piece, parts, (0, 0)
        self._pointed = None
        self._go((0, 0))

    def _go(self, way: Pixel) -> None:
        self._way = way
        floating = self.floating
        if floating is not None:
            shapes = [Proposal(Patch(floating.box, where), label) for label, where in self._parts]
            note = f"{way[1]:+d}, {way[0]:+d} px" if way != (0, 0) else ""
            self.show(Preview((*shapes, frame(floating.box)), note))

    def _end(self) -> None:
        self._sheet = self._stroke = self._floating = self._grip = self._pointed = None
        self._parts, self._way = (), (0, 0)
        self.show(NOTHING)


def move_tool() -> Move:
    """The tool with its options."""
    joined = Choice("joined", "Regions join over", "corners", (("corners", "Sides and corners"), ("sides", "Sides")))
    return Move(Options("move", [joined]))


def _pixel(at: Pointer) -> Pixel:
    return math.floor(at.y + 0.5), math.floor(at.x + 0.5)


def _label(sheet: Sheet, y: int, x: int) -> int:
    return int(sheet.mask.labels[y, x]) if _inside(sheet.mask.box, y, x) else 0


def _inside(box: Box, y: int, x: int) -> bool:
    return box.y0 <= y < box.y1 and box.x0 <= x < box.x1


def _has(piece: Cutout, y: int, x: int) -> bool:
    return _inside(piece.box, y, x) and bool(piece.labels[y - piece.box.y0, x - piece.box.x0])


def _outlines(region: Patch) -> tuple[Shape, ...]:
    """Lines along the borders of a region and of its holes; coarser where they are very long."""
    step, cells = 1, region.where
    while np.count_nonzero(cells[1:] != cells[:-1]) + np.count_nonzero(cells[:, 1:] != cells[:, :-1]) > _LONGEST_BORDER:
        step *= 2
        cells = region.where[::step, ::step]
    top, left = region.box.y0 - 0.5, region.box.x0 - 0.5
    lines = ([(top + step * y, left + step * x) for x, y in line.tolist()] for line in borders(cells))
    return tuple(Path(tuple(line), closed=True) for line in lines)


def _forbidden(what: str) -> Problem:
    return Problem(what, "its class is locked, or the rule forbids it", remedy="Unlock the class or widen the rule.")
