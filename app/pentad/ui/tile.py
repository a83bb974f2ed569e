"""One tile of the grid: a canvas, its frame, and who is told when it is touched."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from pentad.canvas.canvas import Canvas
from pentad.canvas.caption import Caption
from pentad.canvas.layers import LayerStack
from pentad.core.problem import Problem
from pentad.session.view_state import Row
from pentad.ui.composing import Words

CHOOSING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


class Tile(QFrame):
    """What one view looks like in one row."""

    touched = Signal(str)
    """The view's name: a person clicked into the tile or came to it with Tab."""
    moved = Signal(object, object)
    """(tile, LinkedTransform): a person zoomed or panned."""
    hovered = Signal(object, object)
    """(tile, (y, x) or None)."""
    maximise_requested = Signal(str)
    """The tile's id."""
    chosen = Signal(object)
    """The tile itself: it is a small one, and a person clicked it to see it large."""

    def __init__(self, view: str, row: Row, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tile")
        self.view, self.row = view, row
        self.small = False
        self._pressed_at: QPointF | None = None
        self.canvas = Canvas(self)
        self.canvas.setAccessibleName(f"{view}, {row.value}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas)
        self._connect()

    def _connect(self) -> None:
        self.canvas.transform_changed.connect(self._on_moved)
        self.canvas.hovered.connect(self._on_hovered)
        self.canvas.maximise_requested.connect(self._on_maximise)
        self.canvas.installEventFilter(self)
        self.canvas.viewport().installEventFilter(self)

    @property
    def id(self) -> str:
        return f"{self.view}/{self.row.value}"

    def show_content(self, content: LayerStack | Problem | Words, caption: Caption) -> None:
        """Show a picture, a Problem or words; may be called twice."""
        self.canvas.show_caption(caption)
        if isinstance(content, LayerStack):
            self.canvas.show_picture(content)
        elif isinstance(content, Problem):
            self.canvas.show_problem(content)
        else:
            self.canvas.show_waiting(content.text)

    def show_small(self, *, small: bool) -> None:
        """Whether it is one of those beside a large one: a click chooses it, and no tool works on it."""
        if small != self.small:
            self.small = small
            self.canvas.setFocusPolicy(Qt.FocusPolicy.TabFocus if small else Qt.FocusPolicy.StrongFocus)
            self._mark("reached", on=small and self.canvas.hasFocus())
            self.canvas.setToolTip("Click, or press Enter, to see it large" if small else "")

    def show_active(self, *, active: bool) -> None:
        """Mark the view that keys act on."""
        self._mark("active", on=active)

    def _mark(self, property: str, *, on: bool) -> None:
        if bool(self.property(property)) != on:
            self.setProperty(property, on)
            self.style().unpolish(self)
            self.style().polish(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if watched is self.canvas and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._show_focus(focus=event.type() == QEvent.Type.FocusIn)
        elif self.small and isinstance(event, QKeyEvent) and event.key() in CHOOSING:
            return self._follow_key(event)
        elif self.small and isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            self._follow_click(event)
        return super().eventFilter(watched, event)

    def _show_focus(self, *, focus: bool) -> None:
        """Coming to a small one with Tab chooses nothing yet, so it has to be seen where one is."""
        if focus and not self.small:
            self.touched.emit(self.view)
        self._mark("reached", on=focus and self.small)

    def _follow_key(self, event: QKeyEvent) -> bool:
        """Whether a key that chooses was meant for this tile; before that it asks to be spared by shortcuts."""
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            self._choose_soon()
        return event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)

    def _choose_soon(self) -> None:
        # Why: the tile may cease to be while its own click is still being handled.
        QTimer.singleShot(0, self, partial(self.chosen.emit, self))

    def _follow_click(self, event: QMouseEvent) -> None:
        if event.type() == QEvent.Type.MouseButtonPress:
            self._pressed_at = event.position()
        elif event.type() == QEvent.Type.MouseButtonRelease and self._pressed_at is not None:
            moved = (event.position() - self._pressed_at).manhattanLength()
            self._pressed_at = None
            if moved < QApplication.startDragDistance():
                self._choose_soon()

    def _on_moved(self, linked: object) -> None:
        self.moved.emit(self, linked)

    def _on_hovered(self, point: object) -> None:
        self.hovered.emit(self, point)

    def _on_maximise(self) -> None:
        self.maximise_requested.emit(self.id)
