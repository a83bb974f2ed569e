"""Whether what was painted is in its files, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from pentad.core.mask import MaskKey
from pentad.core.wording import counted
from pentad.session.documents import MaskDocument, SaveState
from pentad.session.session import Session
from pentad.ui.bridge import listen

SOON_MS = 150


@dataclass(frozen=True, slots=True)
class SaveWords:
    """What is said, how loudly, and what more there is to say."""

    text: str = ""
    role: str = "quiet"
    tip: str = ""


def save_words(
    unsaved: Sequence[MaskDocument], unwritten: Sequence[MaskDocument], saved_at: datetime | None, *, read_only: bool
) -> SaveWords:
    """``saved_at``: when a mask was last saved in this sitting."""
    if read_only:
        return SaveWords("Read only", "warn", "Masks can be looked at, not changed")
    names = "\n".join(document.name for document in unsaved)
    if unwritten:
        why = unwritten[0].unwritten
        return SaveWords("Not on the disk: keep Pentad open", "alarm", f"{why}\nIt is tried again.\n{names}")
    failed = [document for document in unsaved if document.state is SaveState.FAILED]
    if failed:
        why = failed[0].told
        tip = f"{why}\n" if why is not None else ""
        return SaveWords(
            "Could not be saved, is tried again", "alarm", f"{tip}The strokes are safe in the journal.\n{names}"
        )
    if unsaved:
        edits = sum(document.edits - document.in_file for document in unsaved)
        what = counted(edits, "edit") if len(unsaved) == 1 else f"{counted(edits, 'edit')} on {len(unsaved)} masks"
        return SaveWords(
            f"{what} safe, not in the file yet" if len(unsaved) == 1 else f"{what} safe, not in their files yet",
            "quiet",
            f"They are in the journal and are saved soon:\n{names}",
        )
    if saved_at is None:
        return SaveWords()
    return SaveWords(f"All saved {saved_at.astimezone():%H:%M}", "quiet", "Every mask is in its file")


class SaveLabel(QLabel):
    """Follows the documents, a little later than they change: a stroke must not wait for words."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._documents = session, session.annotation.documents
        self._saved_at: datetime | None = None
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._show)
        listen(self, self._documents.changed, self._on_changed)
        listen(self, session.project_changed, self._on_project)
        listen(self, session.annotation.changed, self._soon.start)
        self._show()

    def _on_changed(self, key: MaskKey) -> None:
        document = self._documents.document(key)
        if document is not None and document.saved_at is not None:
            self._saved_at = max(filter(None, (self._saved_at, document.saved_at)))
        if not self._soon.isActive():
            self._soon.start()

    def _on_project(self) -> None:
        self._saved_at = None
        self._soon.start()

    def _show(self) -> None:
        read_only = self._session.project is not None and self._documents.read_only
        words = save_words(self._documents.unsaved, self._documents.unwritten, self._saved_at, read_only=read_only)
        self.setText(words.text)
        self.setToolTip(words.tip)
        self.setVisible(bool(words.text))
        if self.property("role") != words.role:
            self.setProperty("role", words.role)
            self.style().unpolish(self)
            self.style().polish(self)
