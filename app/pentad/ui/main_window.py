"""The window: it lays out docks and bars, and nothing else."""

from functools import partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu, QVBoxLayout, QWidget

from pentad.annotation.toolbox import HAND
from pentad.core.problem import Problem
from pentad.session.actions import Actions, session_actions
from pentad.session.contradiction_actions import contradiction_actions
from pentad.session.jobs import Job
from pentad.session.keys import Keymap
from pentad.session.lighting import light_actions
from pentad.session.normal_actions import normal_actions
from pentad.session.operation_actions import operation_actions
from pentad.session.pose_actions import pose_actions
from pentad.session.session import Session
from pentad.session.surface_actions import surface_actions
from pentad.session.tool_actions import tool_actions
from pentad.session.transfer_actions import transfer_actions
from pentad.ui.actions import WORKSPACES, window_actions
from pentad.ui.bridge import listen
from pentad.ui.dock import Dock
from pentad.ui.five_views import FiveViews
from pentad.ui.look_memory import remember_look, remembered_look
from pentad.ui.option_memory import OptionMemory
from pentad.ui.panels.annotate import AnnotatePanel
from pentad.ui.panels.contradictions import ContradictionsPanel
from pentad.ui.panels.evaluation import EvaluationPanel
from pentad.ui.panels.inspector import InspectorPanel
from pentad.ui.panels.jobs import JobsPanel
from pentad.ui.panels.notices import NoticesStrip
from pentad.ui.panels.pose_panel import PosePanel
from pentad.ui.panels.profile_panel import ProfilePanel
from pentad.ui.panels.rig_panel import RigPanel
from pentad.ui.panels.samples import SamplesPanel
from pentad.ui.panels.surface_panel import SurfacePanel
from pentad.ui.panels.training_panel import TrainingPanel
from pentad.ui.pictures import Pictures
from pentad.ui.qt_actions import QtActions
from pentad.ui.sample_project import begin_sample_project
from pentad.ui.segments import Segments
from pentad.ui.settings import Settings
from pentad.ui.status import Status
from pentad.ui.theme import Theme, sign
from pentad.ui.thumbnails import Thumbnails
from pentad.ui.tool_bar import ToolBar
from pentad.ui.top_bar import ROOM_FOR_WORDS, TopBar
from pentad.ui.windows import ToolWindows

MENUS = ("Project", "Edit", "View", "Annotate", "Models", "Review", "Help")
LAYOUT = 7
"""Of the saved dock state; raised when docks change."""
STACKED = (
    ("jobs", "training", "evaluation", "contradictions", "profile", "pose"),
    ("annotate", "inspector", "rig", "surface"),
)
"""Panels behind one another, at the same edge."""
ROOM_FOR_DOCKS = 1500
"""A window narrower than this gives its room to the picture one annotates."""
ROOM_FOR_RIG = 0.4
"""Of the window's width, in the Research workspace."""
ROOM_BELOW = 220
"""Logical pixels of height for the panels below."""
ROOM_FOR_POSE = 0.5
"""Of the window's height, for the pose debugger at least."""


