"""The pose debugger: overlay, curves, references, numbers and a scrubber over one run, beside another if wanted."""

from typing import Protocol

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from pentad.session.pose_actions import align_from
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.pose.bench import Bench
from pentad.ui.pose.curves import Curves
from pentad.ui.pose.empty import EmptyPose
from pentad.ui.pose.looking import PoseLook, look_of
from pentad.ui.pose.maps_view import MapsView
from pentad.ui.pose.overlay_view import OverlayView
from pentad.ui.pose.pages import Pages
from pentad.ui.pose.path_view import PathView
from pentad.ui.pose.reference_bars import ReferenceBars
from pentad.ui.pose.run_bar import RunBar
from pentad.ui.pose.scrubber import Scrubber
from pentad.ui.pose.splat_probe import SeenIn, mark_of
from pentad.ui.pose.splat_view import SplatView
from pentad.ui.pose.state_strip import StateStrip
from pentad.ui.pose.step_table import StepTable
from pentad.ui.qt_actions import QtActions
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme

_LIVE_MS = 50
"""Between two pictures of a run that goes on."""


class Follower(Protocol):
    """A part of the debugger: shows a look, and changes only what is another than before."""

    def show_look(self, look: PoseLook | None) -> None: ...


class PoseDebugger(QWidget):
    """Follows the session's pose runs; it keeps nothing of them itself.

    Left and Right go from iteration to iteration, Home and End to the first and last, wherever in it the focus is.
    """

    def __init__(
        self, session: Session, actions: QtActions, theme: Theme, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._posing = session, session.posing
        self.bar = RunBar(session, actions, theme)
        self.strip = StateStrip(actions["pose.align"])
        self.overlay = OverlayView(theme, settings)
        self.pages = Pages(settings)
        self.pages.add("overlay", "Overlay", self.overlay)
        self.path = PathView(session, theme)
        self.pages.add("path", "Path", self.path)
        self.splats = SplatView(session, theme)
        self.pages.add("splats", "Splats", self.splats)
        self.maps = MapsView(session)
        self.pages.add("maps", "Maps", self.maps)
        self.curves, self.references = Curves(theme, settings), ReferenceBars(session.jobs, theme)
        self.table, self.scrubber = StepTable(), Scrubber(theme, settings)
        self.empty = EmptyPose(actions["pose.align"])
        self._bench = Bench(settings, self.pages, self.curves, self.references, self.table)
        self._stack = QStackedWidget()
        self._again = QTimer(self, singleShot=True)
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        looking = QWidget()
        inner = QVBoxLayout(looking)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        inner.addWidget(self._bench, 1)
        inner.addWidget(self.scrubber)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(looking)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.strip)
        layout.addWidget(self._stack, 1)

    def _connect(self) -> None:
        posing = self._posing
        self._again.timeout.connect(self._show)
        listen(self, posing.changed, self._show)
        listen(self, posing.stepped, self._show_soon)
        listen(self, posing.cursor_changed, self._show_at_once)
        listen(self, posing.progressed, self._on_progress)
        self.scrubber.moved.connect(posing.look_at)
        self.curves.picked.connect(posing.look_at)
        self.references.bars.picked.connect(self._on_reference)
        self.pages.turned.connect(self._show)
        self.splats.ray_marked.connect(self.path.show_ray)
        self.splats.sight_marked.connect(self._on_sight)
        self.overlay.pixel_picked.connect(self._on_pixel)
        self.empty.file_wanted.connect(self.bar.ask_for_trace)

    @property
    def waits(self) -> bool:
        """Whether news have come that are not shown yet."""
        return self._again.isActive()

    def _show_soon(self) -> None:
        if not self._again.isActive():
            self._again.start(_LIVE_MS)

    def _show_at_once(self) -> None:
        """All moves of a hand that wait in the queue are one."""
        self._again.start(0)

    def _show(self) -> None:
        self._again.stop()
        look = look_of(self._posing)
        self._stack.setCurrentIndex(0 if look is None else 1)
        self.strip.show_run(look.run if look is not None else None)
        self.scrubber.show_look(look, following=self._posing.cursor < 0)
        followers: tuple[Follower, ...] = (self.pages, self.curves, self.references, self.table)
        for follower in followers:
            follower.show_look(look)
        if self.splats.asked and self.pages.current != "splats":
            self.splats.show_look(look)

    def _on_progress(self) -> None:
        self.strip.show_run(self._posing.shown)

    def _on_pixel(self, view: str, y: float, x: float) -> None:
        self.splats.show_look(look_of(self._posing))
        self.splats.pick(view, y, x)

    def _on_sight(self, views: tuple[SeenIn, ...]) -> None:
        self.overlay.show_marks({each.view: mark_of(each) for each in views})

    def _on_reference(self, number: int) -> None:
        align_from(self._session, number)

    # Keys.

    def event(self, event: QEvent) -> bool:
        # Why: in the window Left and Right go to another sample; here they are the debugger's own.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._takes(event):
            event.accept()
            return True
        return super().event(event)

    def _takes(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return event.matches(QKeySequence.StandardKey.Copy) or (plain and event.key() in _KEYS)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        if not self._takes(event):
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.table.copy()
        elif event.key() in _BY:
            self.scrubber.step(_BY[Qt.Key(event.key())])
        else:
            self.scrubber.to_end(last=event.key() == Qt.Key.Key_End)


_BY = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_KEYS = frozenset({*_BY, Qt.Key.Key_Home, Qt.Key.Key_End})
