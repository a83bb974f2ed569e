"""What one camera sees of a part that is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Bools
from pentad.core.camera import Camera
from pentad.gantry.chairs.chair import Chair
from pentad.gantry.chairs.picture import Glance, Stage, glance
from pentad.gantry.chairs.spoiling import ChairAnomaly, Spoilt

ANNOTATED_SIDE = 512
"""Boxes are written in pixels of an image of this size, whatever the images' own."""
_SEEN = 0.003
"""Share of an image's pixels in which a spoilt chair must differ from a good one."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What one camera sees of an anomaly: the part as it was (``old``) and as it is (``new``; None where it is
    missing), (H, W), the two glances, and what differs between them."""

    old: Bools
    new: Bools | None
    before: Glance
    after: Glance
    differs: Bools

    @staticmethod
    def of(good: Stage, bad: Stage, spoilt: Spoilt, camera: Camera) -> "Change":
        before, after = glance(good, camera), glance(bad, camera)
        place = _place(good.chair, spoilt.name)
        missing = spoilt.kind is ChairAnomaly.MISSING
        if missing:
            # Why: the parts after a missing one have moved up in the list.
            part = np.where(after.part >= place, after.part + 1, after.part)
            after = Glance(np.asarray(part, np.int32), after.depth)
        new = None if missing else np.asarray(after.part == place)
        return Change(np.asarray(before.part == place), new, before, after, before.changed(after))

    @property
    def plain(self) -> bool:
        """Whether a person would see it: enough pixels show another part, or the outline differs."""
        return bool(self.differs.mean() > _SEEN)

    def masks(self) -> Iterator[tuple[str, Bools]]:
        """The rasters of its annotation; a missing part is told where it would be, as the one mask there is."""
        yield "mask_new", self.old if self.new is None else self.new
        if self.new is not None:
            yield "mask_old", self.old
        yield "seg_new", self.after.part >= 0
        yield "seg_old", self.before.part >= 0

    def box(self) -> list[float]:
        """[x, y, width, height] around the part as it was and as it is, in pixels of a 512-px image."""
        rows, columns = np.nonzero(self.old if self.new is None else self.old | self.new)
        scale = ANNOTATED_SIDE / self.old.shape[0]
        x, y = columns.min(), rows.min()
        sides = (x, y, columns.max() + 1 - x, rows.max() + 1 - y)
        return [round(float(side * scale), 3) for side in sides]

    def overlap(self) -> float:
        """Intersection over union of the part as it was and as it is."""
        if self.new is None:
            return 0.0
        return round(float((self.old & self.new).sum() / max((self.old | self.new).sum(), 1)), 4)


def _place(chair: Chair, name: str) -> int:
    return [part.name for part in chair.parts].index(name)
