"""From a normal map to depth: what may be integrated, by which method, in which unit."""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles, Floats, Normals
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.integration.bilateral import integrate_bilateral
from pentad.geometry.integration.poisson import integrate_poisson
from pentad.geometry.integration.slopes import slopes_of
from pentad.geometry.normals_codec import unit
from pentad.sdk import Ticket
from pentad.sdk.part_of import PartOf
from pentad.sdk.quiet_ticket import QuietTicket

Method = Literal["dct", "bilateral"]
Pieces = NDArray[np.int32]
"""(H, W), a number from 1 on for each region that hangs together by pixels' sides; 0 is none."""
_ROWS = 512
_STEEPEST = 80.0


@dataclass(frozen=True, slots=True)
class DepthScale:
    """What is known of a relief's size and place beyond its shape.

    ``pixel_mm``: the length of a pixel's side on a part seen without perspective. ``distance_mm``: the mean depth of
    every piece. ``at``: row, column and depth (mm) of one known pixel; it places its own piece, and the others get that
    piece's mean depth.
    """

    pixel_mm: float | None = None
    distance_mm: float | None = None
    at: tuple[int, int, float] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """Depth from normals: camera z, growing away from the camera.

    ``depth`` (H, W) float32, NaN where nothing is known. ``unit`` is "mm" where the scale is known; else "px" (without
    perspective: depths are to a mean of zero) or "relative" (with: the mean depth is 1). ``pieces`` are regions that do
    not touch: of their places against each other nothing is known. ``holes`` are pixels of the mask without a normal;
    ``clamped`` those seen at a grazing angle, whose slope is too uncertain to be believed.
    """

    depth: Floats
    method: Method
    unit: Literal["mm", "px", "relative"]
    pieces: int
    holes: int
    clamped: int

    @property
    def pixels(self) -> int:
        """How many have a depth."""
        return int(np.count_nonzero(np.isfinite(self.depth)))


def integrate_normals(
    normals: Normals,
    ticket: Ticket,
    *,
    method: Method,
    mask: Bools | None = None,
    camera: Camera | None = None,
    scale: DepthScale | None = None,
) -> Relief:
    """The relief whose normals these are: (H, W, 3) in camera axes, zero or NaN for "no normal here".

    ``method``: ``dct`` is smooth everywhere (Poisson's equation), ``bilateral`` may break where the normals say so.
    With ``camera`` the part is seen in perspective and through its lens, else straight on. Regions that do not touch
    are integrated at once, each with its own constant. Memory: about 50 bytes a pixel for ``dct``, 100 for
    ``bilateral``. Problem where nothing is left to integrate, or where sizes do not fit.
    """
    _check(normals, mask, camera)
    ticket.report(0.0, "Reading slopes")
    clean = unit(normals)
    valid: Bools = np.asarray(clean.any(axis=2))
    if mask is not None:
        valid &= mask
    if not valid.any():
        raise _nothing(mask)
    known = scale or DepthScale()
    _check_scale(known, valid, camera)
    slopes = slopes_of(clean, valid, camera)
    del clean
    inside = PartOf(ticket, 0.1, 0.95)
    depth = integrate_bilateral(slopes, inside) if method == "bilateral" else integrate_poisson(slopes, inside)
    ticket.report(0.95, "Placing the pieces")
    count, labels = _pieces(valid, QuietTicket(ticket))
    depth, unit_name = _placed(depth, labels, count, slopes.focal, known)
    asked = valid.size if mask is None else int(np.count_nonzero(mask))
    holes = asked - int(np.count_nonzero(valid))
    ticket.report(1.0)
    return Relief(depth, method, unit_name, count, holes, slopes.clamped)


