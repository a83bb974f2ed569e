"""GrabCut as a tool: a box, a proposal, strokes that mend it, Enter."""

from functools import partial
from typing import ClassVar

from pentad.annotation.options import Number, Options
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import Path, Point, Preview, Proposal, Shape, frame
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Sheet
from pentad.annotation.smart.asking import Questions
from pentad.annotation.smart.cutting import Cut, Hint, cut_out
from pentad.annotation.smart.smart_tool import SmartTool, box_between, pixels_on_screen
from pentad.core.box import Box
from pentad.core.problem import Problem

SMALLEST = 5
"""Screen pixels a box must have on either side."""


def grabcut_options() -> Options:
    tip = "How wide a stroke marks what is surely object, or background"
    return Options("grabcut", [Number("radius", "Stroke", 4, 1, 50, unit="screen px", growing=True, tip=tip)])


class GrabCut(SmartTool):
    """Drag a box around an object and it is proposed; drag over what was missed, Alt-drag over what is too much; Enter
    paints it. Alt with the box makes background of the object instead."""

    id: ClassVar[str] = "grabcut"
    title: ClassVar[str] = "GrabCut"
    tip: ClassVar[str] = "Cut an object out: drag a box, mend with strokes (Alt: background), Enter paints"

    def __init__(self, options: Options, questions: Questions | None = None) -> None:
        super().__init__(options, questions)
        self._forget()

    def _forget(self) -> None:
        self._sheet: Sheet | None = None
        self._label = 0
        self._corner: Point | None = None
        self._other: Point | None = None
        self._box: Box | None = None
        self._hints: tuple[Hint, ...] = ()
        self._trail: Hint | None = None
        self._cut: Cut | None = None

    @property
    def gesture(self) -> bool:
        return self._corner is not None or self._box is not None

    def press(self, at: Pointer, sheet: Sheet) -> None:
        if self._sheet is not None and self._sheet.key != sheet.key:
            self.leave()
        if self._corner is not None or self._trail is not None or self.beneath(sheet, Source.RGB) is None:
            return
        here = (at.y, at.x)
        if self._box is None:
            self._sheet, self._label = sheet, 0 if at.subtract else sheet.label
            self._corner = self._other = here
        else:
            self._sheet = sheet
            self._trail = Hint((here,), self.options.number("radius") / at.scale, not at.subtract)
        self._show()

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        here = (at.y, at.x)
        if self._corner is not None:
            self._other = here
        elif self._trail is not None:
            self._trail = Hint((*self._trail.points, here), self._trail.radius, self._trail.object)
        self._show()

    def release(self, at: Pointer, sheet: Sheet) -> None:
        self.drag(at, sheet)
        if self._corner is not None and self._other is not None:
            box, self._corner = box_between(self._corner, self._other) & sheet.mask.box, None
            if min(box.shape) * at.scale < SMALLEST:
                sheet.notice(Problem("The box is too small to cut anything out", remedy="Drag a box around an object."))
                self._forget()
            else:
                self._box = box
                self._ask(sheet)
        elif self._trail is not None:
            self._hints, self._trail = (*self._hints, self._trail), None
            self._ask(sheet)
        self._show()

    def key(self, key: Key, sheet: Sheet) -> bool:
        if key is Key.COMMIT and self._box is not None and self._trail is None:
            self._commit(sheet)
            return True
        if key is Key.BACK and self._box is not None and self._trail is None:
            if self._hints:
                self._hints = self._hints[:-1]
                self._ask(sheet)
                self._show()
            else:
                self.leave()
            return True
        return super().key(key, sheet)

    def leave(self) -> None:
        self._forget()
        super().leave()

    def _ask(self, sheet: Sheet) -> None:
        underlay = self.beneath(sheet, Source.RGB)
        if underlay is None or self._box is None:
            return
        self._cut = None
        work = partial(cut_out, underlay, self._box, self._hints, pixels_on_screen(sheet.scale))
        self.questions.ask(sheet, self.title, lambda: work, self._saw)

    def _saw(self, cut: Cut) -> None:
        if self._box is not None:
            self._cut = cut
            self._show()

    def _commit(self, sheet: Sheet) -> None:
        owner, label, cut = self._sheet or sheet, self._label, self._cut
        underlay = self.beneath(owner, Source.RGB)
        if self._box is None or (cut is None and underlay is None):
            return
        if cut is not None:
            self.paint(owner, cut.patches, label)
        elif underlay is not None:
            work = partial(cut_out, underlay, self._box, self._hints, 1)
            self.questions.ask(
                owner, self.title, lambda: work, lambda late: self.paint(owner, late.patches, label), lasting=True
            )
        self.leave()

    def _show(self) -> None:
        shapes: list[Shape] = []
        note = ""
        box = self._box
        if self._corner is not None and self._other is not None:
            box = box_between(self._corner, self._other)
            note = f"{box.shape[1]} x {box.shape[0]} px"
        elif self._cut is not None:
            shapes.append(Proposal(self._cut.shown, self._label, self._cut.step))
            note = "Enter paints; drag: more, Alt-drag: less" if self._cut.patches else "nothing found: drag over it"
        elif self._box is not None:
            note = "cutting out…"
        if box is not None:
            shapes.append(frame(box))
        strokes = (*self._hints, *((self._trail,) if self._trail else ()))
        shapes.extend(Path(hint.points, dashed=not hint.object) for hint in strokes)
        self.show(Preview(tuple(shapes), note))
