"""Depth that a model makes of what a view shows. Offering it is up to the model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from pentad.core.arrays import Floats
from pentad.core.box import BoxShares
from pentad.core.prediction import Provenance
from pentad.sdk.model import Request, Ticket

DepthUnit = Literal["mm", "relative"]


@dataclass(frozen=True, slots=True, eq=False)
class DepthEstimate:
    """One view's generated depth: camera z, growing away from the camera, over ``region`` (shares of the view).

    ``depth`` (h, w) float32 is the mean of the samples, ``spread`` (h, w) their standard deviation (zero of a single
    one); both NaN where the model says nothing. ``integrated`` is what the view's normals integrate to, placed as
    ``depth`` is, where it was seen with normals. "mm" where the model learnt on millimetres, else "relative".
    """

    depth: Floats
    spread: Floats
    region: BoxShares
    unit: DepthUnit
    integrated: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class DepthMade:
    """A sample's generated depth by view, and what makes it again: the model, ``seed``, ``samples`` and ``steps``."""

    sample: str
    views: Mapping[str, DepthEstimate]
    made_by: Provenance
    seed: int
    samples: int
    steps: int


@dataclass(frozen=True, slots=True)
class DepthWish:
    """How depth is to be made: ``samples`` drawn from ``seed`` on, ``steps`` of the sampler each (0: the model's)."""

    seed: int = 0
    samples: int = 1
    steps: int = 0


@runtime_checkable
class DepthMaker(Protocol):
    """A predictor that can also make depth."""

    def make_depth(self, request: Request, wish: DepthWish, ticket: Ticket) -> DepthMade:
        """The same wish gives the same depth; Problem where a view lacks what the model needs."""
