"""What one reaches for most, along the top; a workspace has its own choice of it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolBar, QToolButton, QWidget

from pentad.ui.qt_actions import QtActions

Groups = tuple[tuple[str, ...], ...]
TOOLS: Groups = (
    ("project.open",),
    ("models.train", "models.detect", "models.evaluate"),
    ("look.fit", "look.one-to-one", "look.maximise", "look.linked"),
    ("look.row.composite", "look.row.rgb", "look.row.normal", "look.row.depth", "look.row.mask", "look.row.heatmap"),
)
ANNOTATE: Groups = (
    ("project.open",),
    ("edit.undo", "edit.redo", "project.save"),
    ("look.fit", "look.one-to-one", "look.maximise", "look.linked"),
    ("mask.show", "mask.contour", "light.switch"),
)
VERDICTS: Groups = (
    ("review.previous", "review.next"),
    ("review.accept", "review.needs-work", "review.reject"),
)
WORDED = ("models.train", "models.detect", "models.evaluate", "review.accept", "review.needs-work", "review.reject")
ROOM_FOR_WORDS = 1150


class TopBar(QToolBar):
    """Tools at the left, verdicts at the right."""

    def __init__(self, actions: QtActions, parent: QWidget) -> None:
        super().__init__("Tools", parent)
        self._actions = actions
        self._annotate: bool | None = None
        self._wide = True
        self.setObjectName("tools")
        self.setMovable(False)
        self.setIconSize(QSize(18, 18))
        self.show_workspace("review")

    def show_workspace(self, workspace: str) -> None:
        """Offer what that workspace needs; may be called twice."""
        annotate = workspace == "annotate"
        if annotate == self._annotate:
            return
        self._annotate = annotate
        self.clear()
        self._fill(ANNOTATE if annotate else TOOLS)
        gap = QWidget()
        gap.setSizePolicy(gap.sizePolicy().Policy.Expanding, gap.sizePolicy().Policy.Preferred)
        self.addWidget(gap)
        self._fill(VERDICTS)
        for child in self.findChildren(QToolButton):
            child.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.show_width(wide=self._wide)

    def show_width(self, *, wide: bool) -> None:
        """A narrow window keeps the icons and drops the words beside them."""
        self._wide = wide
        style = Qt.ToolButtonStyle
        wanted = style.ToolButtonTextBesideIcon if wide else style.ToolButtonIconOnly
        for name in WORDED:
            button = self.widgetForAction(self._actions[name])
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(wanted)

    def _fill(self, groups: Groups) -> None:
        for number, group in enumerate(groups):
            if number:
                self.addSeparator()
            for id in group:
                self.addAction(self._actions[id])
