"""What the tools that draw an outline have in common: whose it is, what it becomes, and how it ends."""

from collections.abc import Iterable

from pentad.annotation.options import Options
from pentad.annotation.painting import label_to_paint
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import NOTHING, Preview
from pentad.annotation.region import Region
from pentad.annotation.sheet import Sheet
from pentad.annotation.tool import Tool
from pentad.core.box import Box
from pentad.core.problem import Problem


class OutliningTool(Tool):
    """An outline on the sheet it was begun on; other sheets are not heard meanwhile. Begun with Alt, it erases."""

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._sheet: Sheet | None = None
        self._label = 0

    @property
    def busy(self) -> bool:
        return self._sheet is not None

    def regions(self, bounds: Box) -> Iterable[Region]:
        """What the outline encloses of ``bounds``; none where it encloses nothing."""
        raise NotImplementedError

    def look(self) -> Preview:
        """The outline as it stands."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forget the outline."""
        raise NotImplementedError

    def begin(self, at: Pointer, sheet: Sheet) -> bool:
        """Start an outline; False where the chosen class is locked (the person is told)."""
        label = label_to_paint(at, sheet)
        if label is None:
            return False
        self._sheet, self._label = sheet, label
        return True

    def hears(self, sheet: Sheet) -> bool:
        """Whether an outline is under way on this sheet."""
        return self._sheet is not None and self._sheet.key == sheet.key

    def commit(self) -> None:
        """Paint what the outline encloses, as one step of the history."""
        sheet, label = self._sheet, self._label
        if sheet is None:
            return
        if label in sheet.rule.locked:
            # Why: it was locked meanwhile; the outline stays, so that nothing drawn is lost.
            sheet.notice(Problem("The chosen class is locked", remedy="Unlock it, or press Escape to give up."))
            return
        regions = list(self.regions(sheet.mask.box))
        self.leave()
        stroke = sheet.stroke(self.title)
        for region in regions:
            stroke.paint(region, label)
        sheet.commit(stroke)

    def back(self) -> None:
        """Take the last point back; an outline drawn in one go has none."""

    def key(self, key: Key, sheet: Sheet) -> bool:
        if not self.busy:
            return False
        match key:
            case Key.COMMIT:
                self.commit()
            case Key.BACK:
                self.back()
            case Key.CANCEL:
                self.leave()
        return True

    def leave(self) -> None:
        self._sheet = None
        self.clear()
        self.show(NOTHING)

    def refresh(self) -> None:
        """Draw the outline as it is now."""
        self.show(self.look() if self.busy else NOTHING)


def pixels(box: Box) -> str:
    """How large something is: "412 x 280 px", the width first."""
    height, width = box.shape
    return f"{width:,} x {height:,} px"
