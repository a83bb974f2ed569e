"""Actions given a body in Qt: they run, and follow the state of the session."""

from functools import partial

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QKeySequence

from pentad.session.actions import Action, Actions
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.theme import Theme


class QtActions(QObject):
    """One QAction an Action. Whether it can be done and is switched on is asked again whenever something changed."""

    def __init__(self, actions: Actions, session: Session, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.table = actions
        self._theme = theme
        self._bodies = {action.id: self._body(action) for action in actions}
        self._again = QTimer(self, interval=0, singleShot=True)
        self._connect(session)
        self.refresh()

    def _connect(self, session: Session) -> None:
        self._again.timeout.connect(self.refresh)
        for signal in (
            session.project_changed,
            session.samples_changed,
            session.current_changed,
            session.prediction_changed,
            session.reviewed,
            session.results.run_changed,
            session.view_state.changed,
            session.jobs.started,
            session.jobs.finished,
        ):
            listen(self, signal, self._again.start)
        self._theme.changed.connect(self._show_icons)

    def __getitem__(self, id: str) -> QAction:
        return self._bodies[id]

    def refresh(self) -> None:
        """Ask every action how it stands."""
        for action in self.table:
            body = self._bodies[action.id]
            body.setEnabled(action.enabled())
            if action.checked is not None:
                body.setChecked(action.checked())

    def refresh_soon(self) -> None:
        self._again.start()

    def _body(self, action: Action) -> QAction:
        body = QAction(action.title, self)
        body.setShortcuts([QKeySequence(key) for key in action.keys])
        body.setAutoRepeat(action.id in {"review.next", "review.previous", "look.zoom-in", "look.zoom-out"})
        body.setCheckable(action.checked is not None)
        body.setToolTip(tooltip(action))
        body.setStatusTip("")
        if action.icon:
            body.setIcon(self._theme.icon(action.icon))
        body.triggered.connect(partial(self._run, action))
        return body

    def _run(self, action: Action, *_: object) -> None:
        action.run()
        self._again.start()

    def _show_icons(self) -> None:
        for action in self.table:
            if action.icon:
                self._bodies[action.id].setIcon(self._theme.icon(action.icon))


def tooltip(action: Action) -> str:
    """The title, its keys, and what it is for."""
    keys = f"  ({keys_text(action)})" if action.keys else ""
    return f"{action.title}{keys}" + (f"\n{action.tip}" if action.tip else "")


def keys_text(action: Action) -> str:
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in action.keys)
