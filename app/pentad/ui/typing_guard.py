"""Keys belong first to what is being typed into: no single key fires an action while a field wants it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

_TEXT = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
_ARROWED = (QAbstractSlider, QComboBox)
_PRESSED = (QAbstractButton, QComboBox)
_TURNED = (QAbstractSlider, QComboBox, QAbstractSpinBox)
_ARROWS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})
_STRONG = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class TypingGuard(QObject):
    """Watches the whole application for keys that a shortcut would take from the widget that has the focus.

    It also keeps the wheel from turning a slider or a choice that merely passes under the pointer while one scrolls.
    """

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        if (app := QApplication.instance()) is not None:
            app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        if event.type() == QEvent.Type.Wheel and _is_turned_in_passing(watched):
            event.ignore()
            return True
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if not isinstance(watched, QWidget) or not wants(watched, event):
            return False
        event.accept()
        return True


def wants(widget: QWidget, event: QKeyEvent) -> bool:
    """Whether the widget itself has a use for the key."""
    if event.modifiers() & _STRONG:
        return False
    key = Qt.Key(event.key())
    if isinstance(widget, _TEXT):
        return key != Qt.Key.Key_Escape
    if isinstance(widget, _ARROWED) and key in _ARROWS:
        return True
    return isinstance(widget, _PRESSED) and key == Qt.Key.Key_Space


def _is_turned_in_passing(watched: QObject) -> bool:
    scrolls = isinstance(watched, QScrollBar)
    return isinstance(watched, _TURNED) and not scrolls and not watched.hasFocus()
