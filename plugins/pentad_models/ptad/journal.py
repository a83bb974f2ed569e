"""What a run has done so far: its steps as the trace will hold them, told to whoever watches."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.core.pose_trace import Candidate, PoseStep, Residual
from pentad.geometry.rigid import rotation_vector
from pentad.sdk import Ticket, Watch
from pentad_models.ptad.comparing import Comparison
from pentad_models.ptad.unit_frame import UnitFrame

_FULL = 127


@dataclass(slots=True, eq=False)
class Journal:
    """The steps of one run. ``sizes`` are the working masks', ``to_first`` (4, 4) leads to the first look's camera."""

    frame: UnitFrame
    sizes: tuple[tuple[int, int], ...]
    to_first: Doubles
    ticket: Ticket
    watch: Watch
    steps: list[PoseStep] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    renders: int = 0
    _told: float = 0.0

    def report(self, fraction: float, message: str) -> None:
        """Progress that never runs backwards; hears whether to go on."""
        self._told = max(self._told, min(fraction, 1.0))
        self.ticket.report(self._told, message)

    def check(self) -> None:
        """Hears whether to go on; what was reported stands."""
        self.ticket.check()

    def write(
        self,
        pose: Doubles,
        found: Comparison,
        *,
        start: int,
        level: int,
        before: Doubles | None = None,
        damping: float = float("nan"),
    ) -> int:
        """Keep the step to ``pose`` (4, 4) in unit coordinates, and say so; its number."""
        change = np.zeros(6) if before is None else self._change(before, pose)
        residuals = tuple(_kept(image, size) for image, size in zip(found.residuals, self.sizes, strict=True))
        step = PoseStep(
            self.frame.outside(pose), found.loss, found.iou, start, level, change,
            float(np.linalg.norm(found.gradient)), damping, residuals,
        )  # fmt: skip
        self.steps.append(step)
        self.watch(step)
        return len(self.steps) - 1

    def _change(self, before: Doubles, after: Doubles) -> Doubles:
        """(6,) how the part turned about its middle and how its middle moved, in the first camera's axes and mm."""
        one, other = self.to_first @ before, self.to_first @ after
        turn = rotation_vector(other[:3, :3] @ one[:3, :3].T)
        return np.concatenate([turn, (other[:3, 3] - one[:3, 3]) * self.frame.radius])


def _kept(residual: Floats, size: tuple[int, int]) -> Residual:
    if residual.shape != size:
        residual = np.asarray(cv2.resize(residual, size[::-1], None, 0, 0, cv2.INTER_NEAREST), np.float32)
    return np.rint(np.clip(residual, -1, 1) * _FULL).astype(np.int8)
