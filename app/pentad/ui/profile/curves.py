"""Which curves a cross-section has, by quantity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pentad.session.sectioning import Section
from pentad.ui.profile.plot import Curve

OWN, OTHER = "accent", "good"
AXES = ("alarm", "good", "accent")
"""The colours of a normal's x, y and z."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One plot: ``unit`` None is the section's own, of length."""

    title: str
    unit: str | None
    tip: str


QUANTITIES: Mapping[str, Quantity] = {
    "height": Quantity("Height", None, "By summing up the slopes from the start; it begins anew behind a hole"),
    "slope": Quantity("Slope", "°", "How steeply the surface rises on the way; level is zero"),
    "normals": Quantity("Normal", "", "Components of the unit normal: x right, y up, z to the camera"),
    "depth": Quantity("Depth", "mm", "Camera z of the data set's own depth; farther is more"),
}


def curves_of(section: Section, quantity: str) -> Sequence[Curve]:
    """What is drawn of a section; nothing where it has no such quantity."""
    found, other = section.found, section.reference
    match quantity:
        case "height":
            own = Curve(section.sample, found.along, found.height, OWN)
            return [own, *([Curve(section.against, other.along, other.height, OTHER, faint=True)] if other else [])]
        case "slope":
            own = Curve(section.sample, found.along, found.slope_deg, OWN)
            return [own, *([Curve(section.against, other.along, other.slope_deg, OTHER, faint=True)] if other else [])]
        case "normals":
            own_axes = [Curve(axis, found.along, found.normals[:, k], AXES[k]) for k, axis in enumerate("xyz")]
            if other is None:
                return own_axes
            theirs = [
                Curve(f"{axis} of {section.against}", other.along, other.normals[:, k], AXES[k], faint=True)
                for k, axis in enumerate("xyz")
            ]
            return [*own_axes, *theirs]
        case _:
            known = bool(np.isfinite(section.depth).any())
            return [Curve(section.sample, found.along, section.depth, OWN)] if known else []
