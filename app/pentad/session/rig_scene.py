"""What there is to draw of a rig, in millimetres: pyramids of sight, board, axes and names, without any screen."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.geometry.frustum import Frustum, focus, frustum, gaze, on_board
from pentad.geometry.picking import frustum_at
from pentad.geometry.viewpoint import Viewpoint

_LINES = 16
"""Board lines each way, at most twice as many."""
_AXIS = 5
"""Of the board's steps is an axis long."""


class Frame(StrEnum):
    """Whose axes the scene is drawn in.

    RIG: the stations have carried every board to one place. PUBLISHED: each camera as its file has it, relative to the
    board it was calibrated against, and those boards need not be one and the same.
    """

    RIG = "rig"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Name:
    """Words beside a place (3,) of the scene. ``view`` is the view they name, if any.

    ``worth`` mm: they are only to be read where that much is large on the screen. ``axis``: 0 to 2 for x, y and z.
    """

    text: str
    place: tuple[float, float, float]
    view: str | None = None
    worth: float = math.inf
    axis: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """The plane z = 0: ``lines`` (N, 2, 3), one every ``step`` mm, and the ``corners`` (4, 3)."""

    lines: Doubles
    step: float
    corners: Doubles

    @property
    def width(self) -> float:
        """Millimetres along x."""
        return float(np.ptp(self.corners[:, 0]))


@dataclass(frozen=True, slots=True, eq=False)
class RigScene:
    """A rig to be drawn in one frame. ``cameras`` are by view, their station taken away where the frame is PUBLISHED.

    ``axes`` (3, 2, 3) are x, y and z from the origin, ``axis_mm`` long. ``pole`` (3,) is the side of the board that the
    cameras stand on. ``reach``: how many mm ahead of each view's camera its image plane would go through the part.
    """

    frame: Frame
    cameras: Mapping[str, Camera]
    frusta: tuple[Frustum, ...]
    board: Board
    axes: Doubles
    axis_mm: float
    names: tuple[Name, ...]
    pole: Doubles
    reach: Mapping[str, float]

    @property
    def extent(self) -> Doubles:
        """(N, 3) places that an overview must show."""
        parts = [frustum.corners for frustum in self.frusta] + [frustum.apex[None] for frustum in self.frusta]
        return np.concatenate([*parts, self.board.corners])

    def at(self, point: tuple[float, float], viewpoint: Viewpoint, size: tuple[int, int]) -> str | None:
        """The view whose frustum lies at ``point`` (x, y) of a picture of ``size`` (height, width), or None."""
        return frustum_at(self.frusta, point, viewpoint, size)


def rig_scene(cameras: Mapping[str, Camera], frame: Frame, *, share: float) -> RigScene:
    """The scene of at least one camera, by view; image planes ``share`` of the way to the part (0 to 1, not 0)."""
    shown = dict(cameras) if frame is Frame.RIG else {view: _as_published(camera) for view, camera in cameras.items()}
    reach = _reaches(shown, frame)
    frusta = tuple(frustum(camera, name=view, depth=reach[view] * share) for view, camera in shown.items())
    pole = np.array([0.0, 0.0, 1.0 if np.mean([camera.centre[2] for camera in shown.values()]) >= 0 else -1.0])
    footprint = np.concatenate([_footprint(camera, reach[view]) for view, camera in shown.items()])
    board = _board(footprint)
    tips, axes = _axes(board)
    names = (*(Name(each.name, _place(each.apex), each.name) for each in frusta), *tips, _board_name(board))
    return RigScene(frame, shown, frusta, board, axes, _AXIS * board.step, names, pole, reach)


def cloud_scene(places: Floats) -> RigScene:
    """The scene of points (N, 3) that lie on the plane z = 0, where there are no cameras."""
    board = _board(np.stack([places.min(axis=0), places.max(axis=0)]).astype(np.float64))
    tips, axes = _axes(board)
    return RigScene(
        Frame.RIG, {}, (), board, axes, _AXIS * board.step, (*tips, _board_name(board)), np.array([0, 0, 1.0]), {}
    )


