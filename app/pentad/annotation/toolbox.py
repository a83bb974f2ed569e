"""All tools, and the one in the hand."""

from typing import ClassVar

from psygnal import Signal

from pentad.annotation.brush import brushes
from pentad.annotation.moving import Move, move_tool
from pentad.annotation.options import Options
from pentad.annotation.outlining import outlining_tools
from pentad.annotation.probe import Probe
from pentad.annotation.section_line import SectionLine
from pentad.annotation.smart import smart_tools
from pentad.annotation.surface_region import SurfaceRegion
from pentad.annotation.tool import Tool

HAND = "hand"
"""No tool: the hand moves the picture."""


class Toolbox:
    """The tools by id, in the order of the tool bar, and which one is taken."""

    changed: ClassVar[Signal] = Signal()
    """Another tool was taken."""

    def __init__(self) -> None:
        self.move: Move = move_tool()
        self.probe, self.section, self.surface = Probe(), SectionLine(), SurfaceRegion()
        pointing = (self.probe, self.section, self.surface)
        tools: list[Tool] = [*brushes(), *outlining_tools(), *smart_tools(), self.move, *pointing]
        self.tools: dict[str, Tool] = {tool.id: tool for tool in tools}
        self._taken: Tool | None = None

    @property
    def taken(self) -> Tool | None:
        """The tool in the hand; None where the hand moves the picture."""
        return self._taken

    @property
    def busy(self) -> bool:
        """Whether the tool in the hand is in the middle of something."""
        return self._taken is not None and self._taken.busy

    def leave(self) -> None:
        """Give up what the tool in the hand has under way."""
        if self._taken is not None:
            self._taken.leave()

    @property
    def options(self) -> list[Options]:
        """All settings there are, each once."""
        return list(dict.fromkeys(tool.options for tool in self.tools.values()))

    def take(self, id: str) -> None:
        """Take the tool called ``id``, or none for ``HAND``; what the other had under way is given up."""
        tool = self.tools.get(id)
        if tool is self._taken:
            return
        if self._taken is not None:
            self._taken.leave()
        self._taken = tool
        self.changed.emit()
