"""Flood fill: the region of one label under the hand becomes another."""

from typing import ClassVar

from pentad.annotation.options import Choice, Flag, Options
from pentad.annotation.pointer import Pointer
from pentad.annotation.region import Region
from pentad.annotation.sheet import Sheet
from pentad.annotation.smart.asking import Work
from pentad.annotation.smart.grid import connected, pieces
from pentad.annotation.smart.smart_tool import SmartTool, pixel
from pentad.core.arrays import Labels
from pentad.sdk import Ticket


def fill_options() -> Options:
    return Options(
        "fill",
        [
            Flag("contiguous", "Connected only", True, tip="Off: every pixel of the image that carries this class"),
            Choice(
                "connectivity",
                "Passes through",
                "4",
                (("4", "Sides"), ("8", "Sides and corners")),
                tip="Whether pixels that touch at a corner hang together",
            ),
        ],
    )


class Fill(SmartTool):
    """Fills a region of one class, or a hole of background, with the chosen class; Alt fills it with background."""

    id: ClassVar[str] = "fill"
    title: ClassVar[str] = "Fill"
    tip: ClassVar[str] = "Fill the region under the pointer; Alt empties it"

    def press(self, at: Pointer, sheet: Sheet) -> None:
        seed = pixel((at.y, at.x), sheet)
        if seed is not None:
            self._ask(seed, 0 if at.subtract else sheet.label, sheet)

    def _ask(self, seed: tuple[int, int], label: int, sheet: Sheet) -> None:
        diagonal = self.options.text("connectivity") == "8"
        contiguous = self.options.flag("contiguous")
        version = -1

        def prepare() -> Work[list[Region]]:
            nonlocal version
            version = sheet.mask.version
            labels = sheet.mask.labels.copy()
            return lambda ticket: region(labels, seed, label, contiguous=contiguous, diagonal=diagonal, ticket=ticket)

        def then(found: list[Region]) -> None:
            if sheet.mask.version == version:
                self.paint(sheet, found, label)
            else:  # Why: what was painted meanwhile may have opened or closed the region.
                self._ask(seed, label, sheet)

        self.questions.ask(sheet, self.title, prepare, then, lasting=True)


def region(
    labels: Labels, seed: tuple[int, int], label: int, *, contiguous: bool, diagonal: bool, ticket: Ticket
) -> list[Region]:
    """The pixels of the label at ``seed`` that hang together with it (or all of that label), which ``label`` is to
    replace; nothing where it is there already."""
    if labels[seed] == label:
        return []
    same = labels == labels[seed]
    ticket.check()
    if contiguous:
        same = connected(same, seed, diagonal=diagonal)
    return pieces(same, check=ticket.check)
