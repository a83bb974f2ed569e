"""Maps of the part: the depth that a pose renders, and what a model that compares such depths saw of the sample."""

from collections.abc import Mapping
from functools import partial

import cv2
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pentad.canvas.colours import HeatMapName
from pentad.canvas.pyramid import Pyramid
from pentad.core.arrays import Rgb
from pentad.core.problem import Problem
from pentad.sdk import Insight, Rendering
from pentad.session.explaining import start_explaining
from pentad.session.jobs import Job, State
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.pose.looking import PoseLook
from pentad.ui.pose.map_tiles import MapTiles, Plate
from pentad.ui.pose.pages import Page
from pentad.ui.segments import Segments

_PATIENCE_MS = 150
"""How long an iteration has to stand still before its depth is drawn."""
_PART = 0.5
_BOX_COLOUR = (255, 122, 102)
NO_RUN = "The depth that a pose renders shows here. Align a part, or open a trace."
NO_MODEL = (
    "What a model saw of this sample: the depth it was given, its distance maps D1 to D4, their fusion, and its box. "
    "It takes a run of such a model (MMPDN) on show: Models > Detect."
)


class MapsView(Page):
    """Depth under the pose looked at, or the maps inside the model of the run on show, one view at a time."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._look: PoseLook | None = None
        self._asked: tuple[object, ...] = ()
        self._insights: Mapping[str, Insight] = {}
        self._kind = "depth"
        self.kinds = Segments({"depth": "Depth of the pose", "model": "Inside the model"}, "Maps")
        self.views, self.ask, self.words = QComboBox(), QPushButton("Look into the model"), QLabel()
        self.tiles = MapTiles()
        self._clock = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.kinds.show_choice(self._kind)
        self.views.setAccessibleName("View")
        self.views.setToolTip("View")
        self.words.setProperty("role", "quiet")
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 3, 8, 3)
        bar.setSpacing(6)
        for widget in (self.kinds, self.views, self.ask):
            bar.addWidget(widget)
        bar.addWidget(self.words, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.tiles, 1)

    def _connect(self) -> None:
        self.kinds.chosen.connect(self._on_kind)
        self.views.activated.connect(self._on_view)
        self.ask.clicked.connect(self._on_asked)
        self._clock.timeout.connect(self._draw_depth)
        self.tiles.said.connect(self.words.setText)
        listen(self, self._session.current_changed, self._forget_model)
        listen(self, self._session.results.run_changed, self._forget_model)

    def show_look(self, look: PoseLook | None) -> None:
        self._look = look
        self._show()

    def _show(self) -> None:
        self.ask.setVisible(self._kind == "model")
        self.ask.setEnabled(self._session.results.run is not None and self._session.current is not None)
        if self._kind == "model":
            self._show_model()
        else:
            self._show_depth()

    def _offer(self, names: list[str]) -> None:
        if names != [self.views.itemText(row) for row in range(self.views.count())]:
            chosen = self.views.currentText()
            self.views.clear()
            self.views.addItems(names)
            self.views.setCurrentIndex(max(self.views.findText(chosen), 0))
        self.views.setVisible(len(names) > 1)

    def _on_view(self) -> None:
        self._show()

    def _on_kind(self, kind: str) -> None:
        self._kind, self._asked = kind, ()
        self._show()

    # The depth of a pose.

    def _show_depth(self) -> None:
        look = self._look
        if look is None or look.run.start is None or look.step is None:
            self._asked = ()
            self._offer([])
            self.tiles.show_words(NO_RUN)
            return
        self._offer([camera.name for camera in look.run.start.cameras])
        asked = (look.run, look.index, self.views.currentIndex())
        if asked != self._asked:
            self._asked = asked
            self._clock.start()

    def _draw_depth(self) -> None:
        look = self._look
        if self._kind != "depth" or look is None or look.step is None or look.run.start is None or not look.run.mesh:
            return
        camera = look.run.start.cameras[max(self.views.currentIndex(), 0)]
        mesh, pose, aligners = look.run.mesh, look.step.pose, self._session.aligners
        settings = {**look.run.made_with, "normalised": True}
        title = f"{camera.name}, iteration {look.index + 1}"
        job = self._session.jobs.run(
            f"Depth of {title}",
            lambda ticket: aligners["ptad"].render(mesh, camera, pose, settings, ticket),
            lane="cpu",
            replaces="pose depth",
            quiet=True,
        )
        listen(self, job.changed, partial(self._on_depth, job, title))

    def _on_depth(self, job: Job[Rendering], title: str) -> None:
        if job.state is State.DONE and job.result is not None and self._kind == "depth":
            depth = np.where(job.result.mask > _PART, job.result.depth, np.nan).astype(np.float32)
            self.tiles.show_plates((Plate(f"Depth of {title}", depth, "mm", HeatMapName.VIRIDIS),))
        elif job.state is State.FAILED and job.problem is not None:
            self.tiles.show_problem(job.problem)

    # Inside a model.

    def _show_model(self) -> None:
        self._offer(list(self._insights))
        if not self._insights:
            if self._asked != ("waiting",):
                self.tiles.show_words(NO_MODEL)
            return
        view = self.views.currentText()
        if self._asked == ("model", view):
            return
        self._asked = ("model", view)
        insight = self._insights[view]
        seen = Plate(f"Photo, score {insight.score:.2f}", picture=Pyramid.build(boxed(insight)))
        plates = [Plate(each.title, each.values, each.unit, HeatMapName.INFERNO) for each in insight.maps]
        self.tiles.show_plates((seen, *plates))

    def _on_asked(self) -> None:
        job = start_explaining(self._session)
        if job is not None:
            self._insights, self._asked = {}, ("waiting",)
            self.tiles.show_words("Asking the model…")
            listen(self, job.changed, partial(self._on_insights, job))

    def _on_insights(self, job: Job[Mapping[str, Insight]]) -> None:
        if self._kind != "model":
            return
        if job.state is State.DONE and job.result is not None:
            self._insights, self._asked = job.result, ()
            self._show()
        elif job.problem is not None:
            self._show_problem(job.problem)

    def _show_problem(self, problem: Problem) -> None:
        self._asked = ("waiting",)
        self.tiles.show_problem(problem)

    def _forget_model(self) -> None:
        self._insights = {}
        if self._kind == "model":
            self._asked = ()
            self._show()


def boxed(insight: Insight) -> Rgb:
    """The picture that the model was given, with its box drawn in."""
    picture = insight.picture.copy()
    if insight.box is not None:
        height, width = picture.shape[:2]
        y0, x0, y1, x1 = np.rint(np.array(insight.box) * (height, width, height, width)).astype(int).tolist()
        cv2.rectangle(picture, (x0, y0), (x1 - 1, y1 - 1), _BOX_COLOUR, max(1, width // 128))
    return picture
