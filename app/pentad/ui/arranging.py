"""Where the tiles of the grid go: a pure matter of room."""

from dataclasses import dataclass

GAP = 4
SMALLEST_TILE = 120
"""Logical pixels of width below which columns wrap and the grid scrolls instead of shrinking."""

SMALLEST_IN_STRIP, LARGEST_IN_STRIP = 84, 320
"""Widths of the small tiles beside a large one."""


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


@dataclass(frozen=True, slots=True)
class CloseUp:
    """One large tile, and the small ones beside or below it."""

    large: Cell
    strip: tuple[Cell, ...]


def arrange_close_up(small: int, room: tuple[int, int], *, caption: int, aspect: float = 1.33) -> CloseUp:
    """One tile as large as can be in ``room`` (width, height), and ``small`` ones in a strip at its right or below it.

    The strip lies where it leaves the larger picture, and its tiles grow into what the large one cannot use.
    """
    width, height = room
    if small == 0:
        return CloseUp(Cell(0, 0, width, height), ())
    options = [
        strip
        for across in range(SMALLEST_IN_STRIP, LARGEST_IN_STRIP + 1, 4)
        for lanes in (1, 2)
        if small % lanes == 0  # Why: a gap at the end of the second would look like a picture that is missing.
        for strip in (
            _Strip(small, room, across, lanes, caption, aspect, below=False),
            _Strip(small, room, across, lanes, caption, aspect, below=True),
        )
        if strip.fits
    ]
    if not options:
        options = [_Strip(small, room, max(min(width // 5, 96), 1), 1, caption, aspect, below=False)]
    return max(options, key=lambda strip: strip.worth).laid()


@dataclass(frozen=True, slots=True)
class _Strip:
    """``small`` tiles ``across`` wide in ``lanes`` rows or columns."""

    small: int
    room: tuple[int, int]
    across: int
    lanes: int
    caption: int
    aspect: float
    below: bool

    @property
    def _down(self) -> int:
        return round(self.across / self.aspect) + self.caption

    @property
    def _per_lane(self) -> int:
        return -(-self.small // self.lanes)

    @property
    def _thickness(self) -> int:
        return self.lanes * ((self._down if self.below else self.across) + GAP)

    @property
    def _large(self) -> Cell:
        width, height = self.room
        taken = self._thickness
        return Cell(0, 0, width, height - taken) if self.below else Cell(0, 0, width - taken, height)

    @property
    def fits(self) -> bool:
        length = self._per_lane * ((self.across if self.below else self._down) + GAP) - GAP
        return length <= self.room[0 if self.below else 1] and min(self._large.width, self._large.height) > self.across

    @property
    def worth(self) -> tuple[float, int]:
        """The large picture's width counts most; half as much that of a small one."""
        picture = min(self._large.width, (self._large.height - self.caption) * self.aspect)
        return picture + self.across / 2, -self.lanes

    def laid(self) -> CloseUp:
        per, large = self._per_lane, self._large
        if self.below:
            across = min((self.room[0] + GAP) // per - GAP, round((self._down - self.caption) * self.aspect * 1.25))
            cells = [
                Cell(
                    n % per * (across + GAP),
                    large.height + GAP + n // per * (self._down + GAP),
                    across,
                    self._down,
                )
                for n in range(self.small)
            ]
        else:
            down = min((self.room[1] + GAP) // per - GAP, round(self._down * 1.25))
            cells = [
                Cell(
                    large.width + GAP + n // per * (self.across + GAP),
                    n % per * (down + GAP),
                    self.across,
                    max(down, 1),
                )
                for n in range(self.small)
            ]
        return CloseUp(large, tuple(cells))
