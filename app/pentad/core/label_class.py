"""One of the things a person marks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelClass:
    """A class of the label set: ``index`` (1 to 255) is what masks hold, ``colour`` is ``#rrggbb``.

    The rest is how it is shown and guarded: ``opacity`` 0 to 1 of its fill, ``contour`` draws its outline alone,
    ``locked`` keeps every tool from changing its pixels.
    """

    index: int
    name: str
    colour: str
    visible: bool = True
    locked: bool = False
    opacity: float = 1.0
    contour: bool = False
