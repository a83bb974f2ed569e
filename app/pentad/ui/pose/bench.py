"""Where the parts of the pose debugger stand: side by side where there is room, else behind one another."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QTabWidget, QWidget

from pentad.ui.settings import Settings

WIDE_PX, TALL_PX = 1400, 390
"""From here on the table stands at the right, and the references below the curves."""
_SIZES = {("across", True): (600, 640, 320), ("across", False): (500, 560), ("down", True): (300, 170)}


class Bench(QSplitter):
    """Pages at the left, the plots beside them, the table at the right. What has no room becomes a tab of the plots.

    Where the handles stand is remembered, for each arrangement by itself.
    """

    def __init__(
        self, settings: Settings, pages: QWidget, curves: QWidget, references: QWidget, table: QWidget
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._settings, self._references, self._table = settings, references, table
        self._wide = self._tall = True
        self._plots, self._tabs = QSplitter(Qt.Orientation.Vertical), QTabWidget()
        self._tabs.setDocumentMode(True)
        self._tabs.setTabBarAutoHide(True)
        self._tabs.tabBar().setDrawBase(False)
        self._tabs.tabBar().setAccessibleName("Curves, references and numbers")
        self._plots.addWidget(curves)
        self._plots.addWidget(references)
        self._tabs.addTab(self._plots, "Curves")
        for widget in (pages, self._tabs, table):
            self.addWidget(widget)
        for splitter in (self, self._plots):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(3)
            splitter.splitterMoved.connect(self._keep_sizes)
        self._restore()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(420, 160)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        wide, tall = self.width() >= WIDE_PX, self.height() >= TALL_PX
        if (wide, tall) != (self._wide, self._tall):
            self._wide, self._tall = wide, tall
            self._arrange()

    def _arrange(self) -> None:
        while self._tabs.count() > 1:
            self._tabs.removeTab(1)
        if self._tall:
            self._plots.addWidget(self._references)
        else:
            self._tabs.addTab(self._references, "References")
        if self._wide:
            self.addWidget(self._table)
        else:
            self._tabs.addTab(self._table, "Numbers")
        if self._tall:
            self._references.show()
        if self._wide:
            self._table.show()
        self._restore()

    def _restore(self) -> None:
        for splitter, (way, roomy) in self._ways():
            kept = self._settings.bytes(f"pose/{way}-{roomy}")
            if not splitter.restoreState(kept) and (way, roomy) in _SIZES:
                splitter.setSizes(_SIZES[way, roomy])

    def _keep_sizes(self, *_: object) -> None:
        for splitter, (way, roomy) in self._ways():
            self._settings.put(f"pose/{way}-{roomy}", splitter.saveState())

    def _ways(self) -> tuple[tuple[QSplitter, tuple[str, bool]], ...]:
        return (self, ("across", self._wide)), (self._plots, ("down", self._tall))
