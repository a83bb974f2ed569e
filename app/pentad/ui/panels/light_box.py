"""The lamp over the normal maps, to be moved on a small dome."""

from dataclasses import replace
from math import degrees, hypot

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QRadialGradient
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from pentad.session.lighting import EXAGGERATIONS, aimed, place_on_dome, set_lamp
from pentad.session.session import Session
from pentad.session.view_state import Lamp
from pentad.ui.bridge import listen
from pentad.ui.panels.look_box import percent_slider, set_quietly
from pentad.ui.typing_guard import TAKES_ARROWS

STEP = 0.08
"""Of the dome's radius, per press of an arrow key."""


class LightDome(QWidget):
    """A dome seen from above: where the knob is, there stands the lamp."""

    moved = Signal(float, float)
    """(up, right), the unit circle being the image plane."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lamp = Lamp()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Where the lamp stands")
        self.setProperty(TAKES_ARROWS, True)
        self.setToolTip("Drag the lamp; in the middle it stands overhead, at the rim it grazes the surface")
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        return QSize(92, 92)

    def show_lamp(self, lamp: Lamp) -> None:
        if lamp != self._lamp:
            self._lamp = lamp
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._move_to(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 (Qt's name)
        self._move_to(event.position())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 (Qt's name)
        steps = {Qt.Key.Key_Up: (1, 0), Qt.Key.Key_Down: (-1, 0), Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1)}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        up, right = place_on_dome(self._lamp)
        self.moved.emit(up + STEP * step[0], right + STEP * step[1])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 (Qt's name)
        painter, palette = QPainter(self), self.palette()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre, radius = self._circle()
        up, right = place_on_dome(self._lamp)
        knob = centre + QPointF(right * radius, -up * radius)
        shade = QRadialGradient(knob, radius * 1.6)
        lit = QPalette.ColorRole.Text if self._lamp.on else QPalette.ColorRole.Mid
        shade.setColorAt(0, palette.color(lit))
        shade.setColorAt(1, palette.color(QPalette.ColorRole.Base))
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Mid), 1))
        painter.setBrush(shade)
        painter.drawEllipse(centre, radius, radius)
        accent = palette.color(QPalette.ColorRole.Highlight if self.isEnabled() else QPalette.ColorRole.Mid)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Base), 1.5))
        painter.setBrush(accent)
        painter.drawEllipse(knob, 5, 5)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(accent, 1))
            painter.drawEllipse(centre, radius + 2, radius + 2)

    def _circle(self) -> tuple[QPointF, float]:
        area = QRectF(self.rect())
        return area.center(), min(area.width(), area.height()) / 2 - 4

    def _move_to(self, position: QPointF) -> None:
        centre, radius = self._circle()
        offset = (position - centre) / radius
        reach = max(hypot(offset.x(), offset.y()), 1.0)
        self.moved.emit(-offset.y() / reach, offset.x() / reach)


class LightBox(QWidget):
    """Follows the lamp of the session's look and moves it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.on, self.follows = QCheckBox("Relight normals"), QCheckBox("Follows the pointer")
        self.dome, self.words = LightDome(), QLabel()
        self.exaggeration, self.gloss = percent_slider("Slope exaggeration"), percent_slider("Gloss")
        self._set_up()
        self._lay_out()
        self._connect()
        self._show()

    def _set_up(self) -> None:
        self.on.setToolTip("Show normal maps as a surface under a lamp  (Alt+D)")
        self.follows.setToolTip("The lamp stands where the pointer is, also while painting  (D)")
        self.exaggeration.setRange(int(EXAGGERATIONS[0] * 10), int(EXAGGERATIONS[1] * 10))
        self.words.setProperty("role", "quiet")
        for box in (self.on, self.follows):
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _lay_out(self) -> None:
        beside = QVBoxLayout()
        for widget in (self.on, self.follows, self.words):
            beside.addWidget(widget)
        beside.addStretch(1)
        upper = QHBoxLayout()
        upper.setSpacing(12)
        upper.addWidget(self.dome)
        upper.addLayout(beside, 1)
        form = QFormLayout()
        form.setHorizontalSpacing(10)
        form.setVerticalSpacing(9)
        form.addRow("Slopes", self.exaggeration)
        form.addRow("Gloss", self.gloss)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(upper)
        layout.addLayout(form)

    def _connect(self) -> None:
        listen(self, self._session.view_state.changed, self._show)
        self.on.clicked.connect(self._on_switched)
        self.follows.clicked.connect(self._on_follows)
        self.dome.moved.connect(self._on_moved)
        self.exaggeration.valueChanged.connect(self._on_exaggeration)
        self.gloss.valueChanged.connect(self._on_gloss)

    @property
    def _lamp(self) -> Lamp:
        return self._session.view_state.look.lamp

    def _show(self) -> None:
        lamp = self._lamp
        self.on.setChecked(lamp.on)
        self.follows.setChecked(lamp.follows)
        self.dome.show_lamp(lamp)
        around = degrees(lamp.azimuth) % 360
        self.words.setText(f"{around:.0f}° around, {degrees(lamp.elevation):.0f}° high")
        set_quietly(self.exaggeration, round(lamp.exaggeration * 10))
        set_quietly(self.gloss, round(lamp.gloss * 100))
        self.exaggeration.setToolTip(f"Slopes {lamp.exaggeration:.1f} times as steep as they are")
        self.gloss.setToolTip(f"Gloss {lamp.gloss * 100:.0f} %")

    def _on_switched(self, on: bool) -> None:
        set_lamp(self._session, replace(self._lamp, on=on, follows=self._lamp.follows and on))

    def _on_follows(self, follows: bool) -> None:
        set_lamp(self._session, replace(self._lamp, on=self._lamp.on or follows, follows=follows))

    def _on_moved(self, up: float, right: float) -> None:
        set_lamp(self._session, aimed(self._lamp, up, right))

    def _on_exaggeration(self, tenths: int) -> None:
        set_lamp(self._session, replace(self._lamp, exaggeration=tenths / 10))

    def _on_gloss(self, percent: int) -> None:
        set_lamp(self._session, replace(self._lamp, gloss=percent / 100))
