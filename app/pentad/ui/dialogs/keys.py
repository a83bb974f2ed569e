"""All keys on one page, to be read, changed and printed."""

from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from pentad.session.actions import Action
from pentad.ui.qt_actions import QtActions


class KeySheet(QDialog):
    """All actions that have a key, by menu."""

    def __init__(self, actions: QtActions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        by_menu: dict[str, list[Action]] = {}
        for action in actions.table:
            if actions.keys_text(action):
                by_menu.setdefault(action.menu.split("/")[0], []).append(action)
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(6)
        row = 0
        for menu, listed in by_menu.items():
            title = QLabel(menu)
            title.setProperty("role", "heading")
            grid.addWidget(title, row, 0, 1, 3)
            for number, action in enumerate(listed, row + 1):
                tip = QLabel(action.tip)
                tip.setProperty("role", "quiet")
                for column, label in enumerate((QLabel(actions.keys_text(action)), QLabel(action.title), tip)):
                    grid.addWidget(label, number, column)
            row += len(listed) + 1
            grid.setRowMinimumHeight(row, 12)
            row += 1
        grid.setColumnStretch(2, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self.resize(680, 640)
