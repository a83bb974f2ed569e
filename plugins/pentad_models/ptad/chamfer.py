"""The chamfer distance of two masks (PTAD eq. 3), exactly, by distance transforms instead of pairs of pixels."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from pentad.core.arrays import Bools, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Outlined:
    """A mask ``inside`` (h, w) and how many pixels each pixel is ``away`` from it, 0 inside (Euclidean, exact)."""

    inside: Bools
    away: Floats = field(repr=False)

    @classmethod
    def of(cls, inside: Bools) -> "Outlined":
        if not inside.any():
            return cls(inside, np.full(inside.shape, float(sum(inside.shape)), np.float32))
        outside = np.logical_not(inside).astype(np.uint8)
        away = cv2.distanceTransform(outside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        return cls(inside, np.asarray(away, np.float32))


def chamfer(query: Outlined, reference: Outlined) -> float:
    """Pixels: how far query pixels are from the reference on average, plus how far its are from the query.

    Where one of them is empty, each way counts height + width, farther than anything in the image.
    """
    nowhere = float(sum(query.inside.shape))
    there = float(reference.away[query.inside].mean()) if query.inside.any() else nowhere
    back = float(query.away[reference.inside].mean()) if reference.inside.any() else nowhere
    return there + back
