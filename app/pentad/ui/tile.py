"""One tile of the grid: a canvas, its frame, and who is told when it is touched."""

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from pentad.canvas.canvas import Canvas
from pentad.canvas.caption import Caption
from pentad.canvas.layers import LayerStack
from pentad.core.problem import Problem
from pentad.session.view_state import Row
from pentad.ui.composing import Words


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

    def __init__(self, view: str, row: Row, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("tile")
        self.view, self.row = view, row
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

    def show_active(self, *, active: bool) -> None:
        """Mark the view that keys act on."""
        if self.property("active") != active:
            self.setProperty("active", active)
            self.style().unpolish(self)
            self.style().polish(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.FocusIn:
            self.touched.emit(self.view)
        return super().eventFilter(watched, event)

    def _on_moved(self, linked: object) -> None:
        self.moved.emit(self, linked)

    def _on_hovered(self, point: object) -> None:
        self.hovered.emit(self, point)

    def _on_maximise(self) -> None:
        self.maximise_requested.emit(self.id)
