"""Actions given a body in Qt: they run, have the keys in force, and follow the state of the session."""

from functools import partial

from psygnal import SignalInstance
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from pentad.session.actions import Action, Actions
from pentad.session.keys import Keymap, Keys, Scope
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.theme import Theme


class QtActions(QObject):
    """One QAction an Action. Whether it can be done and is switched on is asked again whenever something changed.

    A QAction has those of its keys that are good in the workspace one is in.
    """

    def __init__(self, actions: Actions, keymap: Keymap, session: Session, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.table, self.keymap = actions, keymap
        self._session, self._theme = session, theme
        self._bodies = {action.id: self._body(action) for action in actions}
        self._again = QTimer(self, interval=0, singleShot=True)
        self._busy = False
        self._connect()
        self._show_keys()
        self.refresh()

    def _connect(self) -> None:
        self._again.timeout.connect(self.refresh)
        for signal in _news(self._session):
            listen(self, signal, self._again.start)
        for tool in self._session.annotation.toolbox.tools.values():
            listen(self, tool.preview_changed, self._on_preview)
        listen(self, self._session.annotation.changed, self._show_keys)
        listen(self, self.keymap.changed, self._show_keys)
        self._theme.changed.connect(self._show_icons)

    def __getitem__(self, id: str) -> QAction:
        return self._bodies[id]

    @property
    def scope(self) -> Scope:
        """Which keys are good where one is."""
        return Scope.ANNOTATE if self._session.annotation.active else Scope.REVIEW

    def keys_text(self, action: Action) -> str:
        """The action's keys where one is, in the words of this system; empty for none."""
        return in_words(self.keymap.keys(action.id, self.scope))

    def refresh(self) -> None:
        """Ask every action how it stands."""
        for action in self.table:
            body = self._bodies[action.id]
            body.setEnabled(action.enabled())
            if action.checked is not None:
                body.setChecked(action.checked())
            if (words := action.words) != body.text():
                body.setText(words)
                self._show_tip(action)

    def serve(self, window: QWidget) -> None:
        """Let a window's keys find every action as it stands.

        Qt drops the key of an action that is not enabled, so a key that comes right after another one, sooner than
        news of what that did has come round, has to be waited for here.
        """
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        # Why this event: it goes to a window just before Qt looks for a shortcut.
        if event.type() == QEvent.Type.ShortcutOverride and self._again.isActive():
            self._again.stop()
            self.refresh()
        return False

    def refresh_soon(self) -> None:
        self._again.start()

    def _body(self, action: Action) -> QAction:
        body = QAction(action.title, self)
        body.setAutoRepeat(action.repeats)
        body.setCheckable(action.checked is not None)
        body.setStatusTip("")
        if action.icon:
            body.setIcon(self._theme.icon(action.icon))
        body.triggered.connect(partial(self._run, action))
        return body

    def _run(self, action: Action, *_: object) -> None:
        action.run()
        self._again.start()

    def _show_keys(self) -> None:
        """Take up the keys in force. Those that go are let go of first, so that none is ever held twice."""
        changed: list[tuple[Action, list[QKeySequence]]] = []
        for action in self.table:
            wanted = [QKeySequence(key.key) for key in self.keymap.keys(action.id, self.scope)]
            if wanted != self._bodies[action.id].shortcuts():
                self._bodies[action.id].setShortcuts([])
                changed.append((action, wanted))
            self._show_tip(action)
        for action, wanted in changed:
            self._bodies[action.id].setShortcuts(wanted)

    def _show_tip(self, action: Action) -> None:
        """The title, its keys, and what it is for."""
        title, keys = self._bodies[action.id].text(), self.keys_text(action)
        first = f"{title}  ({keys})" if keys else title
        self._bodies[action.id].setToolTip("\n".join(line for line in (first, action.tip) if line))

    def _show_icons(self) -> None:
        for action in self.table:
            if action.icon:
                self._bodies[action.id].setIcon(self._theme.icon(action.icon))

    def _on_preview(self) -> None:
        # Why: a tool announces every move of the hand; only whether it is in the middle of something matters here.
        taken = self._session.annotation.toolbox.taken
        busy = taken is not None and taken.busy
        if busy != self._busy:
            self._busy = busy
            self._again.start()


def in_words(keys: Keys) -> str:
    """Keys as this system writes them."""
    return ", ".join(QKeySequence(key.key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys)


def _news(session: Session) -> tuple[SignalInstance, ...]:
    """What may change how an action stands."""
    annotation = session.annotation
    return (
        session.project_changed,
        session.samples_changed,
        session.current_changed,
        session.prediction_changed,
        session.reviewed,
        session.results.run_changed,
        session.view_state.changed,
        session.jobs.started,
        session.jobs.finished,
        annotation.changed,
        annotation.history.changed,
        session.transfer.changed,
        session.profiling.changed,
        session.reference.changed,
        session.surfacing.changed,
        annotation.toolbox.changed,
        annotation.documents.opened,
        annotation.documents.changed,
    )
