"""What is shown of depth: measured or made, which of what was made, on which scale, and what made it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from pentad.core.problem import Problem
from pentad.sdk import DepthMade
from pentad.session.depth_maps import TITLES, DepthMap
from pentad.session.session import Session
from pentad.session.view_state import DepthKind
from pentad.ui.bridge import listen
from pentad.ui.colour_bar import ColourBar
from pentad.ui.composing import depth_colours
from pentad.ui.section import FewLines, panel_rows

NONE = (
    "The row Depth (Ctrl+6) shows the data set's own depth, and what a trained generator makes (Models > Make depth)."
)


class DepthBox(QWidget):
    """Follows the depth of the session's sample and the look; what there is none of is not there."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.shown, self.files = QComboBox(), QComboBox()
        self.bar, self.words = ColourBar(), FewLines(3)
        self._form = panel_rows()
        self._told: tuple[object, ...] = ()
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        for kind, title in TITLES.items():
            self.shown.addItem(title, kind.value)
        self.shown.setToolTip("What is shown in the row Depth  (Ctrl+6)")
        self.files.setToolTip("What was made of this sample; Models > Make depth makes another")
        for choice, name in ((self.shown, "What is shown of depth"), (self.files, "Which generated depth")):
            choice.setAccessibleName(name)
            choice.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        form = self._form
        form.addRow("Show", self.shown)
        form.addRow("Made", self.files)
        form.addRow("", self.bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(form)
        layout.addWidget(self.words)

    def _connect(self) -> None:
        session = self._session
        for signal in (session.view_state.changed, session.depth_maps.changed, session.depths.changed):
            listen(self, signal, self._show)
        listen(self, session.current_changed, self._show)
        self.shown.activated.connect(self._on_chosen)
        self.files.activated.connect(self._on_file)

    def _show(self) -> None:
        session = self._session
        sample, active = session.current, session.view_state.look.active
        views = [view.name for view in sample.views] if sample is not None else []
        view = active if active in views else next(iter(views), None)
        there = sample is not None and view is not None and session.depth_maps.offered(sample, view)
        kind = session.depth_maps.kind(view) if there and view is not None else session.view_state.look.depth
        shown = session.depth_maps.shown(view) if there and view is not None else None
        depths = session.depths
        said = str(shown) if isinstance(shown, Problem) else shown
        wanted = session.view_state.look.depth
        told = (there, view, kind, wanted, said, depths.file, depths.number, tuple(depths.files), depths.exists)
        if told == self._told:
            return  # Why: a lamp that follows the hand changes the look with its every move.
        self._told = told
        self.shown.setCurrentIndex(self.shown.findData(kind.value))
        self._show_files()
        self._form.setRowVisible(self.shown, there)
        self._form.setRowVisible(self.files, depths.exists and kind is not DepthKind.TRUE)
        self._form.setRowVisible(self.bar, isinstance(shown, DepthMap))
        if isinstance(shown, DepthMap):
            low, high = shown.ends
            self.bar.show_range(depth_colours(shown.kind), shown.low, shown.high, None, ends=(low, high))
        self.words.say(self._about(kind, shown, view) if there else NONE)

    def _show_files(self) -> None:
        depths = self._session.depths
        self.files.clear()
        for file in reversed(depths.files):
            number, _, made_by = file.stem.partition("-")
            self.files.addItem(f"{int(number)}: {made_by}", str(file))
            if file == depths.file:
                self.files.setCurrentIndex(self.files.count() - 1)
        if depths.file is None and depths.exists:
            self.files.insertItem(0, "not kept", "")
            self.files.setCurrentIndex(0)

    def _about(self, kind: DepthKind, shown: DepthMap | Problem | None, view: str | None) -> str:
        if isinstance(shown, Problem):
            return f"{shown}. {shown.remedy}"
        if kind is DepthKind.TRUE:
            return f"The data set's own depth; the scale is that of {view}."
        made = self._session.depths.made
        return f"{made_words(made)}; the scale is that of {view}." if made is not None else ""

    def _on_chosen(self) -> None:
        self._session.view_state.set(depth=DepthKind(str(self.shown.currentData())))

    def _on_file(self) -> None:
        chosen = str(self.files.currentData())
        for file in self._session.depths.files:
            if str(file) == chosen:
                self._session.depths.choose(file)


def made_words(made: DepthMade) -> str:
    """What made a depth, and what makes it again."""
    drawn = "1 sample" if made.samples == 1 else f"mean of {made.samples} samples"
    return f"{made.made_by.caption}, seed {made.seed}, {drawn}, {made.steps} steps"
