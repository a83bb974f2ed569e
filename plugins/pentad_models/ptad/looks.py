"""Query masks made ready: straightened where the lens bends, cut to the part and reduced, each with its own camera."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.frame import box_rim
from pentad.geometry.projection import ideal
from pentad.geometry.rectifying import rectified
from pentad.geometry.resizing import scaled
from pentad.sdk import Look

_MAIN_SHARE = 0.05
"""A region so much smaller than the largest is no part of what the cut is made for."""
_MULTIPLE = 8
"""Working sizes are multiples of this, so that they can be halved three times."""
_SMALLEST = 48
_RIGID = 1e-3
_LEAST_LONG = 8
"""Pixels that a part must be long, for the search's smallest masks to show it in two."""
_MOST_ASIDE = math.radians(80)
"""From the optical axis; no lens without a model of its own for it sees so far."""


@dataclass(frozen=True, slots=True, eq=False)
class WorkingLook:
    """A look without distortion: ``camera``, ``mask`` (h, w) in 0 to 1, and ``known`` (h, w), false where the image
    that was given does not reach. ``cut_off``: the part reaches the image's border, so some of it may lie beyond."""

    camera: Camera
    mask: Floats
    known: Bools
    cut_off: bool

    @property
    def inside(self) -> Bools:
        return self.mask > 0.5


def working_look(look: Look, *, side: int, margin: float) -> WorkingLook:
    """``look`` cut to its part and ``margin`` times the part's size around it, at most ``side`` pixels on a side.

    It is never enlarged. Problem for a camera or a mask that cannot be used.
    """
    _check(look)
    box = _main_box(look.mask)
    _check_long(box, look.camera.name)
    size, scale = _working_size(box, side, margin)
    cut_off = bool(box[0] <= 0 or box[1] <= 0 or box[2] >= look.mask.shape[0] or box[3] >= look.mask.shape[1])
    camera = look.camera
    if not camera.distortion.any() and not camera.matrix[0, 1] and not camera.matrix[1, 0]:
        mask, known, matrix = _cut(look.mask, camera, _around(box, size, scale), size)
    else:
        mask, known, matrix = _straightened(look, box, size, margin)
    plain = replace(camera, matrix=matrix, size=size, distortion=np.zeros(5), resized=None)
    found = WorkingLook(plain, np.where(known, mask, 0).astype(np.float32), known, cut_off)
    _check_left(found)
    return found


def _check(look: Look) -> None:
    camera, mask = look.camera, look.mask
    name = camera.name or "the image"
    focal = camera.matrix[[0, 1], [0, 1]] if camera.matrix.shape == (3, 3) else np.zeros(2)
    rigid = camera.rig_to_camera
    numbers = np.concatenate([camera.matrix.ravel(), camera.distortion.ravel(), rigid.ravel()])
    if not np.isfinite(numbers).all() or not (focal > 1e-6).all():
        why = "its matrix has no focal length, or numbers that are none"
        raise Problem(f"The camera of {name} cannot be used", why, remedy="Calibrate it, or give its focal length.")
    turn = rigid[:3, :3]
    if not np.allclose(turn @ turn.T, np.eye(3), atol=_RIGID) or np.linalg.det(turn) < 0:
        why = "its extrinsics are no rotation and shift"
        raise Problem(f"The camera of {name} cannot be used", why, remedy="Check the rig's file.")
    if mask.ndim != 2 or mask.shape != tuple(camera.size):
        why = f"the mask is {mask.shape}, the camera's image {tuple(camera.size)} (height, width)"
        raise Problem(f"The mask of {name} has another size than its camera", why, remedy="Scale one of them.")
    if not np.isfinite(mask).all():
        raise Problem(f"The mask of {name} holds values that are no numbers", remedy="Make the mask again.")
    inside = mask > 0.5
    if not inside.any():
        raise Problem(f"The mask of {name} is empty", "no pixel belongs to the part", remedy="Mark the part first.")
    if inside.all():
        why = "every pixel belongs to the part, so there is no outline to follow"
        raise Problem(f"The mask of {name} fills its image", why, remedy="Mark the part only, or take the photo wider.")


def _check_long(box: tuple[int, int, int, int], name: str) -> None:
    tall, wide = box[2] - box[0], box[3] - box[1]
    if max(tall, wide) < _LEAST_LONG:
        what, why = f"The part in {name or 'the image'} is too small to align", f"it is {wide} x {tall} pixels"
        raise Problem(what, why, remedy="Take the photo closer, or mark the whole part.")


def _check_left(look: WorkingLook) -> None:
    """Problem where the working mask is empty, or lies where no camera could see it."""
    name = look.camera.name or "the image"
    y, x = np.nonzero(look.inside)
    if not len(y):
        why = "its mask is finer than the pixels that the pose is worked out on, or lies beyond what the lens shows"
        remedy = "Raise the setting side, give a mask of the whole part, or calibrate the lens again."
        raise Problem(f"Nothing of the part is left in {name}", why, remedy=remedy)
    across, down, _ = np.linalg.solve(look.camera.matrix, [x.mean(), y.mean(), 1.0])
    aside = math.atan(math.hypot(across, down))
    if aside > _MOST_ASIDE:
        why = f"the part would lie {math.degrees(aside):.0f}\N{DEGREE SIGN} off its axis"
        remedy = "Check its focal length and its principal point."
        raise Problem(f"The camera of {name} cannot be used", why, remedy=remedy)


