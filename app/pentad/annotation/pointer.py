"""Where a hand is in an image, and which keys it knows while it draws."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Pointer:
    """A point of the image under the hand, as floats with pixel centres at integers; it may lie outside the image.

    ``pressure`` is a pen's, 0 to 1; a mouse presses with 1. ``scale`` is screen pixels per image pixel, for what has a
    size on screen (handles, screen-sized brushes). ``add`` and ``subtract`` are held modifiers (Shift; Alt or a pen's
    eraser); ``square`` asks for equal sides or steps of 45 degrees (Ctrl).
    """

    y: float
    x: float
    pressure: float = 1.0
    scale: float = 1.0
    add: bool = False
    subtract: bool = False
    square: bool = False


class Key(StrEnum):
    """What can be told to a tool that is in the middle of something."""

    COMMIT = "commit"
    CANCEL = "cancel"
    BACK = "back"
    """Take the last point back."""
