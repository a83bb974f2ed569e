"""What is known of the rig of the open project, read in the background when it is first asked for."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import ClassVar

import numpy as np
from psygnal import Signal

from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.geometry.drawable import Drawable, drawable
from pentad.geometry.surface import Surface
from pentad.io.calibration import RigReading, unit_note
from pentad.io.datasets.meshes import mesh_of, mesh_path_of
from pentad.io.datasets.reader import Options
from pentad.io.datasets.rig import rig_reading_for
from pentad.io.meshes import read_surface
from pentad.sdk import Ticket
from pentad.session.jobs import Job, Jobs
from pentad.session.project import Project
from pentad.session.rig_scene import Frame

NO_RIG = Problem(
    "No calibrated cameras",
    "this data set names no rig",
    remedy='Name one in its pentad.toml: [rig] file = "rig.toml". The sample project has one to look at.',
)


class RigState:
    """The calibrated cameras of a project, the surface of the part on show, and in which frame they are looked at.

    Lives on the main thread; nothing is read before ``ask``. A part that a person opened stays for the whole project,
    whatever the manifest names.
    """

    changed: ClassVar[Signal] = Signal()
    noticed: ClassVar[Signal] = Signal(Problem)
    """What a person should know of the part, or is asked of the rig: whether its lengths are millimetres."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._project: Project | None = None
        self._options: Options = {}
        self._asked = False
        self._sample: Sample | None = None
        self._chosen = False
        self._path: str | None = None
        self.reading: RigReading | None = None
        self.problem: Problem | None = None
        """Why there is no rig."""
        self.part: Drawable | None = None
        self.part_name = ""
        self.part_problem: Problem | None = None
        self.frame = Frame.RIG

    def use(self, project: Project | None) -> None:
        """Work on another project."""
        self._project, self._asked, self._sample, self._chosen, self._path = project, False, None, False, None
        # Why now: what asks late, when everything is being closed, must not ask a closed store.
        self._options = {} if project is None else project.store.options
        self.reading, self.problem = None, None
        self._forget_part()
        self.changed.emit()

    def ask(self, sample: Sample | None) -> None:
        """See to it that the rig is known soon, and the part of ``sample``."""
        project = self._project
        if project is None:
            return
        if not self._asked:
            self._asked = True
            options = self._options
            job = self._jobs.run(
                "Calibration", lambda ticket: rig_reading_for(project.folder, project.tree, options), lane="disk",
                replaces="rig", quiet=True, then=partial(self._rig_came, project),
            )  # fmt: skip
            job.failed.connect(partial(self._rig_failed, project))
        if sample is not None and sample is not self._sample and not self._chosen:
            self._sample = sample
            self._ask_part(project, sample)

    def read_again(self) -> None:
        """The calibration has been edited."""
        self._asked = False
        self.ask(None)

    def cameras(self, sample: Sample) -> Mapping[str, Camera]:
        """The calibrated and placed cameras of the sample's views, by view, in the order of the views."""
        known = {camera.name: camera for camera in (() if self.reading is None else self.reading.placed)}
        of_view = {view.name: known.get(view.camera_name) for view in sample.views}
        return MappingProxyType({view: camera for view, camera in of_view.items() if camera is not None})

    def set_frame(self, frame: Frame) -> None:
        if frame is not self.frame:
            self.frame = frame
            self.changed.emit()

    def load_part(self, path: Path) -> Job[Drawable]:
        """Read the part's surface, in rig millimetres, from a mesh file; what is wrong with it is noticed."""
        project = self._project

        def work(ticket: Ticket) -> Drawable:
            ticket.report(0.0, f"Reading {path.name}")
            return _prepared(read_surface(path), ticket)

        def came(part: Drawable) -> None:
            if project is self._project:
                self._chosen = True
                self._show_part(part, path.name)

        return self._jobs.run(f"Part from {path.name}", work, lane="cpu", replaces="part", then=came)

    @property
    def surface(self) -> Surface | None:
        """That of the part on show."""
        return None if self.part is None else self.part.surface

    @property
    def opened(self) -> bool:
        """Whether the part is one that a person opened."""
        return self._chosen and self.part is not None

    def take_part_in(self, unit_mm: float) -> None:
        """The part that was opened is written in units of so many millimetres."""
        part, name, project = self.part, self.part_name, self._project
        if part is None:
            return

        def work(ticket: Ticket) -> Drawable:
            return _prepared(part.surface.placed(np.diag([unit_mm, unit_mm, unit_mm, 1.0])), ticket)

        def came(scaled: Drawable) -> None:
            if project is self._project and self.part is part:
                self._show_part(scaled, name)

        self._jobs.run(f"{name} in millimetres", work, lane="cpu", replaces="part", then=came)

    def _ask_part(self, project: Project, sample: Sample) -> None:
        options, known = self._options, self._path

        def work(ticket: Ticket) -> tuple[str | None, Drawable | None]:
            path = mesh_path_of(project.tree, options, sample)
            if path is None or path == known:
                return path, None
            surface = mesh_of(project.tree, options, sample)
            return path, None if surface is None else _prepared(surface, ticket)

        came = partial(self._part_came, sample)
        job = self._jobs.run(f"Mesh of {sample.id}", work, lane="cpu", replaces="part", quiet=True, then=came)
        job.failed.connect(partial(self._part_failed, sample))

    def _rig_came(self, project: Project, reading: RigReading | None) -> None:
        if project is self._project:
            self.reading, self.problem = reading, NO_RIG if reading is None or not reading.rig.cameras else None
            self.changed.emit()
            if reading is not None and reading.suggested_scale is not None:
                self.noticed.emit(unit_note(reading.rig.cameras, reading.suggested_scale))

    def _rig_failed(self, project: Project, problem: Problem) -> None:
        if project is self._project:
            self.problem = problem
            self.changed.emit()

    def _part_came(self, sample: Sample, found: tuple[str | None, Drawable | None]) -> None:
        path, part = found
        if sample is not self._sample or self._chosen:
            return
        if part is not None and path is not None:
            self._path = path
            self._show_part(part, PurePosixPath(path).name)
        elif path is None and self.part is not None:
            self._path = None
            self._forget_part()
            self.changed.emit()

    def _part_failed(self, sample: Sample, problem: Problem) -> None:
        if sample is self._sample and not self._chosen:
            self._path = None
            self._forget_part()
            self.part_problem = problem
            self.changed.emit()

    def _show_part(self, part: Drawable, name: str) -> None:
        self.part, self.part_name, self.part_problem = part, name, None
        for note in part.notes:
            self.noticed.emit(note)
        self.changed.emit()

    def _forget_part(self) -> None:
        self.part, self.part_name, self.part_problem = None, "", None


def _prepared(surface: Surface, ticket: Ticket) -> Drawable:
    ticket.report(0.5, "Preparing it for the screen")
    return drawable(surface)