def _main_box(mask: Floats) -> tuple[int, int, int, int]:
    """y0, x0, y1, x1 around the larger regions."""
    inside = (mask > 0.5).astype(np.uint8)
    _, _, facts, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    areas = facts[1:, cv2.CC_STAT_AREA]
    kept = facts[1:][areas >= _MAIN_SHARE * areas.max()]
    x0, y0 = kept[:, cv2.CC_STAT_LEFT], kept[:, cv2.CC_STAT_TOP]
    x1, y1 = x0 + kept[:, cv2.CC_STAT_WIDTH], y0 + kept[:, cv2.CC_STAT_HEIGHT]
    return int(y0.min()), int(x0.min()), int(y1.max()), int(x1.max())


def _working_size(box: tuple[int, int, int, int], side: int, margin: float) -> tuple[tuple[int, int], float]:
    """(h, w) of the working image, and how many of the given pixels one of its pixels is wide; at least one."""
    tall, wide = (box[2] - box[0]), (box[3] - box[1])
    around = 2 * margin * max(tall, wide)
    scale = max(1.0, (max(tall, wide) + around) / side)
    tall, wide = (max(_SMALLEST, _MULTIPLE * round((length + around) / scale / _MULTIPLE)) for length in (tall, wide))
    return (min(tall, max(side, _SMALLEST)), min(wide, max(side, _SMALLEST))), scale


def _around(box: tuple[int, int, int, int], size: tuple[int, int], scale: float) -> tuple[int, int, int, int]:
    """The box of given pixels, maybe beyond the image, that becomes the working image."""
    y, x = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    tall, wide = (max(length, round(length * scale)) for length in size)
    y0, x0 = round(y - tall / 2), round(x - wide / 2)
    return y0, x0, y0 + tall, x0 + wide


def _cut(
    mask: Floats, camera: Camera, box: tuple[int, int, int, int], size: tuple[int, int]
) -> tuple[Floats, Bools, Doubles]:
    """The mask in ``box`` reduced to ``size`` by areas, which of its pixels lie in the image, and K for it."""
    y0, x0, y1, x1 = box
    padded = np.zeros((y1 - y0, x1 - x0), np.float32)
    inside = np.zeros_like(padded)
    ys, xs = slice(max(y0, 0), min(y1, mask.shape[0])), slice(max(x0, 0), min(x1, mask.shape[1]))
    there = slice(ys.start - y0, ys.stop - y0), slice(xs.start - x0, xs.stop - x0)
    padded[there] = np.clip(mask[ys, xs], 0, 1)
    inside[there] = 1
    reduced, seen = (cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA) for image in (padded, inside))
    shifted = camera.matrix.copy()
    shifted[:2, 2] -= x0, y0
    matrix = scaled(replace(camera, matrix=shifted, size=padded.shape), size=size).matrix
    return np.asarray(reduced, np.float32), np.asarray(seen) > 1 - 1e-3, matrix


def _straightened(
    look: Look, box: tuple[int, int, int, int], size: tuple[int, int], margin: float
) -> tuple[Floats, Bools, Doubles]:
    """As ``_cut``, through a pinhole camera that looks the same way."""
    low, high = _ideal_box(look.camera, box)
    focal = max(size) / (1 + 2 * margin) / max(float((high - low).max()), 1e-9)
    matrix = np.array([[focal, 0, (size[1] - 1) / 2], [0, focal, (size[0] - 1) / 2], [0, 0, 1.0]])
    matrix[:2, 2] -= focal * (low + high) / 2
    plain = replace(look.camera, matrix=matrix, size=size, distortion=np.zeros(5), resized=None)
    both = np.stack([np.clip(look.mask, 0, 1), np.ones_like(look.mask)], axis=-1).astype(np.float32)
    seen = rectified(both, look.camera, plain)
    return np.asarray(seen[..., 0], np.float32), np.asarray(seen[..., 1]) > 1 - 1e-3, matrix


def _ideal_box(camera: Camera, box: tuple[int, int, int, int]) -> tuple[Doubles, Doubles]:
    """Least and greatest ideal x, y on the box's border; Problem where the lens does not tell."""
    rim = box_rim((box[0] - 0.5, box[1] - 0.5, box[2] - 0.5, box[3] - 0.5), 17)
    flat = ideal(camera, rim)
    flat = flat[np.isfinite(flat).all(axis=1)]
    if len(flat) < len(rim) // 2:
        why = "its distortion was fitted to less of the image than the part covers"
        remedy = "Calibrate it again, with the board in every corner of the image."
        raise Problem(f"The lens of {camera.name or 'the camera'} does not tell where the part is", why, remedy=remedy)
    return flat.min(axis=0), flat.max(axis=0)
