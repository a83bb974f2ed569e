"""What a tool shows of a gesture that is not paint yet: shapes in image coordinates, drawn over the picture."""

from dataclasses import dataclass

from pentad.annotation.region import Patch
from pentad.core.box import Box

Point = tuple[float, float]
"""(y, x), pixel centres at integers."""


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points; ``closed`` joins the last to the first; ``dashed`` says that it is only proposed."""

    points: tuple[Point, ...]
    closed: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Handles:
    """Points that can be taken hold of; ``hot`` is the one under the hand."""

    points: tuple[Point, ...]
    hot: int | None = None


@dataclass(frozen=True, slots=True)
class BrushTip:
    """The brush's outline: a circle or square of ``radius`` image pixels around a point."""

    at: Point
    radius: float
    square: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """Pixels that would become ``label``; ``patch`` covers them at ``step`` image pixels a cell (1: exactly).

    ``patch.box`` is then in cells of the reduced grid: cell (r, c) covers image rows r*step to (r+1)*step.
    """

    patch: Patch
    label: int
    step: int = 1


Shape = Path | Handles | BrushTip | Proposal


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything to draw for one tool, and a word to say beside the pointer (a tolerance, a size), if any."""

    shapes: tuple[Shape, ...] = ()
    note: str = ""


NOTHING = Preview()


def frame(box: Box) -> Path:
    """A dashed line around the pixels of a box."""
    top, left, bottom, right = box.y0 - 0.5, box.x0 - 0.5, box.y1 - 0.5, box.x1 - 0.5
    return Path(((top, left), (top, right), (bottom, right), (bottom, left)), closed=True, dashed=True)
