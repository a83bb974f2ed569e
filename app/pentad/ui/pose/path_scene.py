"""Where a pose run's cameras stood in the part's own coordinates, iteration by iteration, without any screen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import PoseStep, Reference
from pentad.geometry.frustum import Frustum, frustum
from pentad.geometry.picking import frustum_at
from pentad.geometry.viewpoint import Viewpoint, box_corners
from pentad.session.rig_scene import Board, Name
from pentad.ui.pose.viewing import Viewing

STEP, REFERENCE, CAMERA = "step", "reference", "camera"
"""Kinds of what can be chosen in the scene; ``chosen`` tells them from each other again."""
IMAGE_SHARE = 0.55
"""How much of the way to the part's middle the image of the camera looked at stands from it."""
_REFERENCE_SHARE = 0.11
_PATH_PX = 9.0
_LEAST_DEPTH = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Trail:
    """The way of one camera about the part in one ``start``: its ``eyes`` (N, 3) at the iterations ``steps`` (N,)."""

    start: int
    steps: NDArray[np.int64]
    eyes: Doubles
    losses: Doubles

    @property
    def pieces(self) -> Doubles:
        """(N - 1, 2, 3) from each iteration to the next one of this start."""
        return np.stack([self.eyes[:-1], self.eyes[1:]], axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """What stays while one looks through a run: the followed ``camera``, the part's ``middle`` (3,) and ``size``, what
    is up (``pole``), and the ``references`` as small frusta, with all their ``edges`` (N, M, 2, 3)."""

    camera: Camera
    middle: Doubles
    size: float
    bounds: Doubles
    pole: Doubles
    references: tuple[Frustum, ...]
    edges: Doubles

    @classmethod
    def of(cls, mesh: Mesh, camera: Camera, references: Sequence[Reference]) -> "Stand":
        viewing = Viewing.of(mesh, camera, references)
        pole = np.eye(3)[viewing.up]
        small = tuple(
            _aimed(in_part(camera, each.pose), f"{REFERENCE} {number}", viewing.middle, _REFERENCE_SHARE)
            for number, each in enumerate(references)
        )
        size = float(np.linalg.norm(np.ptp(mesh.bounds, axis=0)))
        edges = np.stack([each.edges for each in small]) if small else np.zeros((0, 0, 2, 3))
        return cls(camera, viewing.middle, size, mesh.bounds, pole, small, edges)

    @property
    def corners(self) -> Doubles:
        """(8, 3) of the part's box."""
        return box_corners(self.bounds)


@dataclass(frozen=True, slots=True, eq=False)
class PathScene:
    """Everything in the scene that has a name or can be chosen; what the 3D view calls a Scene."""

    frusta: tuple[Frustum, ...]
    names: tuple[Name, ...]
    pole: Doubles
    trails: tuple[Trail, ...]
    board: Board | None = None

    def at(self, point: tuple[float, float], viewpoint: Viewpoint, size: tuple[int, int]) -> str | None:
        """An iteration of the path goes before a reference, and that before a camera, whose image covers much."""
        number = step_at(self.trails, point, viewpoint, size)
        if number is not None:
            return f"{STEP} {number}"
        small = [each for each in self.frusta if each.name.startswith(REFERENCE)]
        large = [each for each in self.frusta if not each.name.startswith(REFERENCE)]
        return frustum_at(small, point, viewpoint, size) or frustum_at(large, point, viewpoint, size)


def in_part(camera: Camera, pose: Doubles) -> Camera:
    """The camera as it stands in the part's own coordinates where the part has ``pose`` (4, 4), mesh to rig."""
    return replace(camera, world_to_camera=camera.rig_to_camera @ pose, station=np.eye(4))


def eyes_about_part(steps: Sequence[PoseStep], camera: Camera) -> Doubles:
    """(N, 3) where the camera stood in the part's coordinates: -R^T t of mesh to camera."""
    if not steps:
        return np.zeros((0, 3))
    there = camera.rig_to_camera @ np.stack([step.pose for step in steps])
    return np.asarray(-np.einsum("nji,nj->ni", there[:, :3, :3], there[:, :3, 3]))


def trails(steps: Sequence[PoseStep], camera: Camera) -> tuple[Trail, ...]:
    """One a start, in the order of the starts."""
    places = eyes_about_part(steps, camera)
    starts = np.array([step.start for step in steps], np.int64)
    losses = np.array([step.loss for step in steps], np.float64)
    which = [np.flatnonzero(starts == start) for start in np.unique(starts)]
    return tuple(Trail(int(starts[some[0]]), some, places[some], losses[some]) for some in which)


def loss_shares(losses: Doubles, span: tuple[float, float]) -> Doubles:
    """(N,) 0 for the least of ``span`` to 1 for the greatest, by their logarithms: losses fall by factors."""
    low, high = (np.log(max(end, 1e-9)) for end in span)
    return np.asarray(np.clip((np.log(np.maximum(losses, 1e-9)) - low) / max(high - low, 1e-9), 0, 1))


def step_at(
    trails: Sequence[Trail], point: tuple[float, float], viewpoint: Viewpoint, size: tuple[int, int]
) -> int | None:
    """The iteration whose camera is drawn nearest to ``point`` (x, y), if that is within 9 pixels.

    Of several on one spot the last: a path ends where it stands still.
    """
    found: tuple[float, int] | None = None
    for trail in trails:
        seen = viewpoint.project(trail.eyes, size)[:, :2]
        apart = np.hypot(seen[:, 0] - point[0], seen[:, 1] - point[1])
        apart = np.where(np.isfinite(apart), apart, np.inf)
        nearest = float(apart.min())
        if nearest <= _PATH_PX and (found is None or nearest < found[0]):
            last = int(np.flatnonzero(apart <= nearest + 0.5)[-1])
            found = nearest, int(trail.steps[last])
    return found[1] if found is not None else None


def cameras_there(cameras: Sequence[Camera], pose: Doubles, middle: Doubles) -> tuple[Frustum, ...]:
    """The run's cameras where the part has ``pose``, their images on the way to its middle."""
    return tuple(_aimed(in_part(camera, pose), f"{CAMERA} {camera.name}", middle, IMAGE_SHARE) for camera in cameras)


def chosen(name: str) -> tuple[str, str]:
    """The kind of what was chosen, and which: ("step", "12")."""
    kind, _, which = name.partition(" ")
    return kind, which


def overview(stand: Stand, trails: Sequence[Trail], cameras: Sequence[Frustum] = ()) -> Doubles:
    """(N, 3) places that must be seen to see it all."""
    apexes = [each.apex[None] for each in (*stand.references, *cameras)]
    return np.concatenate([stand.corners, *apexes, *(trail.eyes for trail in trails)])


def _aimed(camera: Camera, name: str, middle: Doubles, share: float) -> Frustum:
    """Its pyramid up to ``share`` of the way to ``middle``, or a little one where that lies behind it."""
    ahead = camera.rig_to_camera[2, :3] @ middle + camera.rig_to_camera[2, 3]
    far = float(np.linalg.norm(camera.centre - middle))
    return frustum(camera, name=name, depth=max(share * (float(ahead) if ahead > 0 else far), _LEAST_DEPTH), cells=1)
