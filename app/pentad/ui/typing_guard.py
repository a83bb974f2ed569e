"""Keys belong first to what is being typed into: no single key fires an action while a field wants it."""

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QKeySequenceEdit,
    QLineEdit,
    QMainWindow,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

TAKES_ARROWS = "takes_arrows"
"""The property of a widget that arrow keys move something in."""
_TEXT = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit, QKeySequenceEdit)
_ONE_LINE = (QLineEdit, QAbstractSpinBox, QComboBox)
_ARROWED = (QAbstractSlider, QComboBox)
_PRESSED = (QAbstractButton, QComboBox)
_TURNED = (QAbstractSlider, QComboBox, QAbstractSpinBox)
_ARROWS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down})
_ENDING = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape})
_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_KEYS = frozenset({QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress})
_STRONG = _ALT_GR | Qt.KeyboardModifier.MetaModifier


class TypingGuard(QObject):
    """Watches the whole application for keys that a shortcut would take from the widget that has the focus.

    In the window, Enter and Escape end the typing, so that the next single key is an action again; and a list there
    does not jump to what begins with a letter, for a key that happens to have no action must not open another sample.
    It also keeps the wheel from turning a slider or a choice that merely passes under the pointer while one scrolls.
    """

    def __init__(self, owner: QObject) -> None:
        super().__init__(owner)
        if (app := QApplication.instance()) is not None:
            app.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 (Qt's name)
        kind = event.type()
        if kind == QEvent.Type.Wheel and _is_turned_in_passing(watched):
            event.ignore()
            return True
        if kind not in _KEYS or not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        if kind == QEvent.Type.ShortcutOverride:
            if wanted := wants(watched, event):
                event.accept()
            return wanted
        if not isinstance(watched.window(), QMainWindow | QDockWidget):
            return False
        if _ends_typing(watched, event):
            QTimer.singleShot(0, watched, partial(_let_go, watched))
        return isinstance(watched, QAbstractItemView) and _types(event)


def wants(widget: QWidget, event: QKeyEvent) -> bool:
    """Whether the widget itself has a use for the key."""
    if is_typed_into(widget):
        return _types(event) or not (event.modifiers() & _STRONG or _is_function_key(event))
    if event.modifiers() & _STRONG:
        return False
    key = Qt.Key(event.key())
    if key in _ARROWS and (isinstance(widget, _ARROWED) or widget.property(TAKES_ARROWS)):
        return True
    return isinstance(widget, _PRESSED) and key == Qt.Key.Key_Space


def is_typed_into(widget: QWidget) -> bool:
    """Whether letters given to the widget become text."""
    return isinstance(widget, _TEXT) or (isinstance(widget, QComboBox) and widget.isEditable())


def _types(event: QKeyEvent) -> bool:
    """Whether the key makes a letter or a sign (with AltGr as well, which some systems call Ctrl+Alt)."""
    text, held = event.text(), event.modifiers() & _STRONG
    return bool(text) and text.isprintable() and not text.isspace() and held in (Qt.KeyboardModifier(0), _ALT_GR)


def _is_function_key(event: QKeyEvent) -> bool:
    return Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F35


def _ends_typing(widget: QWidget, event: QKeyEvent) -> bool:
    port = widget.parentWidget()
    if port is not None and isinstance(port.parentWidget(), QAbstractItemView):
        return False  # Why: the list itself knows whether its editor keeps or forgets what was typed.
    return isinstance(widget, _ONE_LINE) and is_typed_into(widget) and Qt.Key(event.key()) in _ENDING


def _let_go(widget: QWidget) -> None:
    """Unless whoever heard the key has taken the focus elsewhere already."""
    if widget.hasFocus():
        widget.clearFocus()


def _is_turned_in_passing(watched: QObject) -> bool:
    scrolls = isinstance(watched, QScrollBar)
    return isinstance(watched, _TURNED) and not scrolls and not watched.hasFocus()
