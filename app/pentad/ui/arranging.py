"""Where the tiles of the grid go: a pure matter of room."""

from dataclasses import dataclass

GAP = 4
SMALLEST_TILE = 150
"""Logical pixels of width below which the grid scrolls instead of shrinking."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One tile's place, in logical pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells by (view index, row index), and the room they take in all."""

    cells: dict[tuple[int, int], Cell]
    width: int
    height: int


def arrange(views: int, rows: int, room: tuple[int, int], *, caption: int, aspect: float = 1.33) -> Grid:
    """Lay out ``views`` columns of ``rows`` tiles in ``room`` (width, height) so that pictures become largest.

    Columns that would be too narrow side by side wrap to a second line of columns. ``aspect`` is a picture's width
    over its height, ``caption`` the height of the strip above each.
    """
    if views == 0 or rows == 0:
        return Grid({}, 0, 0)
    width, height = room

    def picture_width(per_line: int) -> float:
        lines = -(-views // per_line)
        across = (width - GAP * (per_line - 1)) / per_line
        down = (height - GAP * (lines * rows - 1)) / (lines * rows) - caption
        return min(across, max(down, 1) * aspect)

    per_line = max(range(views, 0, -1), key=picture_width)
    lines = -(-views // per_line)
    across = max((width - GAP * (per_line - 1)) // per_line, SMALLEST_TILE)
    smallest_height = round(SMALLEST_TILE / aspect) + caption
    down = max((height - GAP * (lines * rows - 1)) // (lines * rows), smallest_height)
    cells = {
        (view, row): Cell(
            (view % per_line) * (across + GAP), (view // per_line * rows + row) * (down + GAP), across, down
        )
        for view in range(views)
        for row in range(rows)
    }
    return Grid(cells, per_line * (across + GAP) - GAP, lines * rows * (down + GAP) - GAP)
