"""What a model may let one see of how it came to its verdict. Offering it is up to the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pentad.core.arrays import Floats, Rgb
from pentad.core.box import BoxShares
from pentad.sdk.model import Request, Ticket


@dataclass(frozen=True, slots=True, eq=False)
class InnerMap:
    """One map inside the model: ``values`` (h, w) over the same place as the picture it was given; NaN: nothing."""

    title: str
    values: Floats
    unit: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Insight:
    """One view as the model saw it: the ``picture`` (h, w, 3) it was given, its maps in order, and where in that
    picture it says the defect is (shares of it), with the view's score."""

    picture: Rgb
    maps: tuple[InnerMap, ...]
    score: float
    box: BoxShares | None = None


@runtime_checkable
class Explainer(Protocol):
    """A predictor that can also be looked into."""

    def explain(self, request: Request, ticket: Ticket) -> Mapping[str, Insight]:
        """What it saw of each view; Problem where it cannot judge the sample."""
