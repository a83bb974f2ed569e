"""What the 3D view has to know of a scene beside what is drawn of it: its words, and what lies under the pointer."""

from typing import Protocol

from pentad.core.arrays import Doubles
from pentad.geometry.frustum import Frustum
from pentad.geometry.viewpoint import Viewpoint
from pentad.session.rig_scene import Board, Name


class Scene(Protocol):
    """Something in space that can be turned about its ``pole`` (3,), with names, and perhaps on a board."""

    @property
    def frusta(self) -> tuple[Frustum, ...]: ...

    @property
    def names(self) -> tuple[Name, ...]: ...

    @property
    def pole(self) -> Doubles: ...

    @property
    def board(self) -> Board | None: ...

    def at(self, point: tuple[float, float], viewpoint: Viewpoint, size: tuple[int, int]) -> str | None:
        """What can be chosen at ``point`` (x, y) of a picture of ``size`` (height, width); None where nothing is."""