class MainWindow(QMainWindow):
    """Samples at the left, five views in the middle, the inspector at the right, jobs below."""

    def __init__(self, session: Session, theme: Theme, settings: Settings) -> None:
        super().__init__()
        self.session, self._theme, self._settings = session, theme, settings
        self.setWindowTitle("Pentad")
        self.setWindowIcon(sign())
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.pictures, self.thumbnails = Pictures(session, self), Thumbnails(session, self)
        self.views = FiveViews(session, self.pictures)
        session.annotation.sheet_here = self.views.handling.sheet_here
        session.annotation.beneath = self.views.handling.beneath
        self.notices = NoticesStrip(session)
        self.status = Status(session, self)
        shared = (session.operations.options, session.transfer.options, session.posing.options, session.depths.options)
        own = (session.shape_maps.options, session.reference.options, session.surfacing.options)
        remembered = [*session.annotation.toolbox.options, *shared, *own]
        self._options = OptionMemory(remembered, settings, self)
        self._workspace = "review"
        self._room_before = 0
        self.docks: dict[str, Dock] = {}
        self._lay_out()
        self.tools = ToolWindows(session, self)
        table = Actions(
            session_actions(session),
            tool_actions(session),
            operation_actions(session),
            transfer_actions(session),
            contradiction_actions(session),
            pose_actions(session),
            light_actions(session),
            normal_actions(session),
            surface_actions(session),
            window_actions(self, self.views, session),
        )
        self.actions_by_id = QtActions(table, Keymap(table.default_keys, settings), session, theme, self)
        self.docks = self._make_docks()
        self._fill_menus()
        self._add_switch()
        self._fill_toolbar()
        self._connect()
        self.actions_by_id.refresh_soon()
        self._restore()
        self._show_title()
        # Why: with the focus in the filter, the first A of the day would be typed instead of accepting a part.
        self.samples.list.setFocus()

    def _lay_out(self) -> None:
        middle = QWidget()
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notices)
        layout.addWidget(self.views, 1)
        self.setCentralWidget(middle)
        self.setStatusBar(self.status)

    def _make_docks(self) -> dict[str, Dock]:
        session, theme, area = self.session, self._theme, Qt.DockWidgetArea
        self.samples = SamplesPanel(session, self.thumbnails, theme)
        self.jobs = JobsPanel(session.jobs)
        self.annotate = AnnotatePanel(session, self.actions_by_id, theme, self._settings)
        self.rig = RigPanel(session, self.pictures, theme)
        contradictions = ContradictionsPanel(session, self.actions_by_id)
        panels: list[tuple[str, str, QWidget, Qt.DockWidgetArea]] = [
            ("samples", "Samples", self.samples, area.LeftDockWidgetArea),
            ("inspector", "Inspector", InspectorPanel(session, theme), area.RightDockWidgetArea),
            ("annotate", "Annotate", self.annotate, area.RightDockWidgetArea),
            ("rig", "Rig", self.rig, area.RightDockWidgetArea),
            ("surface", "Surface", SurfacePanel(session, theme), area.RightDockWidgetArea),
            ("jobs", "Jobs", self.jobs, area.BottomDockWidgetArea),
            ("training", "Training", TrainingPanel(session, theme), area.BottomDockWidgetArea),
            ("evaluation", "Evaluation", EvaluationPanel(session), area.BottomDockWidgetArea),
            ("contradictions", "Contradictions", contradictions, area.BottomDockWidgetArea),
            ("profile", "Profile", ProfilePanel(session, theme, self._settings), area.BottomDockWidgetArea),
            ("pose", "Pose", PosePanel(session, self.actions_by_id, theme, self._settings), area.BottomDockWidgetArea),
        ]
        docks = {}
        for name, title, panel, place in panels:
            docks[name] = Dock(name, title, panel, theme, self)
            self.addDockWidget(place, docks[name])
        for row in STACKED:
            for one, other in pairwise(row):
                self.tabifyDockWidget(docks[one], docks[other])
        for name in docks:
            docks[name].setVisible(name in ("samples", "inspector"))
        return docks

    def _fill_menus(self) -> None:
        menus = {title: self.menuBar().addMenu(title) for title in MENUS}
        inner: dict[str, QMenu] = {}
        for action in self.actions_by_id.table:
            title, _, below = action.menu.partition("/")
            menu = menus[title]
            if below:
                menu = inner.get(action.menu) or inner.setdefault(action.menu, menu.addMenu(below))
            menu.addAction(self.actions_by_id[action.id])
            self.addAction(self.actions_by_id[action.id])

    def _add_switch(self) -> None:
        self._switch = Segments({name: title for name, (title, _) in WORKSPACES.items()}, "Workspace")
        self._switch.setObjectName("workspace")
        self._switch.chosen.connect(self.arrange)
        self.menuBar().setCornerWidget(self._switch)

    def _fill_toolbar(self) -> None:
        self._bar = TopBar(self.actions_by_id, self)
        self.addToolBar(self._bar)
        self._tool_bar = ToolBar(self.session, self.actions_by_id, self)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self._tool_bar)

    def _connect(self) -> None:
        self.views.pointed.connect(self.status.show_pointed)
        self.views.zoomed.connect(self.status.show_zoom)
        self.views.empty.folder_wanted.connect(self.ask_for_folder)
        self.views.empty.sample_wanted.connect(self.open_sample_project)
        self.status.jobs.asked.connect(partial(self.toggle_panel, "jobs"))
        for dock in self.docks.values():
            dock.visibilityChanged.connect(self.actions_by_id.refresh_soon)
        for window in (self, *self.docks.values()):
            self.actions_by_id.serve(window)
        listen(self, self.session.project_changed, self._on_project)
        listen(self, self.session.current_changed, self._show_title)
        listen(self, self.session.jobs.finished, self._on_finished)
        listen(self, self.session.posing.begun, self._show_pose)
        listen(self, self.session.annotation.toolbox.changed, self._show_profile)
        listen(self, self.session.surfacing.wanted, self._show_surface)
        self.docks["pose"].visibilityChanged.connect(self._on_pose_seen)

    def _on_project(self) -> None:
        project = self.session.project
        if project is not None:
            self._settings.put("project/last", str(project.folder))
        self._show_title()

    def _on_finished(self, job: Job[object]) -> None:
        if job.problem is not None and not job.quiet:
            self.session.noticed.emit(job.problem)

    def _show_title(self) -> None:
        project, current = self.session.project, self.session.current
        words = [current.id] if current is not None else []
        words += [project.name] if project is not None else []
        self.setWindowTitle(" · ".join([*words, "Pentad"]))

    # What the actions ask for.

    def ask_for_folder(self) -> None:
        self._open_chosen(QFileDialog.getExistingDirectory(self, "Open a project or a data set"))

    def ask_for_zip(self) -> None:
        self._open_chosen(QFileDialog.getOpenFileName(self, "Open a data set", "", "Zip files (*.zip)")[0])

    def _open_chosen(self, chosen: str) -> None:
        if chosen:
            self.session.open_project(Path(chosen))

    def find_sample(self) -> None:
        self.docks["samples"].show()
        self.samples.ask()

    def open_sample_project(self) -> None:
        begin_sample_project(self.session)

    def export_masks(self) -> None:
        self.tools.export_masks()

    def import_masks(self) -> None:
        self.tools.import_masks()

    def import_lights(self) -> None:
        self.tools.import_lights(self._theme)

    def train(self) -> None:
        self.tools.train().started.connect(partial(self._raise, "training"))

    def detect(self) -> None:
        self.tools.detect()

    def make_depth(self) -> None:
        self.tools.make_depth()

    def show_backbones(self) -> None:
        self.tools.backbones()

    def show_palette(self) -> None:
        self.tools.palette(self.actions_by_id)

    def show_keys(self) -> None:
        self.tools.keys(self.actions_by_id)

    def show_manual(self) -> None:
        self.tools.manual()

    def show_log(self) -> None:
        self.tools.log()

    def show_about(self) -> None:
        self.tools.about()

    def fly_to_view(self) -> None:
        self._raise("rig")
        self.rig.fly()

    def show_whole_rig(self) -> None:
        self._raise("rig")
        self.rig.overview()

    def edit_rig(self) -> None:
        self.tools.edit_rig()

    def save_rig_picture(self) -> None:
        self._raise("rig")
        self.rig.ask_for_snapshot()

    def _raise(self, name: str) -> None:
        self.docks[name].show()
        self.docks[name].raise_()

    def switch_theme(self) -> None:
        self._theme.switch("light" if self._theme.name == "dark" else "dark")
        self._settings.put("window/theme", self._theme.name)

    def toggle_panel(self, name: str) -> None:
        dock = self.docks[name]
        dock.setVisible(not dock.isVisible())
        if dock.isVisible():
            dock.raise_()

    def _show_profile(self) -> None:
        """Whoever takes the tool for it wants to see what it finds."""
        if self.session.annotation.toolbox.taken is self.session.annotation.toolbox.section:
            self._raise("profile")

    def _show_surface(self) -> None:
        self._raise("surface")

    def _show_pose(self) -> None:
        if not self.docks["pose"].isVisible():
            self._raise("pose")

    def _on_pose_seen(self, seen: bool) -> None:
        """The debugger needs half of the window; the panels it shares its place with get back what they had."""
        dock, least = self.docks["pose"], round(self.height() * ROOM_FOR_POSE)
        beside = [other for other in self.tabifiedDockWidgets(dock) if not other.isHidden()]
        if seen and dock.height() < least:
            self._room_before = dock.height() if beside else ROOM_BELOW
            self.resizeDocks([dock], [least], Qt.Orientation.Vertical)
        elif not seen and beside and self._room_before:
            self.resizeDocks(beside[:1], [self._room_before], Qt.Orientation.Vertical)
            self._room_before = 0

    def panel_is_open(self, name: str) -> bool:
        return name in self.docks and self.docks[name].isVisible()

    def arrange(self, workspace: str) -> None:
        """Show the docks of a workspace; the sample, the zoom and everything done stay as they are."""
        was_research = self._workspace == "research"
        self._workspace = workspace if workspace in WORKSPACES else "review"
        research, annotate = self._workspace == "research", self._workspace == "annotate"
        self._give_corners(wide=research)
        shown = {"samples": True, "inspector": not annotate, "annotate": annotate}
        for name, visible in {**shown, "jobs": research, "evaluation": research, "rig": research}.items():
            self.docks[name].setVisible(visible)
        self._show_bars()
        if annotate and self.width() < ROOM_FOR_DOCKS:
            self.resizeDocks([self.docks["samples"], self.docks["annotate"]], [190, 280], Qt.Orientation.Horizontal)
        self._begin_annotating(active=annotate)
        if research:
            self.docks["evaluation"].raise_()
            self.docks["rig"].raise_()
        if research != was_research:
            room = round(self.width() * ROOM_FOR_RIG) if research else 340 if self.width() >= ROOM_FOR_DOCKS else 280
            right = self.docks["annotate" if annotate else "inspector"]
            self.resizeDocks([right], [room], Qt.Orientation.Horizontal)
        self._switch.show_choice(self._workspace)
        self.actions_by_id.refresh_soon()

    def _give_corners(self, *, wide: bool) -> None:
        """To the panels below, or to those at the sides: tables and plots are wide, lists are high."""
        area = Qt.DockWidgetArea
        sides = (area.LeftDockWidgetArea, area.RightDockWidgetArea)
        corners = (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner)
        for corner, side in zip(corners, sides, strict=True):
            self.setCorner(corner, area.BottomDockWidgetArea if wide else side)

    def _show_bars(self) -> None:
        self._bar.show_workspace(self._workspace)
        self._tool_bar.setVisible(self._workspace == "annotate")

    def _begin_annotating(self, *, active: bool) -> None:
        """Outside the Annotate workspace no tool is in the hand."""
        annotation = self.session.annotation
        if active != annotation.active:
            annotation.toolbox.take(HAND)
            self.session.view_state.set(maximised=None)
            annotation.set_active(active)

    def is_arranged(self, workspace: str) -> bool:
        return self._workspace == workspace

    # Coming and going.

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 (Qt's name)
        super().resizeEvent(event)
        self._bar.show_width(wide=self.width() >= ROOM_FOR_WORDS)

    def _restore(self) -> None:
        if not self.restoreGeometry(self._settings.bytes("window/geometry")):
            self.resize(self.screen().availableSize() * 0.92)
        if not self.restoreState(self._settings.bytes("window/docks"), LAYOUT):
            self.resizeDocks([self.docks["samples"], self.docks["inspector"]], [270, 340], Qt.Orientation.Horizontal)
            self.resizeDocks([self.docks["jobs"]], [ROOM_BELOW], Qt.Orientation.Vertical)
        self.session.view_state.set(**remembered_look(self._settings))
        self._workspace = self._settings.text("window/workspace", "review")
        self._switch.show_choice(self._workspace)
        self._give_corners(wide=self._workspace == "research")
        self._show_bars()
        self._begin_annotating(active=self._workspace == "annotate")

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 (Qt's name)
        if not self.session.annotation.may_leave():
            event.ignore()
            return
        self._settings.put("window/geometry", self.saveGeometry())
        self._settings.put("window/docks", self.saveState(LAYOUT))
        self._settings.put("window/workspace", self._workspace)
        remember_look(self.session.view_state.look, self._settings)
        self._settings.save()
        self.hide()
        self.session.close()
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 (Qt's name)
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 (Qt's name)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if not paths:
            remedy = "Drop a folder or a zip from this computer."
            self.session.noticed.emit(Problem("What was dropped is not a file", remedy=remedy))
            return
        self.session.open_project(paths[0])
