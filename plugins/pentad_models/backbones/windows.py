"""Where in a view the part is, so that a model spends its patches on the part and not on the stage around it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools
from pentad.sdk import Ticket, TrainingSet, ViewPixels

_LOOKED_AT = 60
"""Training views that are read to find the windows; parts are put down nearly alike, so a few tell."""
_MARGIN = 0.05
_SHARES = (0.01, 0.75)
"""A foreground smaller or larger than this share of a view is not worth, or not worthy of, a window."""
_BORDER = 0.02
_EVEN_CODES = 6.0
_OTHER_CODES = 24
_SLENDEREST = 4.0


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a view, edges as shares of its height and width, and the grid of patches it is read in."""

    top: float
    left: float
    bottom: float
    right: float
    rows: int
    columns: int

    def cut(self, height: int, width: int) -> tuple[slice, slice]:
        """The window's pixels in a view of this size; at least one."""
        y0, x0 = int(self.top * height), int(self.left * width)
        y1, x1 = round(self.bottom * height), round(self.right * width)
        return slice(y0, max(y1, y0 + 1)), slice(x0, max(x1, x0 + 1))

    @property
    def numbers(self) -> tuple[float, ...]:
        """As a model card keeps it."""
        return (self.top, self.left, self.bottom, self.right, float(self.rows), float(self.columns))


@dataclass(frozen=True, slots=True)
class Windows:
    """The window of each view by name; views of other names are read ``whole``. All hold the same count of patches."""

    whole: Window
    by_view: Mapping[str, Window]

    def of(self, view: str) -> Window:
        return self.by_view.get(view, self.whole)

    @property
    def patches(self) -> int:
        return self.whole.rows * self.whole.columns

    @property
    def regions(self) -> dict[str, tuple[float, ...]]:
        """As a model card keeps them; the whole view under the empty name."""
        return {"": self.whole.numbers, **{view: window.numbers for view, window in self.by_view.items()}}

    @classmethod
    def from_regions(cls, regions: Mapping[str, Sequence[float]]) -> "Windows":
        """What ``regions`` gave; KeyError or TypeError where a card does not hold it."""
        found = {view: _from_numbers(*numbers) for view, numbers in regions.items()}
        return cls(found.pop(""), found)


def _from_numbers(top: float, left: float, bottom: float, right: float, rows: float, columns: float) -> Window:
    return Window(top, left, bottom, right, int(rows), int(columns))


def whole_views(side: int) -> Windows:
    """No windows: every view whole, squeezed into ``side`` by ``side`` patches."""
    return Windows(Window(0.0, 0.0, 1.0, 1.0, side, side), {})


def find_windows(data: TrainingSet, indices: Sequence[int], *, side: int, seed: int, ticket: Ticket) -> Windows:
    """The part's window in each view of the good training data, or whole views where no view has a part to be told.

    A window is the box around every foreground seen in that view, a margin wider, read in a grid of at most ``side`` x
    ``side`` patches whose shape is its own; so a slender part is seen as large as it can be, and nothing is squeezed.
    """
    boxes: dict[str, list[NDArray[np.float64]]] = {}
    shapes: dict[str, tuple[int, int]] = {}
    hidden: set[str] = set()
    looked_at = np.random.default_rng(seed).permutation(np.asarray(indices))[:_LOOKED_AT]
    for count, index in enumerate(looked_at):
        ticket.report(count / len(looked_at), "Finding the part in each view")
        view = data[int(index)]
        found = foreground(view)
        if found is None:
            hidden.add(view.view)
            continue
        boxes.setdefault(view.view, []).append(_box(found))
        shapes[view.view] = (found.shape[0], found.shape[1])
    told = sorted(boxes.keys() - hidden)
    if not told:
        return whole_views(side)
    patches = _richest(side * side)
    windows = {view: _window(np.array(boxes[view]), shapes[view], patches) for view in told}
    rows, columns = _grid(patches, 1.0)
    return Windows(Window(0.0, 0.0, 1.0, 1.0, rows, columns), windows)


def foreground(view: ViewPixels) -> Bools | None:
    """(h, w) where the part is: where photometric stereo found normals, or what differs from an even backdrop.

    None where neither tells: a view that is filled by its part, or an uneven backdrop.
    """
    if view.normals is not None and (found := _plausible(np.asarray(view.normals.any(axis=2)))) is not None:
        return found
    height, width = view.rgb.shape[:2]
    rim = max(1, round(_BORDER * min(height, width)))
    inner = (slice(rim, height - rim), slice(rim, width - rim))
    edge = np.ones((height, width), np.bool_)
    edge[inner] = False
    border = view.rgb[edge].astype(np.float32)
    backdrop = np.median(border, axis=0)
    if np.median(np.abs(border - backdrop)) > _EVEN_CODES:
        return None
    differs = np.abs(view.rgb.astype(np.float32) - backdrop).max(axis=2) > _OTHER_CODES
    opened = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return _plausible(opened > 0)


def _plausible(found: Bools) -> Bools | None:
    return found if _SHARES[0] < float(found.mean()) < _SHARES[1] else None


def _box(found: Bools) -> NDArray[np.float64]:
    """Top, left, bottom, right as shares; rows and columns with next to nothing in them do not count."""
    edges = []
    for axis in (1, 0):
        counts = found.sum(axis=axis)
        filled = np.flatnonzero(counts > 0.004 * found.shape[axis])
        edges.append((filled[0] / len(counts), (filled[-1] + 1) / len(counts)) if len(filled) else (0.0, 1.0))
    (top, bottom), (left, right) = edges
    return np.array([top, left, bottom, right])


def _window(boxes: NDArray[np.float64], shape: tuple[int, int], patches: int) -> Window:
    top, left = boxes[:, :2].min(axis=0)
    bottom, right = boxes[:, 2:].max(axis=0)
    tall, wide = (bottom - top) * (1 + 2 * _MARGIN) * shape[0], (right - left) * (1 + 2 * _MARGIN) * shape[1]
    rows, columns = _grid(patches, wide / tall)
    # Why grown, not squeezed: a patch covers a square of the view, as the encoder was taught.
    tall, wide = max(tall, wide * rows / columns), max(wide, tall * columns / rows)
    y0, y1 = _span((top + bottom) / 2, tall / shape[0])
    x0, x1 = _span((left + right) / 2, wide / shape[1])
    return Window(y0, x0, y1, x1, rows, columns)


def _span(middle: float, length: float) -> tuple[float, float]:
    """A stretch of ``length`` around ``middle``, pushed into [0, 1]."""
    length = min(length, 1.0)
    start = min(max(middle - length / 2, 0.0), 1.0 - length)
    return float(start), float(start + length)


def _richest(most: int) -> int:
    """The count of patches near ``most`` with the most grid shapes to choose from."""
    return max(range(max(1, most * 9 // 10), most + 1), key=lambda count: (len(_shapes(count)), count))


def _shapes(patches: int) -> list[tuple[int, int]]:
    pairs = [(rows, patches // rows) for rows in range(1, patches + 1) if patches % rows == 0]
    return [(rows, columns) for rows, columns in pairs if 1 / _SLENDEREST <= columns / rows <= _SLENDEREST]


def _grid(patches: int, aspect: float) -> tuple[int, int]:
    """The grid (rows, columns) of ``patches`` whose shape is nearest to ``aspect``, width over height."""
    return min(_shapes(patches), key=lambda shape: abs(np.log(shape[1] / shape[0] / aspect)))
