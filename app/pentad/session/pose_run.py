"""One run of a pose fit as the session knows it: what is aligned, how far it has come, what is kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from pentad.core.arrays import Rgb
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import PoseStart, PoseStep, PoseTrace
from pentad.core.problem import Problem
from pentad.geometry.rectifying import rectified
from pentad.io.traces import KeptTrace
from pentad.sdk import Look, Value


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What is to be aligned: the part, how the cameras see it, and their photos (H, W, 3), one a look, or none."""

    mesh: Mesh
    looks: tuple[Look, ...]
    photos: tuple[Rgb, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)


class RunState(StrEnum):
    """Where a pose run stands."""

    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class PoseRun:
    """One run of a pose fit as far as it has come. Lives on the main thread; its steps only grow."""

    def __init__(self, name: str, title: str, settings: Mapping[str, Value]) -> None:
        self.name, self.title, self.settings = name, title, settings
        self.state = RunState.RUNNING
        self.subject: Subject | None = None
        self.start: PoseStart | None = None
        self.steps: list[PoseStep] = []
        self.kept: KeptTrace | None = None
        self.photos: tuple[Rgb, ...] = ()
        """As the working cameras see them, (h, w, 3) each, once these are known; or none."""
        self.problem: Problem | None = None
        self.origin = ""
        """In words, where it came from if not from a search: a file, a reference, an iteration of another run."""
        self.fraction, self.message = 0.0, ""
        """How far the work on it is, and what is being done."""
        self.began: float | None = None
        """When the work on it began, by the monotonic clock."""
        self.file: Path | None = None
        """Where it is kept, once it is."""

    @classmethod
    def of(cls, kept: KeptTrace, name: str, *, file: Path | None = None) -> "PoseRun":
        """A run that is over, as its file tells it."""
        run = cls(name, kept.about.get("title", ""), {})
        run.origin, run.file = file.name if file is not None else "", file
        looks = tuple(Look(camera, mask) for camera, mask in zip(kept.trace.cameras, kept.trace.masks, strict=True))
        run.subject = Subject(kept.mesh, looks, kept.photos, kept.about)
        run.finish(kept)
        return run

    def finish(self, kept: KeptTrace) -> None:
        """It has come to its own end."""
        trace = kept.trace
        self.state, self.kept, self.photos = RunState.DONE, kept, kept.photos
        self.start, self.steps = PoseStart(trace.cameras, trace.masks, trace.references), list(trace.steps)

    def cut_short(self) -> None:
        """It was stopped: what it has is kept, so that it can be looked at, saved and branched from."""
        self.state = RunState.STOPPED
        if self.subject is not None and self.start is not None and self.steps:
            self.kept = _kept(self.subject, _unfinished(self.start, self), self.photos, self.title)

    @property
    def trace(self) -> PoseTrace | None:
        """The whole trace, once it is over."""
        return self.kept.trace if self.kept is not None else None

    @property
    def mesh(self) -> Mesh | None:
        return self.subject.mesh if self.subject is not None else None

    @property
    def part(self) -> str:
        """The short name of what was aligned; empty as long as nobody knows."""
        return self.subject.about.get("sample", "").rpartition("/")[2] if self.subject is not None else ""

    @property
    def method(self) -> str:
        return self.kept.trace.method if self.kept is not None else str(self.settings.get("method", ""))

    @property
    def made_with(self) -> dict[str, Value]:
        """Its settings: while it goes on those that were chosen, once it is over all that it came to."""
        settings = self.kept.trace.settings if self.kept is not None else self.settings
        return {key: value for key, value in settings.items() if isinstance(value, bool | int | float | str)}

    @property
    def best(self) -> int:
        """The iteration whose pose is the answer, so far that with the least loss; -1 where there is none."""
        if self.kept is not None:
            return self.kept.trace.best
        return int(np.argmin([step.loss for step in self.steps])) if self.steps else -1

    @property
    def nbytes(self) -> int:
        """About what it holds in memory: nearly all of it are the images of its steps."""
        return sum(residual.nbytes for step in self.steps for residual in step.residuals)

    @property
    def over(self) -> bool:
        return self.state not in (RunState.RUNNING, RunState.PAUSED)


def kept_trace(subject: Subject, trace: PoseTrace, title: str) -> KeptTrace:
    """A trace with the photos as its working cameras see them."""
    return _kept(subject, trace, cut_photos(subject, trace.cameras), title)


def _kept(subject: Subject, trace: PoseTrace, photos: tuple[Rgb, ...], title: str) -> KeptTrace:
    return KeptTrace(trace, subject.mesh, photos, {**subject.about, "title": title})


def cut_photos(subject: Subject, cameras: Sequence[Camera]) -> tuple[Rgb, ...]:
    """The photos of ``subject`` as the working ``cameras`` see them, (h, w, 3) each; none where it has none."""
    if not subject.photos:
        return ()
    return tuple(
        rectified(photo, look.camera, camera)
        for photo, look, camera in zip(subject.photos, subject.looks, cameras, strict=True)
    )


def _unfinished(start: PoseStart, run: PoseRun) -> PoseTrace:
    """What a run came to that did not end by itself; nothing is known of how sure it is."""
    return PoseTrace(
        method=str(run.settings.get("method", "")),
        settings=dict(run.settings),
        cameras=start.cameras,
        masks=start.masks,
        references=start.references,
        candidates=(),
        steps=tuple(run.steps),
        best=run.best,
        doubts=("It was stopped before its end.",),
        information=np.zeros(6),
        axes=np.eye(6),
        renders=len(run.steps),
        seconds=0.0,
    )