def _pieces(valid: Bools, ticket: Ticket) -> tuple[int, Pieces]:
    ticket.check()
    count, labels = cv2.connectedComponents(valid.view(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    return count - 1, np.asarray(labels, np.int32)


def _placed(
    depth: Floats, labels: Pieces, count: int, focal: float | None, known: DepthScale
) -> tuple[Floats, Literal["mm", "px", "relative"]]:
    """Each piece's constant set, pixels made millimetres where that is known, NaN outside."""
    depth = _shifted(depth, labels, -_means(depth, labels, count))
    row, column, target = known.at or (0, 0, 0.0)
    own = int(labels[row, column])
    if focal is None:
        depth *= np.float32(known.pixel_mm or 1.0)
        place = known.distance_mm or 0.0
        if known.at is not None:
            place = target - float(depth[row, column])
        depth += np.float32(place)
        depth[labels == 0] = np.nan
        return depth, "mm" if known.pixel_mm is not None else "px"
    # Why the limit: e^80 still is a float; no part is that deep, and a flawed map shall not end in infinity.
    np.exp(np.clip(depth / np.float32(focal), -_STEEPEST, _STEEPEST), out=depth)
    means = _means(depth, labels, count)
    mean = known.distance_mm or 1.0
    if known.at is not None:
        mean = target / float(depth[row, column]) * float(means[own])
    factors = np.divide(mean, means, out=np.ones_like(means), where=means > 0)
    depth = _scaled(depth, labels, factors)
    depth[labels == 0] = np.nan
    return depth, "relative" if known.distance_mm is None and known.at is None else "mm"


def _means(depth: Floats, labels: Pieces, count: int) -> Doubles:
    """(count + 1,) each piece's mean; summed in bands, for weights of bincount are doubles."""
    sums, sizes = np.zeros(count + 1), np.zeros(count + 1)
    for rows in _bands(depth):
        flat = labels[rows].ravel()
        sums += np.bincount(flat, depth[rows].ravel(), count + 1)
        sizes += np.bincount(flat, minlength=count + 1)
    return np.asarray(sums / np.maximum(sizes, 1))


def _shifted(depth: Floats, labels: Pieces, by: Doubles) -> Floats:
    found = np.empty(depth.shape, np.float32)
    for rows in _bands(depth):
        found[rows] = depth[rows] + by[labels[rows]]
    return found


def _scaled(depth: Floats, labels: Pieces, by: Doubles) -> Floats:
    for rows in _bands(depth):
        depth[rows] *= by[labels[rows]]
    return depth


def _bands(depth: Floats) -> list[slice]:
    return [slice(top, top + _ROWS) for top in range(0, depth.shape[0], _ROWS)]


def _check(normals: Normals, mask: Bools | None, camera: Camera | None) -> None:
    if normals.ndim != 3 or normals.shape[2] != 3 or not normals.size:
        why = f"its shape is {normals.shape}, not (height, width, 3)"
        raise Problem("This is not a normal map", why, remedy="Give an image with three channels.")
    height, width = normals.shape[:2]
    if mask is not None and mask.shape != (height, width):
        why = f"the mask is {mask.shape[1]} x {mask.shape[0]} px, the normals {width} x {height}"
        raise Problem("The mask does not fit the normals", why, remedy="Give a mask of the normal map's size.")
    if camera is not None and camera.size != (height, width):
        why = f"they are for {camera.size[1]} x {camera.size[0]} px, the normals are {width} x {height}"
        remedy = "Give intrinsics calibrated, or converted, for this size; they are never scaled silently."
        raise Problem("The intrinsics do not fit the normals", why, remedy=remedy)


def _nothing(mask: Bools | None) -> Problem:
    if mask is not None and not mask.any():
        return Problem("The mask has no pixels", remedy="Give a mask that is not black where the part is.")
    where = "" if mask is None else " inside the mask"
    why = f"all its vectors{where} are zero or not numbers"
    return Problem("The normal map has no normals", why, remedy="Check the file, and its encoding.")


def _check_scale(scale: DepthScale, valid: Bools, camera: Camera | None) -> None:
    lengths = {"pixel size": scale.pixel_mm, "distance": scale.distance_mm, "known depth": scale.at and scale.at[2]}
    for name, length in lengths.items():
        if length is not None and not 0 < length < np.inf:
            raise Problem(f"The {name} is {length:g} mm", remedy="Give a positive number of millimetres.")
    if scale.pixel_mm is not None and camera is not None:
        why = "with intrinsics the size of a pixel follows from the distance"
        raise Problem("A pixel size does not go with intrinsics", why, remedy="Give the distance instead.")
    if scale.pixel_mm is None and camera is None and (scale.distance_mm is not None or scale.at is not None):
        why = "without intrinsics the relief is in pixels until a pixel's size is known"
        raise Problem("A distance alone gives no millimetres", why, remedy="Give the size of a pixel too.")
    if scale.at is not None:
        row, column, _ = scale.at
        height, width = valid.shape
        if not (0 <= row < height and 0 <= column < width and valid[row, column]):
            why = f"column {column}, row {row} is outside the image or the mask, or has no normal"
            raise Problem("There is no depth at the known pixel", why, remedy="Choose a pixel on the part.")
