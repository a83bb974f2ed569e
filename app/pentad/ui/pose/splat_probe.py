"""Which splats a line of sight goes through, and how much each of them is seen."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pentad.annotation.preview import Handles, Path, Preview, Shape
from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.geometry.epipolar import epipolar_segment
from pentad.geometry.projection import project
from pentad.geometry.rigid import placed
from pentad.ui.splats.content import Eye, Gaussians

LEAST_ALPHA, MOST_ALPHA = 1 / 255, 0.99
"""As the shader and the rasterisers have them (3DGS)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A splat on a line of sight: its ``number`` in the cloud, how far ahead it is, in mm, its ``alpha`` there, and its
    ``weight``: alpha times what those before it let through."""

    number: int
    depth: float
    alpha: float
    weight: float


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """The ``hits`` of one line of sight, front to back; ``eye`` (3,) and ``way`` (3,), a unit vector, in the rig."""

    hits: tuple[Hit, ...]
    eye: Doubles
    way: Doubles

    @property
    def opacity(self) -> float:
        """How much of what is behind is hidden, 0 to 1; what a rasteriser's mask says there."""
        return sum(hit.weight for hit in self.hits)

    @property
    def most_seen(self) -> Hit | None:
        """The splat that is under the pointer."""
        return max(self.hits, key=lambda hit: hit.weight, default=None)


@dataclass(frozen=True, slots=True, eq=False)
class SeenIn:
    """A place and a line of sight in one view: the ``pixel`` (2,) y, x, NaN behind it, and the line (K, 2) y, x."""

    view: str
    pixel: Doubles
    line: Doubles


def look_along(
    gaussians: Gaussians,
    pose: Doubles,
    eye: Eye,
    pixel: tuple[float, float],
    *,
    opacity: float | None,
    grow: float = 1.0,
) -> Sight:
    """What ``eye`` sees at ``pixel`` (x, y) of splats that stand under ``pose`` (4, 4); ten ms for 100,000 of them.

    EWA splatting (Zwicker et al. 2001, 3DGS eq. 5), written for one pixel; ``opacity`` and ``grow`` as they are drawn.
    """
    there = eye.to_camera @ pose
    fx, fy, cx, cy = eye.focal
    place = gaussians.means @ there[:3, :3].T + (there[:3, :3] @ gaussians.middle + there[:3, 3])
    near = place[:, 2] >= gaussians.near
    z = np.where(near, place[:, 2], 1.0)
    x, y = place[:, 0] / z, place[:, 1] / z
    away = np.stack([pixel[0] - (fx * x + cx), pixel[1] - (fy * y + cy)], axis=1)
    # Why: no Gaussian is wider than the root of its trace; the rest need no shape worked out.
    trace = gaussians.first[:, 0] + gaussians.rest[:, 0] + gaussians.rest[:, 2]
    slant = 1 + max(map(abs, eye.sides[:2])) ** 2 + max(map(abs, eye.sides[2:])) ** 2
    widest = 2 * np.log(255) * (trace * grow**2 * slant * max(fx, fy) ** 2 / z**2 + eye.spread)
    some = np.flatnonzero(near & ((away**2).sum(axis=1) <= widest))
    alphas = _alphas(gaussians, some, there[:3, :3], eye, place[some], away[some], opacity=opacity, grow=grow)
    seen = alphas >= LEAST_ALPHA
    some, alphas = some[seen], alphas[seen]
    order = np.argsort(place[some, 2], kind="stable")
    some, alphas = some[order], alphas[order]
    weights = alphas * np.concatenate([[1.0], np.cumprod(1 - alphas)[:-1]]) if len(some) else alphas
    hits = zip(some.tolist(), place[some, 2].tolist(), alphas.tolist(), weights.tolist(), strict=True)
    rotation = eye.to_camera[:3, :3]
    way = rotation.T @ np.array([(pixel[0] - cx) / fx, (pixel[1] - cy) / fy, 1.0])
    return Sight(tuple(Hit(*hit) for hit in hits), -rotation.T @ eye.to_camera[:3, 3], way / np.linalg.norm(way))


def seen_in(cameras: Sequence[Camera], place: Doubles, sight: Sight, reach: tuple[float, float]) -> tuple[SeenIn, ...]:
    """Where ``place`` (3,) of the rig and the line of sight, from so many mm along it to so many, lie in each view."""
    found = []
    for camera in cameras:
        x, y = project(camera, place).tolist()
        found.append(SeenIn(camera.name, np.array([y, x]), _line(sight, camera, reach)))
    return tuple(found)


def mark_of(seen: SeenIn) -> Preview:
    """What is drawn over a view: a point at the pixel, and the line of sight."""
    shapes: list[Shape] = []
    if len(seen.line) > 1:
        shapes.append(Path(tuple((float(y), float(x)) for y, x in seen.line), dashed=True))
    if np.isfinite(seen.pixel).all():
        shapes.append(Handles(((float(seen.pixel[0]), float(seen.pixel[1])),)))
    return Preview(tuple(shapes))


def _line(sight: Sight, camera: Camera, reach: tuple[float, float]) -> Doubles:
    """The epipolar segment; nothing in the camera that one looks through, where it is a point."""
    if np.linalg.norm(camera.centre - sight.eye) < 1e-6 * reach[1]:
        return np.zeros((0, 2))
    side = np.cross(sight.way, np.roll(sight.way, 1) + np.array([0.1, 0.2, 0.3]))
    side /= np.linalg.norm(side)
    turn = np.stack([side, np.cross(sight.way, side), sight.way])
    along = Camera("", np.eye(3), placed(turn, -turn @ sight.eye), (1, 1))
    return epipolar_segment((0.0, 0.0), along, camera, max(reach[0], 1e-6 * reach[1]), reach[1])


def _alphas(
    gaussians: Gaussians,
    some: np.ndarray,
    turn: Doubles,
    eye: Eye,
    place: Doubles,
    away: Doubles,
    *,
    opacity: float | None,
    grow: float,
) -> Doubles:
    """(M,) of ``some`` splats, that lie at ``place`` (M, 3) before the camera and ``away`` (M, 2) px from the pixel."""
    fx, fy, _, _ = eye.focal
    z = place[:, 2]
    x, y = (np.clip(place[:, k] / z, eye.sides[2 * k], eye.sides[2 * k + 1]) for k in (0, 1))
    nothing = np.zeros_like(z)
    across = grow * np.stack([fx / z, nothing, -fx * x / z], axis=1) @ turn
    down = grow * np.stack([nothing, fy / z, -fy * y / z], axis=1) @ turn
    first, rest = gaussians.first[some].astype(np.float64), gaussians.rest[some].astype(np.float64)
    rows = [first, np.column_stack([first[:, 1], rest[:, :2]]), np.column_stack([first[:, 2], rest[:, 1:]])]
    shape = np.stack(rows, axis=1)
    xx = np.einsum("ni,nij,nj->n", across, shape, across) + eye.spread
    xy = np.einsum("ni,nij,nj->n", across, shape, down)
    yy = np.einsum("ni,nij,nj->n", down, shape, down) + eye.spread
    square = (yy * away[:, 0] ** 2 - 2 * xy * away[:, 0] * away[:, 1] + xx * away[:, 1] ** 2) / (xx * yy - xy * xy)
    own = gaussians.opacities[some] if opacity is None else opacity
    return np.asarray(np.minimum(own * np.exp(-0.5 * square), MOST_ALPHA), np.float64)
