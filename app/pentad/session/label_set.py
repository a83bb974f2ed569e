"""The classes a person set up, kept in the project."""

from collections.abc import Callable

from pentad.core.label_class import LabelClass
from pentad.core.problem import Problem
from pentad.io.store import ProjectStore
from pentad.sdk import Ticket
from pentad.session.annotation import Annotation
from pentad.session.jobs import Jobs
from pentad.session.later import Later
from pentad.session.project import Project

PAUSE_S = 1.0
"""A slider that is dragged is written down once, not at each of its steps."""


class LabelSet:
    """Shows a project's classes to the annotation, and writes down what becomes of them. Lives on the main thread."""

    def __init__(self, annotation: Annotation, jobs: Jobs, noticed: Callable[[Problem], None]) -> None:
        self._annotation, self._jobs, self._noticed = annotation, jobs, noticed
        self._store: ProjectStore | None = None
        self._kept: tuple[LabelClass, ...] = ()
        self._later = Later(jobs.deliver, self._write_soon)
        annotation.changed.connect(self._on_changed)

    def show(self, project: Project) -> None:
        """Paint with the classes of this project; Problem where they cannot be read."""
        self._store = None
        self._annotation.set_classes(tuple(project.store.labels()))
        self._kept = self._annotation.classes
        self._store = None if project.store.read_only else project.store

    def put_away(self) -> None:
        """Write down what is not written yet, and let go of the project."""
        self._later.stop()
        store, classes = self._store, self._annotation.classes
        self._store = None
        if store is not None and classes != self._kept:
            try:
                store.set_labels(classes)
            except Problem as problem:
                self._noticed(problem)

    def _on_changed(self) -> None:
        if self._store is not None and self._annotation.classes != self._kept:
            self._later.within(PAUSE_S)

    def _write_soon(self) -> None:
        store, classes = self._store, self._annotation.classes
        if store is None or classes == self._kept:
            return
        self._kept = classes

        def work(ticket: Ticket) -> None:
            store.set_labels(classes)

        self._jobs.run("Keep the classes", work, lane="save", quiet=True, vital=True).failed.connect(self._noticed)
