"""One of the things a person marks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelClass:
    """A class of the label set: ``index`` (1 to 255) is what masks hold, ``colour`` is ``#rrggbb``."""

    index: int
    name: str
    colour: str
