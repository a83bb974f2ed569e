"""How a pose was found: every iteration of it, so that it can be looked at again without being worked out again."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera

Residual = NDArray[np.int8]
"""(h, w): rendered minus query mask in 127ths; positive is part where the query has none."""


@dataclass(frozen=True, slots=True, eq=False)
class PoseStep:
    """One iteration of a pose fit.

    ``pose`` (4, 4) carries the mesh's coordinates to the rig's, whose millimetres the cameras count in; ``loss`` is the
    mean absolute difference of rendered and query mask over all views, 0 to 1; ``iou`` that of both masks above one
    half. ``start`` numbers the candidate this iteration belongs to, ``level`` is by what the images were reduced (1:
    not at all). ``change`` (6,) is the step taken to get here, a rotation vector in radians about the middle of the
    part's box and that middle's shift in mm, in the first camera's axes; ``gradient`` is the length of the gradient of
    what the method minimises; ``damping`` Levenberg's lambda, NaN where a method has none. ``residuals`` holds one
    (h, w) image per view.
    """

    pose: Doubles
    loss: float
    iou: float
    start: int
    level: int
    change: Doubles
    gradient: float
    damping: float
    residuals: tuple[Residual, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A pose the part might have, seen before any fitting: ``pose`` as in ``PoseStep``, ``distance`` the chamfer
    distance of its mask to the query's in pixels (PTAD eq. 3), ``aligned`` the same after the reference was shifted
    and scaled onto the query; NaN where it was not asked for."""

    pose: Doubles
    distance: float
    aligned: float = float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class PoseStart:
    """What is known before the first iteration: the working ``cameras``, query ``masks`` and ``references``, as in
    ``PoseTrace``."""

    cameras: tuple[Camera, ...]
    masks: tuple[Floats, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Where one start ended: its ``reference`` (-1: a pose somebody gave), final pose, loss and IoU."""

    reference: int
    pose: Doubles
    loss: float
    iou: float


@dataclass(frozen=True, slots=True, eq=False)
class PoseTrace:
    """One run of a pose fit, whole.

    ``cameras`` are those the fit worked with: without distortion, reduced and cut to the part; ``masks`` the query
    masks (h, w) in 0 to 1 in these cameras' images; ``masks`` and every step's residuals have the cameras' sizes.
    ``best`` is the index of the step whose pose is the answer. ``doubts`` says in words why the pose may be ambiguous;
    empty where there is no doubt. ``information`` (6,) are the eigenvalues of the Gauss-Newton Hessian at the answer,
    ascending, and ``axes`` (6, 6) its eigenvectors as columns, in the order of ``PoseStep.change``, shifts counted in
    half diagonals of the part's box. ``suspicion`` is one (h, w) image per view of what the trimmed refit left out, or
    empty.
    """

    method: str
    settings: Mapping[str, object]
    cameras: tuple[Camera, ...]
    masks: tuple[Floats, ...]
    references: tuple[Reference, ...]
    candidates: tuple[Candidate, ...]
    steps: tuple[PoseStep, ...]
    best: int
    doubts: tuple[str, ...]
    information: Doubles
    axes: Doubles
    renders: int
    seconds: float
    suspicion: tuple[Floats, ...] = field(default=())

    @property
    def pose(self) -> Doubles:
        """(4, 4) the answer: mesh to rig."""
        return self.steps[self.best].pose

    @property
    def loss(self) -> float:
        return self.steps[self.best].loss

    @property
    def iou(self) -> float:
        return self.steps[self.best].iou

    @property
    def ambiguous(self) -> bool:
        """Whether another pose explains the masks nearly as well."""
        return bool(self.doubts)
