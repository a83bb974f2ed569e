"""The tabs at the left of the pose debugger: several ways to look at one iteration, of which one is on screen."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from pentad.ui.pose.looking import PoseLook
from pentad.ui.settings import Settings

_KEY = "pose/page"


class Page(QWidget):
    """One way to look. ``show_look`` is called while it is on screen, and as often as something may have changed."""

    def show_look(self, look: PoseLook | None) -> None:
        """Show it, changing only what is another than before."""
        raise NotImplementedError


class Pages(QWidget):
    """Pages by id; the one on screen is remembered, and it alone hears what is looked at."""

    turned = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._ids: list[str] = []
        self._bar, self._stack = QTabBar(), QStackedWidget()
        self._bar.setDrawBase(False)
        self._bar.setExpanding(False)
        self._bar.setAccessibleName("Ways to look at the pose")
        self._bar.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar)
        layout.addWidget(self._stack, 1)
        self._bar.currentChanged.connect(self._on_turned)

    def add(self, id: str, title: str, page: Page) -> None:
        """One more, at the right; pages may be slow to make as long as they do it when first asked to show a look."""
        self._ids.append(id)
        self._stack.addWidget(page)
        wanted = self._settings.text(_KEY, "")  # Why before: the first tab there is becomes the current one.
        self._bar.addTab(title)
        self._bar.setVisible(len(self._ids) > 1)
        if wanted == id:
            self._bar.setCurrentIndex(len(self._ids) - 1)
        self._settings.put(_KEY, wanted or self._ids[0])

    @property
    def current(self) -> str:
        return self._ids[self._bar.currentIndex()]

    def turn_to(self, id: str) -> None:
        self._bar.setCurrentIndex(self._ids.index(id))

    def show_look(self, look: PoseLook | None) -> None:
        page = self._stack.currentWidget()
        if isinstance(page, Page):
            page.show_look(look)

    def _on_turned(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self._settings.put(_KEY, self._ids[index])
        self.turned.emit()
