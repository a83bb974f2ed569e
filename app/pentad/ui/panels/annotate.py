"""The right column while one annotates: the tool's settings, the classes, the rule, the light, the history."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.panels.carry_box import CarryBox
from pentad.ui.panels.classes_box import ClassesBox
from pentad.ui.panels.cleanup_box import CleanUpBox
from pentad.ui.panels.depth_box import DepthBox
from pentad.ui.panels.history_box import HistoryBox
from pentad.ui.panels.light_box import LightBox
from pentad.ui.panels.normals_box import NormalsBox
from pentad.ui.panels.rule_box import RuleBox
from pentad.ui.panels.tool_options import ToolOptions
from pentad.ui.qt_actions import QtActions
from pentad.ui.section import Section
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme


class AnnotatePanel(QScrollArea):
    """Sections one below the other, each to be folded; the classes take the room that is left."""

    def __init__(self, session: Session, actions: QtActions, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self._session = session
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.options, self.light = ToolOptions(session), LightBox(session)
        self.classes, self.rule = ClassesBox(session, theme), RuleBox(session)
        self.cleanup, self.carry = CleanUpBox(session, actions), CarryBox(session, actions)
        self.history = HistoryBox(session, settings)
        self.tool = Section("tool", "Hand", self.options, theme, settings)
        self._classes = Section("classes", "Classes", self.classes, theme, settings)
        self._rule = Section("rule", "Paint only", self.rule, theme, settings, open=False)
        self._carry = Section("carry", "Other views", self.carry, theme, settings, open=False)
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(10, 6, 10, 10)
        layout.setSpacing(6)
        for section, stretch in (
            (self.tool, 0),
            (self._classes, 2),
            (self._rule, 0),
            (self._carry, 0),
            (Section("cleanup", "Clean up", self.cleanup, theme, settings, open=False), 0),
            (Section("normals", "Normals", NormalsBox(session), theme, settings, open=False), 0),
            (Section("light", "Light", self.light, theme, settings, open=False), 0),
            (Section("depth", "Depth", DepthBox(session), theme, settings, open=False), 0),
            (Section("history", "History", self.history, theme, settings), 1),
        ):
            layout.addWidget(section, stretch)
        self.setWidget(inside)
        self.setMinimumWidth(272)
        listen(self, session.annotation.toolbox.changed, self._show_tool)
        self.rule.said.connect(self._show_rule)
        self.carry.said.connect(self._carry.say)

    def _show_rule(self, words: str) -> None:
        self._rule.say(words.removeprefix("only "), "warn" if words else "quiet")

    def _show_tool(self) -> None:
        taken = self._session.annotation.toolbox.taken
        self.tool.set_title(taken.title if taken is not None else "Hand")
