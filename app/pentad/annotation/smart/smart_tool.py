"""What the tools that look at the picture have in common: questions, what lies beneath, and painting the answer."""

from collections.abc import Sequence
from functools import partial

from pentad.annotation.edit import Draft, MaskEdit
from pentad.annotation.options import Options
from pentad.annotation.painting import is_locked
from pentad.annotation.pointer import Key
from pentad.annotation.preview import NOTHING, Point
from pentad.annotation.region import Region
from pentad.annotation.rule import Source
from pentad.annotation.sheet import Sheet, Underlay
from pentad.annotation.smart.asking import Questions, Work
from pentad.annotation.tool import Tool
from pentad.core.box import Box
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.sdk import Ticket

LARGE = 2_000_000
"""Pixels in the boxes of an answer from which a worker paints it."""
TRIES = 3
"""How often an answer is painted anew because the mask became another one meanwhile."""
NAMES = {Source.RGB: "photo", Source.NORMAL: "normal map", Source.HEAT: "heatmap"}


class SmartTool(Tool):
    """A tool that asks before it paints. What a hand has let go of is painted even if the tool is laid down meanwhile;
    Escape gives it up."""

    def __init__(self, options: Options, questions: Questions | None = None) -> None:
        """Tools of one toolbox share their ``questions``: a view answers one at a time."""
        super().__init__(options)
        self.questions = questions or Questions()
        self._missed: set[tuple[MaskKey, Source]] = set()

    @property
    def gesture(self) -> bool:
        """Whether the hand is in the middle of something."""
        return False

    @property
    def busy(self) -> bool:
        return self.gesture or self.questions.deciding

    def key(self, key: Key, sheet: Sheet) -> bool:
        if key is not Key.CANCEL or not self.busy:
            return False
        self.leave()
        self.questions.give_up()
        return True

    def leave(self) -> None:
        self.questions.drop_shown()
        self.show(NOTHING)

    def beneath(self, sheet: Sheet, source: Source) -> Underlay | None:
        """What lies beneath; where it is missing the person is told, once for each view."""
        found = sheet.underlay(source)
        missing = (sheet.key, source)
        if found is not None:
            self._missed.discard(missing)
        elif missing not in self._missed:
            self._missed.add(missing)
            what = f"The {NAMES[source]} is not loaded yet"
            sheet.notice(Problem(what, remedy=f"Wait until it is shown, or choose another source for {self.title}."))
        return found

    def paint(self, sheet: Sheet, patches: Sequence[Region], label: int) -> None:
        """Make the patches this label, as one step of the history; many pixels at once are painted by a worker."""
        if is_locked(label, sheet):
            return
        if sum(height * width for height, width in (patch.box.shape for patch in patches)) > LARGE:
            self._paint_later(sheet, patches, label, TRIES)
        else:
            self._paint_now(sheet, patches, label)

    def _paint_later(self, sheet: Sheet, patches: Sequence[Region], label: int, tries: int) -> None:
        draft: Draft | None = None

        def prepare() -> Work[MaskEdit | None]:
            nonlocal draft
            draft = sheet.draft(self.title)
            return partial(_painted, draft, patches, label)

        def then(edit: MaskEdit | None) -> None:
            if draft is not None and sheet.lay(draft, edit):
                return
            if tries > 1:
                self._paint_later(sheet, patches, label, tries - 1)
            else:
                self._paint_now(sheet, patches, label)

        self.questions.ask(sheet, self.title, prepare, then, lasting=True)

    def _paint_now(self, sheet: Sheet, patches: Sequence[Region], label: int) -> None:
        stroke = sheet.stroke(self.title)
        for patch in patches:
            stroke.paint(patch, label)
        try:
            sheet.commit(stroke)
        except Problem as problem:  # Why: by the time an answer comes, its mask may have been put away.
            sheet.notice(problem)


def _painted(draft: Draft, patches: Sequence[Region], label: int, ticket: Ticket) -> MaskEdit | None:
    for patch in patches:
        ticket.check()
        draft.stroke.paint(patch, label)
    return draft.stroke.finish()


def pixel(at: Point, sheet: Sheet) -> tuple[int, int] | None:
    """The pixel of the image under a point; None outside."""
    row, column = round(at[0]), round(at[1])
    height, width = sheet.mask.labels.shape
    return (row, column) if 0 <= row < height and 0 <= column < width else None


def pixels_on_screen(scale: float) -> int:
    """How many pixels of the image one of the screen stands for, where ``scale`` of these are one of the image's."""
    return max(1, int(1 / max(scale, 1e-3)))


def box_between(one: Point, other: Point) -> Box:
    """The pixels between two points, both ends included."""
    (y0, y1), (x0, x1) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    return Box(round(y0), round(x0), round(y1) + 1, round(x1) + 1)
