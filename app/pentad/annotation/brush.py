"""Brush and eraser: whatever the tip passes over becomes the chosen class, or background."""

from typing import ClassVar

from pentad.annotation.edit import Stroke
from pentad.annotation.options import Choice, Number, Options
from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import NOTHING, BrushTip, Point, Preview
from pentad.annotation.sheet import Sheet
from pentad.annotation.sweep import capsule
from pentad.annotation.tool import Tool

RADII = (0.5, 400.0)


def tip_options() -> Options:
    """Shared by brush and eraser."""
    return Options(
        "tip",
        [
            Number("radius", "Radius", 12.0, *RADII, unit="px", step=0.5, growing=True, tip="[ and ] change it"),
            Choice("shape", "Shape", "round", (("round", "Round"), ("square", "Square"))),
            Choice("unit", "Size in", "image", (("image", "Image pixels"), ("screen", "Screen pixels"))),
        ],
    )


class Brush(Tool):
    """Paints the chosen class along the way of the hand."""

    id: ClassVar[str] = "brush"
    title: ClassVar[str] = "Brush"
    tip: ClassVar[str] = "Paint the chosen class"

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._stroke: Stroke | None = None
        self._sheet: Sheet | None = None
        self._last: Point = (0.0, 0.0)

    @property
    def busy(self) -> bool:
        return self._stroke is not None

    def label(self, sheet: Sheet) -> int:
        """What it leaves behind."""
        return sheet.label

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        self._show_tip(at)

    def press(self, at: Pointer, sheet: Sheet) -> None:
        if self._stroke is not None:
            return
        self._stroke, self._sheet = sheet.stroke(self.title), sheet
        self._last = (at.y, at.x)
        self.drag(at, sheet)

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        if self._stroke is not None and self._sheet is not None:
            here = (at.y, at.x)
            self._stroke.paint(capsule(self._last, here, self._radius(at)), self.label(self._sheet))
            self._last = here
        self._show_tip(at)

    def release(self, at: Pointer, sheet: Sheet) -> None:
        if self._stroke is None or self._sheet is None:
            return
        self.drag(at, sheet)
        stroke, owner = self._stroke, self._sheet
        self._stroke = self._sheet = None
        owner.commit(stroke)

    def leave(self) -> None:
        if self._stroke is not None:
            self._stroke.cancel()
        self._stroke = self._sheet = None
        self.show(NOTHING)

    def _radius(self, at: Pointer) -> float:
        radius = self.options.number("radius")
        return radius / at.scale if self.options.text("unit") == "screen" else radius

    def _show_tip(self, at: Pointer) -> None:
        self.show(Preview((BrushTip((at.y, at.x), self._radius(at), self.options.text("shape") == "square"),)))


class Eraser(Brush):
    """Makes background of whatever it passes over."""

    id: ClassVar[str] = "eraser"
    title: ClassVar[str] = "Eraser"
    tip: ClassVar[str] = "Back to background"

    def label(self, sheet: Sheet) -> int:
        return 0


def brushes() -> list[Tool]:
    """Brush and eraser, with one tip."""
    tip = tip_options()
    return [Brush(tip), Eraser(tip)]
