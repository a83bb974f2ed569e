"""Pictures of the window at the milestones of a run nobody watches; then it closes."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from pentad.ui.bridge import listen
from pentad.ui.main_window import MainWindow

log = logging.getLogger(__name__)
SETTLE_MS = 800
LOOK_MS = 250


class Screenshots(QObject):
    """Watches the session through a window and saves what it looks like when something new is to be seen."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        super().__init__(window)
        self._window, self._session, self._folder = window, window.session, folder
        self._taken: list[str] = []
        self._quiet = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._timer = QTimer(window, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        listen(window, window.session.prediction_changed, self._look)
        QTimer.singleShot(0, window, self._first)

    def _first(self) -> None:
        self._take("first-paint")

    def _look(self) -> None:
        seen = any(tile.canvas.stack is not None for tile in self._window.views.tiles)
        if seen and "first-part" not in self._taken:
            QTimer.singleShot(SETTLE_MS, self._window, self._first_part)
            self._taken.append("first-part")
        if self._session.prediction is not None and "first-heatmap" not in self._taken:
            QTimer.singleShot(SETTLE_MS, self._window, self._first_heatmap)
            self._taken.append("first-heatmap")
        self._quiet = 0 if self._session.jobs.unsettled else self._quiet + 1
        started = self._session.current is not None or self._quiet * LOOK_MS > 20_000
        if started and self._quiet * LOOK_MS >= 4 * SETTLE_MS:
            self._timer.stop()
            self._take("done")
            self._window.close()

    def _first_part(self) -> None:
        self._take("first-part")

    def _first_heatmap(self) -> None:
        self._take("first-heatmap")

    def _take(self, name: str) -> None:
        file = self._folder / f"{name}.png"
        if not self._window.grab().save(str(file)):
            log.warning("%s could not be written", file)
