"""Tools that mark nothing: they need no mask, only to know which view the hand is over."""

from pentad.annotation.pointer import Pointer
from pentad.annotation.sheet import Sheet
from pentad.annotation.tool import Tool
from pentad.core.mask import MaskKey


class Pointing(Tool):
    """Told of the hand by view instead of by sheet, so that it is of use where nothing may be painted.

    What it shows is drawn by whoever answers it, over every view that has a part in the answer.
    """

    def point(self, key: MaskKey, at: Pointer) -> None:
        """The hand is there now, without pressing."""

    def pin(self, key: MaskKey, at: Pointer) -> None:
        """The hand presses there."""

    def pull(self, key: MaskKey, at: Pointer) -> None:
        """The hand moves while pressing."""

    def let_go(self, key: MaskKey, at: Pointer) -> None:
        """The hand presses no more."""

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        self.point(sheet.key, at)

    def press(self, at: Pointer, sheet: Sheet) -> None:
        self.pin(sheet.key, at)

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        self.pull(sheet.key, at)

    def release(self, at: Pointer, sheet: Sheet) -> None:
        self.let_go(sheet.key, at)
