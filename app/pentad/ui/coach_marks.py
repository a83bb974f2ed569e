"""Three hints on the first start, which never come back."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pentad.ui.settings import Settings

SEEN = "hints/seen"
WIDTH = 320


@dataclass(frozen=True, slots=True)
class Hint:
    """What to say beside which widget."""

    beside: QWidget
    title: str
    text: str


class CoachMarks(QFrame):
    """A card that stands beside one widget after another until it is read or skipped."""

    def __init__(self, hints: list[Hint], settings: Settings, window: QWidget) -> None:
        super().__init__(window)
        self.setProperty("role", "mark")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._hints, self._settings, self._window, self._at = hints, settings, window, 0
        self._title, self._text, self._count = QLabel(), QLabel(), QLabel()
        self.further, self.skip = QPushButton("Next"), QPushButton("Skip")
        self._lay_out()
        self.further.clicked.connect(self._go_on)
        self.skip.clicked.connect(self._end)
        window.installEventFilter(self)
        self._show()

    def _lay_out(self) -> None:
        self.setFixedWidth(WIDTH)
        self._title.setProperty("role", "title")
        self._count.setProperty("role", "quiet")
        self._text.setWordWrap(True)
        self.further.setProperty("primary", True)
        buttons = QHBoxLayout()
        buttons.addWidget(self._count, 1)
        buttons.addWidget(self.skip)
        buttons.addWidget(self.further)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addLayout(buttons)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        hint, last = self._hints[self._at], self._at == len(self._hints) - 1
        self._title.setText(hint.title)
        self._text.setText(hint.text)
        self._count.setText(f"{self._at + 1} of {len(self._hints)}")
        self.further.setText("Done" if last else "Next")
        self.setAccessibleName(f"{hint.title}. {hint.text}")
        self.show()
        self.raise_()
        self.adjustSize()
        self._place()

    def _place(self) -> None:
        """Beside the widget, on the side with more room, inside the window."""
        beside, area = self._hints[self._at].beside, self._window.rect()
        corner = beside.mapTo(self._window, QPoint(0, 0))
        right = corner.x() + beside.width() + 16
        x = right if right + self.width() <= area.width() else corner.x() - self.width() - 16
        y = corner.y() + 60
        self.move(
            min(max(x, 16), max(area.width() - self.width() - 16, 0)),
            min(max(y, 16), max(area.height() - self.height() - 16, 0)),
        )

    def _go_on(self) -> None:
        if self._at + 1 == len(self._hints):
            self._end()
            return
        self._at += 1
        self._show()

    def _end(self) -> None:
        self._settings.put(SEEN, True)
        self._settings.save()
        self._window.removeEventFilter(self)
        self.close()
        self.deleteLater()
