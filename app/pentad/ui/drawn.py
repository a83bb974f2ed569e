"""Which samples somebody has drawn masks for."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from pentad.core.mask import MaskKey
from pentad.sdk import Ticket
from pentad.session.project import Project
from pentad.session.session import Session
from pentad.ui.bridge import listen


class Drawn(QObject):
    """The ids of samples with a mask of the project's own: read from the disk once, then followed."""

    changed = Signal(str)
    """A sample's id, or nothing for all of them."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._samples: set[str] = set()
        listen(self, session.project_changed, self._on_project)
        listen(self, session.annotation.edited, self._on_edited)
        self._on_project()

    def __contains__(self, sample_id: str) -> bool:
        return sample_id in self._samples

    def _on_project(self) -> None:
        self._samples.clear()
        project = self._session.project
        if project is None:
            return

        def work(ticket: Ticket) -> set[str]:
            return {sample for sample, _ in project.store.masks.annotated()}

        self._session.jobs.run(
            "Look for masks", work, lane="disk", replaces="drawn", quiet=True, then=partial(self._came, project)
        )

    def _came(self, project: Project, found: set[str]) -> None:
        if project is self._session.project:
            self._samples |= found
            self.changed.emit("")

    def _on_edited(self, key: MaskKey) -> None:
        if key.sample not in self._samples:
            self._samples.add(key.sample)
            self.changed.emit(key.sample)
