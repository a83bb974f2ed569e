"""The view that is being annotated, as a tool sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.annotation.edit import Draft, MaskEdit, Stroke
from pentad.annotation.rule import Rule, Source
from pentad.core.arrays import Floats
from pentad.core.box import Box
from pentad.core.mask import Mask, MaskKey
from pentad.core.problem import Problem
from pentad.sdk import Ticket

T = TypeVar("T")
_BAND = 64
"""Rows that are worked on together: more would not stay in the processor's own memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Underlay:
    """Pixels beneath a mask: (h, w) float32, or (h, w, 3 or more) uint8 that begins with blue, green, red (of a normal
    map: z, y, x, black where there is none). They are stretched over ``size``, the mask's (height, width): a heatmap is
    coarser than its mask. ``threshold`` is where a heatmap's run draws the line between good and bad, if it does."""

    values: NDArray[Any]
    size: tuple[int, int]
    threshold: float | None = None

    @property
    def exact(self) -> bool:
        """Whether there is one pixel here for each of the mask."""
        return self.values.shape[:2] == self.size

    def crop(self, box: Box) -> NDArray[Any]:
        """The values at the mask's pixels of ``box`` (box.shape), resampled linearly where they are coarser."""
        if self.exact:
            return self.values[box.slices]
        fy, fx = self.values.shape[0] / self.size[0], self.values.shape[1] / self.size[1]
        # Why +0.5: a pixel's centre is half a pixel from the edge on either grid.
        moved = np.array([[fx, 0, (box.x0 + 0.5) * fx - 0.5], [0, fy, (box.y0 + 0.5) * fy - 0.5]])
        way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        shape = box.shape[::-1]
        return np.asarray(cv2.warpAffine(self.values, moved, shape, flags=way, borderMode=cv2.BORDER_REPLICATE))

    def intensity(self, box: Box) -> Floats:
        """(H, W) float32 of ``box``: the mean of the colour channels, 0 to 255, or the value itself."""
        crop = self.crop(box)
        if crop.ndim == 2:
            return crop.astype(np.float32, copy=False)
        mean: Floats = np.empty(crop.shape[:2], np.float32)
        for top in range(0, len(crop), _BAND):
            blue, green, red = (cv2.extractChannel(crop[top : top + _BAND], channel) for channel in range(3))
            total = cv2.add(cv2.add(blue, green, dtype=cv2.CV_16U), red, dtype=cv2.CV_16U)
            np.divide(total, np.float32(3), out=mean[top : top + _BAND])
        return mean


class Asked(Protocol):
    """A question under way; ``cancel`` gives it up, and then its answer never comes."""

    @property
    def settled(self) -> bool:
        """Whether it has come to its end: answered, failed or given up, by whomever."""

    def cancel(self) -> None: ...


class Sheet(Protocol):
    """One view under the hand. Tools live on the main thread; what takes long is asked, not done."""

    @property
    def key(self) -> MaskKey: ...

    @property
    def mask(self) -> Mask: ...

    @property
    def label(self) -> int:
        """What is painted: the chosen class's index."""

    @property
    def rule(self) -> Rule: ...

    @property
    def visible(self) -> Box:
        """The part of the image that can be seen, clipped to it."""

    @property
    def scale(self) -> float:
        """Screen pixels per image pixel."""

    def underlay(self, source: Source) -> Underlay | None:
        """What lies beneath, None where it is not at hand (yet)."""

    def stroke(self, name: str) -> Stroke:
        """Begin a change; ``commit`` ends it."""

    def commit(self, stroke: Stroke) -> MaskEdit | None:
        """Keep what the stroke did: in the history, in the journal. None where it changed nothing."""

    def draft(self, name: str) -> Draft:
        """Begin a change that a worker paints, on a copy of the mask; ``lay`` ends it."""

    def lay(self, draft: Draft, edit: MaskEdit | None) -> bool:
        """Keep what became of a draft; False where the mask is another one by now, or in the hand."""

    def ask(self, title: str, work: Callable[[Ticket], T], then: Callable[[T], None]) -> Asked:
        """Run ``work`` in the background and give its answer to ``then`` on the main thread; shown as a job.

        ``work`` takes values only. A newer question of the same sheet takes the older one's place. A Problem it raises
        is shown to the person.
        """

    def notice(self, problem: Problem) -> None:
        """Tell the person something."""
