"""What one chooses about the splats: from where, in which colours, and how large."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from pentad.ui.icon_button import icon_button
from pentad.ui.panels.look_box import percent_slider
from pentad.ui.segments import Segments
from pentad.ui.theme import Theme

FROM = {"camera": "Camera", "free": "Free"}
COLOURS = {"own": "Own colour", "normal": "Normal", "axis": "Main axis", "depth": "Depth"}
_LEAST, _WHOLE, _MOST = 10, 100, 300


class SplatTools(QWidget):
    """The row above the splats; it only says what a person chose."""

    from_chosen = Signal(str)
    """"camera" or "free"."""
    colour_chosen = Signal(str)
    scale_chosen = Signal(float)
    points_chosen = Signal(bool)
    outline_chosen = Signal(bool)
    fit_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.where, self.colours = Segments(FROM, "Look from"), QComboBox()
        self.scale: QSlider = percent_slider("Size of the splats")
        self.points = icon_button("A dot at each splat's place instead", checkable=True)
        self.outline = icon_button("The query's outline over the splats, seen through its camera", checkable=True)
        self.fit = icon_button("Show the whole cloud, from where one looks")
        self._set_up()
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 8, 2)
        row.setSpacing(4)
        for widget in (self.fit, self.where, self.outline, self.colours, QLabel("Size")):
            row.addWidget(widget)
        row.addWidget(self.scale, 1)
        row.addWidget(self.points)
        self._connect()
        self._show_icons()

    def _set_up(self) -> None:
        self.where.show_choice("camera")
        self.where.setToolTip("Through the query's camera at this iteration, or freely around the part")
        for name, title in COLOURS.items():
            self.colours.addItem(title, name)
        self.colours.setAccessibleName("Colour of the splats")
        self.colours.setToolTip("What their colour shows")
        self.scale.setRange(_LEAST, _MOST)
        self.scale.setValue(_WHOLE)
        self.scale.setToolTip("Size of the splats: 100 % as they are")
        self.scale.setMinimumWidth(50)
        self.points.setText("Points")
        self.outline.setText("Outline")
        self.outline.setChecked(True)

    def _connect(self) -> None:
        self.where.chosen.connect(self.from_chosen)
        self.colours.activated.connect(self._on_colour)
        self.scale.valueChanged.connect(self._on_scale)
        self.points.toggled.connect(self.points_chosen)
        self.outline.toggled.connect(self.outline_chosen)
        self.fit.clicked.connect(self._on_fit)
        self._theme.changed.connect(self._show_icons)

    @property
    def grow(self) -> float:
        """How many times as large splats are drawn as they are."""
        return self.scale.value() / _WHOLE

    def show_colour(self, name: str) -> None:
        """Choose a colouring as if a person had."""
        self.colours.setCurrentIndex(self.colours.findData(name))
        self.colour_chosen.emit(name)

    def _on_colour(self, row: int) -> None:
        self.colour_chosen.emit(str(self.colours.itemData(row)))

    def _on_scale(self, percent: int) -> None:
        self.scale_chosen.emit(percent / _WHOLE)

    def _on_fit(self) -> None:
        self.fit_wanted.emit()

    def _show_icons(self) -> None:
        self.fit.setIcon(self._theme.icon("fit"))
