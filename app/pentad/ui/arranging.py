"""Where the tiles of the grid go: a pure matter of room."""

from dataclasses import dataclass

GAP = 4
SMALLEST_TILE = 120
"""Logical pixels of width below which columns wrap and the grid scrolls instead of shrinking."""


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

    def across(per_line: int) -> int:
        return max((width - GAP * (per_line - 1)) // per_line, SMALLEST_TILE)

    def lines_of(per_line: int) -> int:
        return -(-views // per_line)

    def down(per_line: int) -> int:
        lines = lines_of(per_line) * rows
        return max((height - GAP * (lines - 1)) // lines, round(SMALLEST_TILE / aspect) + caption)

    def worth(per_line: int) -> tuple[float, int, int]:
        picture = min(across(per_line), (down(per_line) - caption) * aspect)
        return round(picture), -lines_of(per_line), across(per_line)

    fitting = [count for count in range(1, views + 1) if count * (SMALLEST_TILE + GAP) - GAP <= width]
    per_line = max(fitting or [1], key=worth)
    lines, cell_width, cell_height = lines_of(per_line), across(per_line), down(per_line)
    cells = {
        (view, row): Cell(
            (view % per_line) * (cell_width + GAP),
            (view // per_line * rows + row) * (cell_height + GAP),
            cell_width,
            cell_height,
        )
        for view in range(views)
        for row in range(rows)
    }
    return Grid(cells, per_line * (cell_width + GAP) - GAP, lines * rows * (cell_height + GAP) - GAP)
