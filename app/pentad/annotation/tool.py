"""What every tool is: told what the hand does, it paints on a sheet. No screen, no Qt."""

from typing import ClassVar

from psygnal import Signal

from pentad.annotation.options import Options
from pentad.annotation.pointer import Key, Pointer
from pentad.annotation.preview import NOTHING, Preview
from pentad.annotation.sheet import Sheet


class Tool:
    """One kind of gesture. It is given a sheet with every event; a gesture belongs to the sheet it began on.

    Subclasses override what they need. ``show`` sets what is drawn over the picture. A tool must survive any order of
    events: a release without a press, a press while busy, a sheet that changes under way (``leave`` is called first).
    """

    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    tip: ClassVar[str] = ""

    preview_changed: ClassVar[Signal] = Signal()

    def __init__(self, options: Options) -> None:
        self.options = options
        self._preview = NOTHING

    @property
    def preview(self) -> Preview:
        return self._preview

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way: then nothing is saved, and Escape belongs to the tool."""
        return False

    @property
    def sheet(self) -> Sheet | None:
        """What it works on, where it was given that otherwise than by the hand; else None."""
        return None

    def hover(self, at: Pointer, sheet: Sheet) -> None:
        """The hand moves without pressing."""

    def press(self, at: Pointer, sheet: Sheet) -> None: ...

    def drag(self, at: Pointer, sheet: Sheet) -> None:
        """The hand moves while pressing."""

    def release(self, at: Pointer, sheet: Sheet) -> None: ...

    def double(self, at: Pointer, sheet: Sheet) -> None:
        """Pressed twice quickly (the first press and release have come already)."""

    def out(self) -> None:
        """The hand moves out of the view without pressing; what it only looked at is no longer shown."""
        if not self.busy:
            self.leave()

    def key(self, key: Key, sheet: Sheet) -> bool:
        """Whether the key was of use."""
        if key is Key.CANCEL and self.busy:
            self.leave()
            return True
        return False

    def leave(self) -> None:
        """Give up what is under way: the tool or the sheet changes. What was committed stays."""
        self.show(NOTHING)

    def show(self, preview: Preview) -> None:
        """Draw this over the picture from now on."""
        if preview != self._preview:
            self._preview = preview
            self.preview_changed.emit()
