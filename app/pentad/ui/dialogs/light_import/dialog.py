"""Normals from light stacks, step by step, in a window beside the work."""

from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from pentad.session.light_assistant import LightAssistant
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.dialogs.light_import.lights_page import LightsPage
from pentad.ui.dialogs.light_import.method_page import MethodPage
from pentad.ui.dialogs.light_import.stacks_page import StacksPage
from pentad.ui.dialogs.light_import.write_page import WritePage
from pentad.ui.segments import Segments
from pentad.ui.theme import Theme

STEPS = {"stacks": "1  Photographs", "lights": "2  Lamps", "method": "3  Method", "write": "4  Write"}


class LightImportDialog(QDialog):
    """Four pages over one assistant; any can be gone back to. Closed, it keeps what was said and goes on writing."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.assistant = LightAssistant(session)
        self.setWindowTitle("Normals from light stacks")
        self.steps, self._pages = Segments(STEPS, "Step"), QStackedWidget()
        self.stacks, self.lights = StacksPage(self.assistant, theme), LightsPage(self.assistant)
        self.method, self.write = MethodPage(self.assistant), WritePage(self.assistant)
        self.back, self.next = QPushButton("Back"), QPushButton("Next")
        self.stop, self.leave = QPushButton("Stop"), QPushButton("Close")
        self._lay_out()
        self._connect()
        self.go("stacks")
        self.stacks.folder.setFocus()

    def _lay_out(self) -> None:
        room = self.screen().availableSize()
        self.resize(min(1180, room.width() - 40), min(780, room.height() - 60))
        for page in (self.stacks, self.lights, self.method, self.write):
            self._pages.addWidget(page)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.leave)
        foot.addStretch(1)
        for button in (self.stop, self.back, self.next):
            foot.addWidget(button)
        for button in (self.leave, self.stop, self.back, self.next):
            button.setAutoDefault(False)
        self.next.setProperty("primary", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.steps)
        layout.addWidget(self._pages, 1)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.steps.chosen.connect(self.go)
        self.back.clicked.connect(self._go_back)
        self.next.clicked.connect(self._go_on)
        self.stop.clicked.connect(self._stop)
        self.leave.clicked.connect(self.close)
        self.write.ran.connect(self._show)
        listen(self, self.assistant.changed, self._show)

    @property
    def step(self) -> str:
        return list(STEPS)[self._pages.currentIndex()]

    def go(self, step: str) -> None:
        """Show this page."""
        self._pages.setCurrentIndex(list(STEPS).index(step))
        self.steps.show_choice(step)
        if step == "write":
            self.write.suggest()
            self.write.show_state()
        self._show()

    def _show(self) -> None:
        last, running = self.step == "write", self.write.running
        self.back.setVisible(self.step != "stacks")
        self.next.setText("Make normals" if last else "Next")
        self.next.setEnabled(bool(self.assistant.stacks) and not (last and running))
        self.stop.setVisible(last and running)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 (Qt's name)
        super().hideEvent(event)
        self.assistant.rest()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self.assistant.go_on()

    def _go_back(self) -> None:
        self.go(list(STEPS)[self._pages.currentIndex() - 1])
        self.next.setFocus()

    def _go_on(self) -> None:
        if self.step == "write":
            self.write.start()
            self._show()
        else:
            self.go(list(STEPS)[self._pages.currentIndex() + 1])

    def _stop(self) -> None:
        if self.write.job is not None:
            self.write.job.cancel()
        self._show()
