"""What a model knows of a view before it judges, for models that build on it. Offering it is up to the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from pentad.core.arrays import Floats
from pentad.core.box import BoxShares
from pentad.sdk.model import Request, Ticket


@dataclass(frozen=True, slots=True, eq=False)
class ViewFeatures:
    """One view's tokens and prototypes.

    ``tokens`` (L, rows, columns, D) float32 by stream ("rgb", "normal"), shallow layers first; cell edges align with
    the edges of ``region`` (top, left, bottom, right, shares of the view). ``prototypes`` (M, D): what the model
    gathered from all of the view's streams (CPRN: P_ucmp, Real-IAD-MVN eq. 3).
    """

    tokens: Mapping[str, Floats]
    prototypes: Floats
    region: BoxShares


@runtime_checkable
class FeatureSource(Protocol):
    """A predictor that lets other models read what it reads."""

    def features(self, request: Request, ticket: Ticket) -> Mapping[str, ViewFeatures]:
        """By view; Problem where a view lacks what the model needs."""