def without_covered_tips(scene: RigScene, bounds: Doubles) -> RigScene:
    """``scene`` without the names of those axes that end within the bounds (2, 3) of a part."""
    low, high = bounds
    names = tuple(
        name for name in scene.names if name.axis is None or not ((name.place > low) & (name.place < high)).all()
    )
    return replace(scene, names=names)


def likely_unit(bounds: Doubles, scene: RigScene) -> float | None:
    """The millimetres of one unit of a mesh with these bounds (2, 3), where it hardly fits ``scene`` in millimetres.

    1000 for metres, 0.001 for micrometres; None where it fits as it is, or in neither.
    """
    share = float(np.linalg.norm(np.ptp(bounds, axis=0)) / np.linalg.norm(np.ptp(scene.board.corners, axis=0)))
    fitting = [unit for unit in (1.0, 1000.0, 0.001) if 0.02 <= share * unit <= 5]
    return fitting[0] if fitting and fitting[0] != 1 else None


def round_step(length: float, pieces: int) -> float:
    """1, 2 or 5 times a power of ten, so that ``length`` holds between ``pieces`` and 2.5 times as many of them."""
    raw = length / pieces
    power = 10.0 ** math.floor(math.log10(raw))
    return next(step * power for step in (5, 2, 1) if step * power <= raw * (1 + 1e-9))


def _as_published(camera: Camera) -> Camera:
    return replace(camera, station=np.eye(4))


def _reaches(cameras: Mapping[str, Camera], frame: Frame) -> dict[str, float]:
    """How far ahead of each camera the part is, along its own z."""
    every = list(cameras.values())
    if frame is Frame.RIG:
        places = np.broadcast_to(focus(every), (len(every), 3))
    else:
        places = on_board(np.stack([c.centre for c in every]), np.stack([gaze(c) for c in every]))
    depths = [float(c.rig_to_camera[2, :3] @ p + c.rig_to_camera[2, 3]) for c, p in zip(every, places, strict=True)]
    return {view: max(depth, 1e-3) for view, depth in zip(cameras, depths, strict=True)}


def _footprint(camera: Camera, reach: float) -> Doubles:
    """(4, 3) the image's corners at the part."""
    return frustum(camera, name="", depth=reach, cells=1).corners


def _board(footprint: Doubles) -> Board:
    low, high = footprint[:, :2].min(axis=0), footprint[:, :2].max(axis=0)
    step = round_step(float((high - low).max()), _LINES)
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    x, y = (np.arange(round((b - a) / step) + 1) * step + a for a, b in zip(low, high, strict=True))
    along_y = [[(at, y[0], 0.0), (at, y[-1], 0.0)] for at in x]
    along_x = [[(x[0], at, 0.0), (x[-1], at, 0.0)] for at in y]
    corners = np.array([(x[0], y[0], 0), (x[-1], y[0], 0), (x[-1], y[-1], 0), (x[0], y[-1], 0)], np.float64)
    return Board(np.array(along_y + along_x), step, corners)


def _axes(board: Board) -> tuple[list[Name], Doubles]:
    """The names at their tips, and x, y and z (3, 2, 3) from the origin."""
    length = _AXIS * board.step
    ends = np.eye(3) * length
    tips = [Name("xyz"[each], _place(ends[each] * 1.15), worth=length, axis=each) for each in range(3)]
    return tips, np.stack([np.zeros((3, 3)), ends], axis=1)


def _board_name(board: Board) -> Name:
    return Name(
        f"z = 0, a line every {board.step:g} mm, axes {_AXIS * board.step:g} mm",
        _place(board.corners[0]),
        worth=board.width,
    )


def _place(point: Doubles) -> tuple[float, float, float]:
    return float(point[0]), float(point[1]), float(point[2])
