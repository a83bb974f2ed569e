"""The classes one marks: which is painted, what it is called, and how it is shown."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QHBoxLayout,
    QLabel,
    QListView,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from pentad.canvas.colours import CLASS_COLOURS
from pentad.core.label_class import LabelClass
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.geometry.measuring import Measured
from pentad.session.annotation import Annotation
from pentad.session.areas import Area
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.icon_button import icon_button
from pentad.ui.panels.class_list import HEIGHT, ClassDelegate, ClassModel, Covered, class_of
from pentad.ui.panels.look_box import percent_slider, set_quietly
from pentad.ui.theme import Theme

MOST = 255
CLASS_BYTES = 200
"""About what one class takes in memory."""
SOON_MS = 120
RESTED_MS = 500
"""How long nothing has to happen before the surface is measured: that takes a core for a while."""
ROWS_AT_LEAST, ROWS_AT_MOST = 3, 12


@dataclass(frozen=True, slots=True)
class ClassesEdit:
    """A change of the label set in the history."""

    name: str
    before: tuple[LabelClass, ...]
    after: tuple[LabelClass, ...]
    annotation: Annotation

    @property
    def nbytes(self) -> int:
        return CLASS_BYTES * (len(self.before) + len(self.after))

    def undo(self) -> None:
        self.annotation.set_classes(self.before)

    def redo(self) -> None:
        self.annotation.set_classes(self.after)


class ClassesBox(QWidget):
    """Follows the label set and changes it. A click paints with a class from now on."""

    def __init__(self, session: Session, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._annotation, self._theme = session, session.annotation, theme
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._rested = QTimer(self, interval=RESTED_MS, singleShot=True)
        self.list, self.model, self.delegate = QListView(), ClassModel(self), ClassDelegate(theme, self)
        self.add, self.remove = (
            icon_button("Add a class"),
            icon_button("Remove the chosen class; its pixels stay, undo brings it back"),
        )
        self.outline = icon_button("Outline only", checkable=True)
        self.opacity = percent_slider("Opacity of the chosen class")
        self.dialog: QColorDialog | None = None
        self._set_up()
        self._lay_out()
        self._connect()
        self._show_icons()
        self._show()

    def _set_up(self) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(self.delegate)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName("Classes")
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.list.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.list.setMinimumHeight(ROWS_AT_LEAST * HEIGHT + 2)

    def _lay_out(self) -> None:
        below = QHBoxLayout()
        below.setSpacing(2)
        for button in (self.add, self.remove, self.outline):
            below.addWidget(button)
        below.addSpacing(6)
        below.addWidget(QLabel("Opacity"))
        below.addSpacing(4)
        below.addWidget(self.opacity, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.list, 1)
        layout.addLayout(below)

    def _connect(self) -> None:
        listen(self, self._annotation.changed, self._show)
        session = self._session
        areas = (session.areas.changed, session.surface_areas.changed)
        for news in (*areas, session.current_changed, session.view_state.changed):
            listen(self, news, self._show_areas_soon)
        self._soon.timeout.connect(self._show_areas)
        self._rested.timeout.connect(self._ask_surfaces)
        self.list.selectionModel().currentChanged.connect(self._on_chosen)
        self.list.clicked.connect(self._on_chosen)
        self.model.renamed.connect(self._on_renamed)
        self.delegate.colour_asked.connect(self.ask_colour)
        self.delegate.eye_clicked.connect(self._on_eye)
        self.delegate.lock_clicked.connect(self._on_lock)
        self.add.clicked.connect(self.add_class)
        self.remove.clicked.connect(self.remove_class)
        self.outline.clicked.connect(self._on_outline)
        self.opacity.valueChanged.connect(self._on_opacity)
        self._theme.changed.connect(self._show_icons)

    def sizeHint(self) -> QSize:  # noqa: N802 (Qt's name)
        rows = min(max(self.model.rowCount(), ROWS_AT_LEAST), ROWS_AT_MOST)
        return QSize(240, rows * HEIGHT + 40)

    def _show(self) -> None:
        chosen = self._annotation.chosen
        grown = self.model.rowCount() != len(self._annotation.classes)
        self.delegate.chosen = chosen.index
        self.model.show(self._annotation.classes)
        index = self.model.index(self.model.row_of(chosen.index))
        if self.list.currentIndex() != index:
            self.list.setCurrentIndex(index)
            self.list.scrollTo(index)
        self.list.viewport().update()
        self.outline.setChecked(chosen.contour)
        self.add.setEnabled(len(self._annotation.classes) < MOST)
        self.remove.setEnabled(len(self._annotation.classes) > 1)
        set_quietly(self.opacity, round(chosen.opacity * 100))
        self.opacity.setToolTip(f"Opacity of {chosen.name}: {chosen.opacity * 100:.0f} %")
        if grown:
            self.updateGeometry()

    def _show_areas_soon(self) -> None:
        # Why: strokes come fast, and none of them is to wait for figures.
        if not self._soon.isActive():
            self._soon.start()
        self._rested.start()

    def _show_areas(self) -> None:
        sample, view = self._session.current, self._view_here()
        if sample is None or view is None or not self.isVisible():
            return
        if self._annotation.toolbox.busy:
            self._soon.start()
            return
        key = MaskKey(sample.id, view)
        found, surfaces = self._session.areas.of(key), self._session.surface_areas.of(key)
        self.model.show_areas({label: in_words(area, surfaces.get(label)) for label, area in found.items()})

    def _ask_surfaces(self) -> None:
        sample, view = self._session.current, self._view_here()
        if sample is not None and view is not None and self.isVisible():
            self._session.surface_areas.ask(sample, view)

    def _view_here(self) -> str | None:
        """The view whose areas are shown."""
        sample, active = self._session.current, self._session.view_state.look.active
        names = [view.name for view in sample.views] if sample is not None else []
        return active if active in names else next(iter(names), None)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 (Qt's name)
        super().showEvent(event)
        self._show_areas_soon()

    def _show_icons(self) -> None:
        for button, name in ((self.add, "plus"), (self.remove, "minus"), (self.outline, "outline")):
            button.setIcon(self._theme.icon(name))
        self.list.viewport().update()

    def add_class(self) -> None:
        """A new one, with a number and a colour no other has, its name ready to be typed."""
        classes = self._annotation.classes
        taken = {known.index for known in classes}
        index = next((number for number in range(1, MOST + 1) if number not in taken), None)
        if index is None:
            return
        new = LabelClass(index, f"Class {index}", free_colour(classes, index))
        self._annotation.set_classes((*classes, new))
        self._annotation.choose(index)
        self.list.edit(self.model.index(self.model.row_of(index)))

    def remove_class(self) -> None:
        """Take the chosen class out of the label set; its pixels stay, and undoing brings it back."""
        before, label = self._annotation.classes, self._annotation.label
        after = tuple(known for known in before if known.index != label)
        self._annotation.set_classes(after)
        name, pixels = _named(before, label), self._session.areas.known_pixels(label)
        self._annotation.history.add(ClassesEdit(f"Remove {name}", before, after, self._annotation))
        if pixels:
            what = f"{name} is removed; {pixels:,} pixels of it are still marked"
            remedy = "Undo brings it back; Cleanup changes what is marked into another class."
            self._session.noticed.emit(Problem(what, f"masks keep the number {label}", remedy=remedy))

    def ask_colour(self, label: int) -> None:
        """Let a person choose a class's colour; what they try is shown at once."""
        known = next(known for known in self._annotation.classes if known.index == label)
        dialog = QColorDialog(QColor(known.colour), self)
        dialog.setWindowTitle(f"Colour of {known.name}")
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        for place, colour in enumerate(CLASS_COLOURS):
            QColorDialog.setCustomColor(place, QColor(*colour))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        before = known.colour
        dialog.currentColorChanged.connect(lambda colour: self._annotation.change_class(label, colour=colour.name()))
        dialog.rejected.connect(lambda: self._annotation.change_class(label, colour=before))
        self.dialog = dialog
        dialog.open()

    def _on_chosen(self, index: QModelIndex, *_: object) -> None:
        if index.isValid():
            self._annotation.choose(class_of(index).index)

    def _on_renamed(self, label: int, name: str) -> None:
        self._annotation.change_class(label, name=name)

    def _on_eye(self, label: int) -> None:
        self._annotation.change_class(label, visible=not self._class(label).visible)

    def _on_lock(self, label: int) -> None:
        self._annotation.change_class(label, locked=not self._class(label).locked)

    def _on_outline(self, outline: bool) -> None:
        self._annotation.change_class(self._annotation.label, contour=outline)

    def _on_opacity(self, percent: int) -> None:
        self._annotation.change_class(self._annotation.label, opacity=percent / 100)

    def _class(self, label: int) -> LabelClass:
        return next(known for known in self._annotation.classes if known.index == label)


