"""Second page: where the lamps stand and how strong they are."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pentad.core.problem import Problem
from pentad.geometry.chrome_sphere import Circle
from pentad.session.light_assistant import LightAssistant
from pentad.session.light_import import Preview
from pentad.session.light_lamps import Lamps, Source, order_in_words, spread_in_words
from pentad.session.light_looking import grown
from pentad.session.light_stacks import Shot, displayed
from pentad.ui.bridge import listen
from pentad.ui.dialogs.form_dialog import form_rows
from pentad.ui.dialogs.light_import.ball_view import BallView
from pentad.ui.dialogs.light_import.dome_plot import DomePlot
from pentad.ui.dialogs.light_import.widgets import FileRow, ViewChooser, picture_of, say, words
from pentad.ui.panels.look_box import heading
from pentad.ui.segments import Segments

SOURCES = {Source.FILE.value: "Directions", Source.BALL.value: "Chrome ball", Source.NEAR.value: "Near lamps"}
HELP = {
    Source.FILE: "A text file with one row x y z for each photograph, in their order: towards the lamp, x right, y up, "
    "z to the camera. LP files name their images.",
    Source.BALL: "Photographs of a mirroring ball, one for each lamp, from the same camera. Drag the circle onto the "
    "ball's outline; arrows, + and - do it by pixels.",
    Source.NEAR: "Positions in millimetres, one row x y z for each photograph, from the point of the part's plane in "
    "the middle of the image. For lamps nearer than ten times the part.",
}
TEXTS = "Text and LP files (*.txt *.csv *.lp);;All files (*)"
NEUTRAL = "The photograph under the lamp that is pointed at on the dome shows here."
NO_BALL = "Choose the folder of the ball's photographs."


class LightsPage(QWidget):
    """What says where the lamps are, at the left; a photograph or the ball in the middle; the dome at the right."""

    def __init__(self, assistant: LightAssistant, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._assistant, self._pointed = assistant, 0
        self.views, self.shared = ViewChooser(), QCheckBox("All views have the same lamps")
        self.source = Segments(SOURCES, "What says where the lamps are")
        self.file, self.powers = FileRow("File of the lamps", TEXTS), FileRow("Intensities", TEXTS, empty="all alike")
        self.unit, self.ball = QDoubleSpinBox(), QPushButton("Ball's photographs…")
        self.help, self.said, self.doubt = words(), words(), words("warn")
        self.problem = words("alarm")
        self._image: tuple[Shot, QImage] | None = None
        self.follow, self.as_given = QPushButton("Use that order"), QPushButton("Back to the order of the file")
        self.picture, self.dome = BallView(), DomePlot()
        self._form = form_rows()
        self._set_up()
        self._lay_out()
        self._connect()
        self._show()

    def _set_up(self) -> None:
        self.unit.setDecimals(5)
        self.unit.setRange(0.0, 1000.0)
        self.unit.setSingleStep(0.01)
        self.unit.lineEdit().setTextMargins(4, 0, 0, 0)
        self.unit.setSuffix(" mm")
        self.unit.setSpecialValueText("not said")
        self.unit.setKeyboardTracking(False)
        self.unit.setAccessibleName("Width of a pixel on the part's plane")
        self.shared.setToolTip("Off: each view has lamps of its own, in its own camera's axes")
        for button in (self.ball, self.follow, self.as_given):
            button.setAutoDefault(False)

    def _lay_out(self) -> None:
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self._form.addRow("Lamps", self.file)
        self._form.addRow("Photographs of the ball", self.ball)
        self._form.addRow("A pixel of the photographs shows", self.unit)
        self._form.addRow("Intensities, one a lamp or one a channel", self.powers)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addWidget(self.source)
        left.addWidget(self.help)
        left.addWidget(self.shared)
        left.addLayout(self._form)
        left.addWidget(self.problem)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addWidget(heading("Lamps, seen along the camera's axis"))
        right.addWidget(self.dome)
        for label in (self.said, self.doubt):
            right.addWidget(label)
        for button in (self.follow, self.as_given):
            right.addWidget(button)
        right.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addLayout(left, 3)
        body.addWidget(self.picture, 5)
        body.addLayout(right, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.views)
        layout.addLayout(body, 1)

    def _connect(self) -> None:
        self.views.chosen.connect(self._assistant.show)
        self.shared.clicked.connect(lambda on: self._assistant.share(shared=on))
        self.source.chosen.connect(self._on_source)
        self.file.chosen.connect(self._on_file)
        self.powers.chosen.connect(self._on_powers)
        self.unit.valueChanged.connect(self._on_unit)
        self.ball.clicked.connect(self._choose_ball)
        self.picture.moved.connect(self._on_circle)
        self.dome.pointed.connect(self._on_pointed)
        self.follow.clicked.connect(self._assistant.follow_doubt)
        self.as_given.clicked.connect(self._as_given)
        listen(self, self._assistant.changed, self._show)

    @property
    def lamps(self) -> Lamps:
        """What was said of the view on show."""
        return self._assistant.lamps_of(self._assistant.shown)

    def _show(self) -> None:
        assistant, lamps = self._assistant, self.lamps
        views = [stack.view for stack in assistant.stacks]
        self.views.show_views(views, assistant.shown)
        self.views.setVisible(len(views) > 1)
        self.shared.setVisible(len(views) > 1)
        self.shared.setChecked(assistant.shared)
        self.source.show_choice(lamps.source.value)
        self.help.setText(HELP[lamps.source])
        self.file.show_paths(lamps.file)
        self.powers.show_paths(lamps.intensities)
        shown = {self.file: lamps.source is not Source.BALL, self.ball: lamps.source is Source.BALL}
        for widget, visible in {**shown, self.unit: lamps.source is Source.NEAR}.items():
            self._form.setRowVisible(widget, visible)
        self.unit.blockSignals(True)
        self.unit.setValue(lamps.mm_per_pixel)
        self.unit.blockSignals(False)
        self._show_lights()
        self._show_picture()

    def _show_lights(self) -> None:
        lighting, preview = self._assistant.lightings.get(self._assistant.shown), self._assistant.preview
        if lighting is None or isinstance(lighting, Problem):
            self.dome.show_lights(None, 0)
            say(self.said, lighting or "")
        else:
            self.dome.show_lights(lighting.directions, self._pointed)
            told, warn = spread_in_words(lighting)
            note = self._assistant.notes.get(self._assistant.shown)
            say(self.said, f"{told}.{f' {note}.' if note else ''}", "warn" if warn else "quiet")
        doubt = preview.doubt if isinstance(preview, Preview) else None
        told_order = order_in_words(doubt) if doubt is not None else None
        say(self.doubt, f"{told_order}." if told_order is not None else "", "warn")
        self.follow.setVisible(doubt is not None)
        self.as_given.setVisible(self.lamps.order is not None)

    def _show_picture(self) -> None:
        lamps, ball = self.lamps, self._assistant.ball_of(self._assistant.shown)
        say(self.problem, (self._assistant.ball_problem or "") if lamps.source is Source.BALL else "")
        if lamps.source is Source.BALL:
            if ball is None:
                self.picture.show_picture(QImage(), NO_BALL)
                self.picture.show_circle(None)
                return
            found = lamps.mirrored
            failed = f", {len(found.problems)} show no highlight" if found is not None and found.problems else ""
            state = (
                f"highlights of {len(ball.shots)} lamps{failed}; check that the circle lies on the outline"
                if found is not None
                else "looking for highlights…"
            )
            self.picture.show_picture(picture_of(ball.picture), state)
            marks = None if found is None else (found.highlights - (ball.scale - 1) / 2) / ball.scale
            self.picture.show_circle(grown(ball.circle, 1 / ball.scale), marks, self._pointed)
            return
        self.picture.show_circle(None)
        stack = self._assistant.stack(self._assistant.shown)
        if stack is None or not self._pointed < len(stack.shots):
            self.picture.show_picture(QImage(), NEUTRAL)
            return
        shot = stack.shots[self._pointed]
        self.picture.show_picture(self._photograph(shot), f"lamp {self._pointed + 1}: {shot.name}")

    def _photograph(self, shot: Shot) -> QImage:
        """Made once, for every change of anything asks for it again."""
        one = self._assistant.glances.get(shot)
        if one is None or one.small is None:
            return QImage()
        if self._image is None or self._image[0] != shot:
            self._image = (shot, picture_of(displayed(one.small)))
        return self._image[1]

    def _on_source(self, value: str) -> None:
        self._say(replace(self.lamps, source=Source(value), order=None))

    def _on_file(self, paths: tuple[Path, ...]) -> None:
        self._say(replace(self.lamps, file=next(iter(paths), None), order=None))

    def _on_powers(self, paths: tuple[Path, ...]) -> None:
        self._say(replace(self.lamps, intensities=next(iter(paths), None)))

    def _on_unit(self, value: float) -> None:
        self._say(replace(self.lamps, mm_per_pixel=value))

    def _as_given(self) -> None:
        self._say(replace(self.lamps, order=None))

    def _say(self, lamps: Lamps) -> None:
        self._assistant.set_lamps(self._assistant.shown, lamps)

    def _choose_ball(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "The ball's photographs, one for each lamp")
        if chosen:
            self._assistant.take_ball(self._assistant.shown, [Path(chosen)])

    def _on_circle(self, x: float, y: float, radius: float) -> None:
        ball = self._assistant.ball_of(self._assistant.shown)
        if ball is not None:
            self._assistant.set_circle(self._assistant.shown, grown(Circle(x, y, radius, 0.0), ball.scale))

    def _on_pointed(self, lamp: int) -> None:
        self._pointed = lamp
        self._show_lights()
        self._show_picture()
