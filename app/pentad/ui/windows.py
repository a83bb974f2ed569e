"""The windows beside the main one, made when they are first asked for."""

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from pentad.session.session import Session
from pentad.ui.dialogs.backbones import BackbonesDialog
from pentad.ui.dialogs.depth import DepthDialog
from pentad.ui.dialogs.detecting import DetectionDialog
from pentad.ui.dialogs.exchange import ExportDialog, ImportDialog
from pentad.ui.dialogs.keys import KeySheet
from pentad.ui.dialogs.light_import.dialog import LightImportDialog
from pentad.ui.dialogs.palette import Palette
from pentad.ui.dialogs.rig_editor import RigEditor
from pentad.ui.dialogs.sheets import BACKBONES_PAGE, LogSheet, ManualSheet
from pentad.ui.dialogs.training import TrainingDialog
from pentad.ui.log import log_file
from pentad.ui.qt_actions import QtActions
from pentad.ui.theme import Theme

Sheet = TypeVar("Sheet", bound=QDialog)


class ToolWindows:
    """Opens them; none is modal, and each ends when it is closed."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session, self._parent = session, parent

    def train(self) -> TrainingDialog:
        return _shown(TrainingDialog(self._session, self._parent))

    def detect(self) -> DetectionDialog:
        return _shown(DetectionDialog(self._session, self._parent))

    def backbones(self) -> BackbonesDialog:
        window = _shown(BackbonesDialog(self._session, self._parent))
        window.page_wanted.connect(self.backbones_page)
        return window

    def backbones_page(self) -> ManualSheet:
        return _shown(ManualSheet(self._parent, page=BACKBONES_PAGE))

    def make_depth(self) -> DepthDialog:
        return _shown(DepthDialog(self._session, self._parent))

    def export_masks(self) -> ExportDialog:
        return _shown(ExportDialog(self._session, self._parent))

    def import_masks(self) -> ImportDialog:
        return _shown(ImportDialog(self._session, self._parent))

    def import_lights(self, theme: Theme) -> LightImportDialog:
        # Why kept: what was said on the way from photographs to normals is not lost by closing the window.
        kept = self._parent.findChildren(LightImportDialog)
        window = kept[0] if kept else LightImportDialog(self._session, theme, self._parent)
        window.show()
        window.raise_()
        window.activateWindow()
        return window

    def edit_rig(self) -> RigEditor:
        # Why: two of them would each save over what the other one saved.
        for window in self._parent.findChildren(RigEditor):
            if window.isVisible():
                window.raise_()
                window.activateWindow()
                return window
        return _shown(RigEditor(self._session, self._parent))

    def palette(self, actions: QtActions) -> Palette:
        window = Palette(actions, self._parent)
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.show_in(self._parent)
        return window

    def keys(self, actions: QtActions) -> KeySheet:
        return _shown(KeySheet(actions, self._parent))

    def manual(self) -> ManualSheet:
        return _shown(ManualSheet(self._parent))

    def log(self) -> LogSheet:
        return _shown(LogSheet(log_file(), self._parent))

    def about(self) -> QDialog:
        from pentad.ui.dialogs.about import AboutSheet  # Why: few ask, and the window need not wait for it.

        return _shown(AboutSheet(self._session, self._parent.windowIcon(), self._parent))


def _shown(window: Sheet) -> Sheet:
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    window.show()
    return window
