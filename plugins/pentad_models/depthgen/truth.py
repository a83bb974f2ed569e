"""Where the depth that is learnt comes from, and how it is counted so that parts of one view fill [-1, 1]."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Floats
from pentad.core.problem import Problem
from pentad.geometry.integration.relief import DepthScale, integrate_normals
from pentad.sdk import Ticket, ViewPixels
from pentad.sdk.depth import DepthUnit
from pentad.sdk.quiet_ticket import QuietTicket

Labels = NDArray[np.int32]
_WIDEN = 1.25
"""By how much the range seen in some good parts is widened for the others."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a training's depth is: measured or rendered ("true"), or integrated from normals; and its unit."""

    kind: str
    unit: DepthUnit

    @classmethod
    def of(cls, wanted: str, first: ViewPixels) -> "Source":
        """What the setting ``depth`` comes to with the first view; Problem where that has not what is wanted."""
        kind = wanted if wanted != "auto" else "true" if first.depth is not None else "normals"
        if kind == "true" and first.depth is None:
            why = "the setting 'depth' is 'true'"
            raise Problem("The training data has no depth", why, remedy="Use --set depth=normals (or auto).")
        if kind == "normals" and first.normals is None:
            why = f"the view '{first.view}' has neither depth nor normals"
            raise Problem("There is no depth to learn from", why, remedy="Compute normals with `pentad normals`.")
        return cls(kind, "mm" if kind == "true" or _distance(first) is not None else "relative")

    def depth(self, view: ViewPixels, ticket: Ticket) -> Floats:
        """(h, w) float32, NaN where there is none; Problem where the view lacks it or counts it in another unit."""
        if self.kind == "true":
            if view.depth is None or not np.isfinite(view.depth).any():
                raise self._lacking(view, "depth")
            return view.depth
        if view.normals is None:
            raise self._lacking(view, "normals")
        if (_distance(view) is not None) != (self.unit == "mm"):
            why = "some views have a calibrated camera and some have none"
            remedy = "Give every view a camera, or none (`--rig none`)."
            raise Problem(f"The view '{view.view}' counts depth in another unit than the first", why, remedy=remedy)
        return integrated(view, ticket, unit=self.unit)

    def _lacking(self, view: ViewPixels, what: str) -> Problem:
        remedy = "Learn from parts of one kind, or use --set depth=normals."
        return Problem(f"The view '{view.view}' has no {what}", f"depth is learnt from {what} here", remedy=remedy)


def integrated(view: ViewPixels, ticket: Ticket, *, unit: DepthUnit) -> Floats:
    """What the normals of a view that has some integrate to by DCT (h, w), NaN where there are none.

    "mm": through its camera, which says how far the rig's origin is, around which parts lie. Else, and without a
    camera, seen straight on and in pixels.
    """
    assert view.normals is not None
    distance = _distance(view) if unit == "mm" else None
    camera = None if distance is None else view.camera
    scale = None if distance is None else DepthScale(distance_mm=distance)
    normals = np.nan_to_num(view.normals)
    return integrate_normals(normals, QuietTicket(ticket), method="dct", camera=camera, scale=scale).depth


def _distance(view: ViewPixels) -> float | None:
    """Millimetres along the camera's axis to the rig's origin; None without a camera that looks at it."""
    if view.camera is None:
        return None
    distance = float(view.camera.rig_to_camera[2, 3])
    return distance if distance > 0 else None


@dataclass(frozen=True, slots=True)
class Ranges:
    """By view name, the centre and half the range of good parts' depth; "" is that of all views together.

    Parts lie alike in a fixture, so these two numbers make a network's [-1, 1] metric again.
    """

    by_view: Mapping[str, tuple[float, float]]

    @classmethod
    def of(cls, seen: Sequence[tuple[str, Floats]]) -> "Ranges":
        """From view names and depths (h, w), some good parts' of each name."""
        ends: dict[str, list[tuple[float, float]]] = {}
        for name, depth in seen:
            low, high = np.nanpercentile(depth, (0.5, 99.5))
            ends.setdefault(name, []).append((float(low), float(high)))
        every = [pair for pairs in ends.values() for pair in pairs]
        return cls({name: _range(pairs) for name, pairs in {"": every, **ends}.items()})

    def inward(self, name: str, depth: Floats) -> Floats:
        """Depth of a view called ``name`` as the network counts it."""
        centre, half = self._known(name)
        return np.asarray((depth - centre) / half, np.float32)

    def outward(self, name: str, depth: Floats) -> Floats:
        """What ``inward`` took."""
        centre, half = self._known(name)
        return np.asarray(depth * half + centre, np.float32)

    def half(self, name: str) -> float:
        """The depth that the network counts as 1."""
        return self._known(name)[1]

    def _known(self, name: str) -> tuple[float, float]:
        return self.by_view.get(name, self.by_view[""])


def _range(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    low, high = min(pair[0] for pair in pairs), max(pair[1] for pair in pairs)
    return (low + high) / 2, max(_WIDEN * (high - low) / 2, 1e-3)


def placed(shape: Floats, like: Floats, labels: Labels, *, scaled: bool = False) -> Floats:
    """``shape`` (h, w), each of its pieces moved so that it differs least from ``like`` in the mean square.

    ``labels`` (h, w) numbers the pieces from 1. ``scaled``: all are stretched by one factor first, for a shape of
    another unit.
    """
    out = shape.copy()
    both = np.isfinite(shape) & np.isfinite(like)
    if scaled and both.any():
        one, other = shape[both] - shape[both].mean(), like[both] - like[both].mean()
        out *= float(np.sum(one * other) / max(float(np.sum(one * one)), 1e-12))
    for piece in range(1, int(labels.max()) + 1):
        own = labels == piece
        seen = own & both
        if seen.any():
            out[own] += float(np.mean(like[seen] - out[seen]))
    return out
