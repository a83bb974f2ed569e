"""The list of samples: find one, sort them, see which are suspicious and which are decided."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from pentad.session.browsing import Filter, Order, Show
from pentad.session.session import Session
from pentad.ui.bridge import listen
from pentad.ui.panels.sample_delegate import SampleDelegate
from pentad.ui.panels.sample_model import SampleModel
from pentad.ui.theme import Theme
from pentad.ui.thumbnails import Thumbnails

EMPTY = "The parts of a project are listed here.\n\nOpen one with Project > Open (Ctrl+O)."
NONE_PASS = "No sample passes the filter.\n\nClear the text or show all."
TYPING_MS = 150


class SamplesPanel(QWidget):
    """The visible samples; a click opens one."""

    def __init__(self, session: Session, thumbnails: Thumbnails, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model = SampleModel(session, self)
        self.list = QListView(self)
        self.text = QLineEdit(self)
        self.show_box, self.order_box = QComboBox(self), QComboBox(self)
        self._count, self._empty = QLabel(self), QLabel(self)
        self._place = 0
        self._typed = QTimer(self, interval=TYPING_MS, singleShot=True)
        self._set_up(thumbnails, theme)
        self._lay_out()
        self._connect(thumbnails, theme)
        self._show_list()

    def _set_up(self, thumbnails: Thumbnails, theme: Theme) -> None:
        self.list.setModel(self.model)
        self.list.setItemDelegate(SampleDelegate(thumbnails, theme, self))
        self.list.setUniformItemSizes(True)
        # Why: a list that is made anew while one scrolls must not jump back; only a newly opened sample is scrolled to.
        self.list.setAutoScroll(False)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setAccessibleName("Samples")
        self.text.setPlaceholderText("Filter by name or defect")
        self.text.setClearButtonEnabled(True)
        self.text.setAccessibleName("Filter samples")
        for box, values, name in ((self.show_box, Show, "Which samples"), (self.order_box, Order, "Sort by")):
            for value in values:
                box.addItem(value.value.capitalize(), value)
            box.setAccessibleName(name)
            box.setToolTip(name)
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(4)
        self._count.setProperty("role", "quiet")
        self._empty.setProperty("role", "empty")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._empty.setContentsMargins(16, 24, 16, 0)

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(8, 8, 8, 6)
        head.setSpacing(6)
        boxes = QHBoxLayout()
        boxes.setSpacing(6)
        boxes.addWidget(self.show_box, 1)
        boxes.addWidget(self.order_box, 1)
        head.addWidget(self.text)
        head.addLayout(boxes)
        head.addWidget(self._count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self._empty, 1)
        layout.addWidget(self.list, 1)

    def _connect(self, thumbnails: Thumbnails, theme: Theme) -> None:
        self._typed.timeout.connect(self._filter)
        self.text.textChanged.connect(self._typed.start)
        self.text.returnPressed.connect(self.list.setFocus)
        self.show_box.currentIndexChanged.connect(self._filter)
        self.order_box.currentIndexChanged.connect(self._filter)
        self.list.selectionModel().currentChanged.connect(self._on_chosen)
        self.model.modelAboutToBeReset.connect(self._keep_place)
        self.model.modelReset.connect(self._show_list)
        thumbnails.arrived.connect(self.model.refresh)
        theme.changed.connect(self.list.viewport().update)
        listen(self, self._session.current_changed, self._go_to_current)
        listen(self, self._session.results.arrived, self._show_count)

    def ask(self) -> None:
        """Let a person type what they look for."""
        self.text.setFocus()
        self.text.selectAll()

    def _filter(self) -> None:
        show, order = Show(self.show_box.currentData()), Order(self.order_box.currentData())
        self._session.set_filter(Filter(self.text.text(), show, order))

    def _on_chosen(self, index: QModelIndex) -> None:
        if index.isValid():
            self._session.open(self.model.sample_at(index.row()).id)

    def _show_list(self) -> None:
        some = self.model.rowCount() > 0
        self.list.setVisible(some)
        self._empty.setVisible(not some)
        self._empty.setText(NONE_PASS if self._session.project is not None and self._session.project.samples else EMPTY)
        self._show_count()
        self._show_current()
        self.list.verticalScrollBar().setValue(self._place)

    def _keep_place(self) -> None:
        self._place = self.list.verticalScrollBar().value()

    def _go_to_current(self) -> None:
        self._show_current()
        if (index := self.list.selectionModel().currentIndex()).isValid():
            self.list.scrollTo(index)

    def _show_count(self) -> None:
        project = self._session.project
        if project is None:
            self._count.setText("")
            return
        shown, total = self.model.rowCount(), len(project.samples)
        judged = len(self._session.results.scores)
        of_all = f"{total:,} samples" if shown == total else f"{shown:,} of {total:,} samples"
        self._count.setText(f"{of_all}, {judged:,} judged" if judged else of_all)

    def _show_current(self) -> None:
        current = self._session.current
        row = self.model.row_of(current.id) if current is not None else None
        selection = self.list.selectionModel()
        if row is None:
            selection.clear()
            return
        index = self.model.index(row)
        if selection.currentIndex() != index or not selection.isSelected(index):
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