def _named(classes: tuple[LabelClass, ...], label: int) -> str:
    return next(known.name for known in classes if known.index == label)


def in_words(area: Area, surface: Measured | None = None) -> Covered:
    """ "12,340 px · 3.2 mm²", "12,340 px · 3.41 ± 0.12 mm²" on the part's ``surface``; without millimetres, why."""
    pixels = f"{area.pixels:,} px"
    if surface is not None:
        plane = f"; {area.mm2:,.4g} mm² on the plane of the board" if area.mm2 is not None else ""
        tip = f"on the part's surface, ± a pixel all along the outline{plane}"
        return Covered(f"{pixels} · {surface.words}", tip)
    if area.mm2 is None:
        return Covered(pixels, f"no mm²: {area.why_none}" if area.why_none else "")
    digits = 0 if area.mm2 >= 100 else 1 if area.mm2 >= 10 else 2 if area.mm2 >= 0.1 else 4
    return Covered(f"{pixels} · {area.mm2:,.{digits}f} mm²", "on the plane of the calibrated board")


def free_colour(classes: tuple[LabelClass, ...], index: int) -> str:
    """The first of the colours that colour-blind eyes tell apart that no class has yet."""
    taken = {known.colour.lower() for known in classes}
    usual = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in CLASS_COLOURS]
    return next((colour for colour in usual if colour not in taken), usual[(index - 1) % len(usual)])
