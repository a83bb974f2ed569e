"""Everything about what is shown: scores first, then how it is drawn."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from pentad.session.session import Session
from pentad.ui.panels.depth_box import DepthBox
from pentad.ui.panels.light_box import LightBox
from pentad.ui.panels.look_box import LookBox, heading
from pentad.ui.panels.normals_box import NormalsBox
from pentad.ui.panels.runs_box import RunsBox
from pentad.ui.panels.scores_box import ScoresBox
from pentad.ui.theme import Theme


class InspectorPanel(QScrollArea):
    """Scores and look, one above the other, scrolling where there is little room."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.runs, self.scores, self.look = RunsBox(session), ScoresBox(session, theme), LookBox(session)
        self.normals, self.light = NormalsBox(session), LightBox(session)
        self.depths = DepthBox(session)
        line = QFrame()
        line.setProperty("role", "line")
        inside = QWidget()
        layout = QVBoxLayout(inside)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(12)
        for widget in (
            self.runs,
            self.scores,
            line,
            self.look,
            heading("Normals"),
            self.normals,
            heading("Light"),
            self.light,
            heading("Depth"),
            self.depths,
        ):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.setWidget(inside)
        self.setMinimumWidth(280)
