"""A rectangle of pixels."""

from dataclasses import dataclass

BoxShares = tuple[float, float, float, float]
"""A rectangle as shares of an image's height and width, 0 to 1 between its borders: top, left, bottom, right."""


@dataclass(frozen=True, slots=True)
class Box:
    """Rows ``y0:y1`` and columns ``x0:x1``, half-open; empty where an end does not pass its start."""

    y0: int
    x0: int
    y1: int
    x1: int

    @property
    def empty(self) -> bool:
        return self.y0 >= self.y1 or self.x0 >= self.x1

    @property
    def shape(self) -> tuple[int, int]:
        return max(0, self.y1 - self.y0), max(0, self.x1 - self.x0)

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    def moved(self, dy: int, dx: int) -> "Box":
        return Box(self.y0 + dy, self.x0 + dx, self.y1 + dy, self.x1 + dx)

    def grown(self, by: int) -> "Box":
        """With so many pixels more on every side."""
        return Box(self.y0 - by, self.x0 - by, self.y1 + by, self.x1 + by)

    def within(self, other: "Box") -> "Box":
        """The same pixels, counted from the first of ``other``: where they lie in an array of ``other.shape``."""
        return self.moved(-other.y0, -other.x0)

    def __or__(self, other: "Box") -> "Box":
        """The smallest box around both; an empty box adds nothing."""
        if self.empty:
            return other
        if other.empty:
            return self
        return Box(min(self.y0, other.y0), min(self.x0, other.x0), max(self.y1, other.y1), max(self.x1, other.x1))

    def __and__(self, other: "Box") -> "Box":
        return Box(max(self.y0, other.y0), max(self.x0, other.x0), min(self.y1, other.y1), min(self.x1, other.x1))
