"""A form made from what a model says can be set."""

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from pentad.sdk import Setting
from pentad.sdk.model import Value
from pentad.ui.dialogs.form_dialog import form_rows

Field = QCheckBox | QComboBox | QLineEdit


class SettingForm(QWidget):
    """One field a setting. Only what a person changed is given back, so that a preset's values hold.

    ``offered`` are values by key that can be chosen from, where any other may be typed, too.
    """

    def __init__(
        self,
        settings: Iterable[Setting],
        offered: Mapping[str, Sequence[str]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._fields: dict[str, tuple[Setting, Field]] = {}
        form = form_rows()
        for setting in settings:
            field = _field(setting, (offered or {}).get(setting.key))
            self._fields[setting.key] = (setting, field)
            form.addRow(QLabel(setting.key.replace("_", " ").capitalize()), _with_help(field, setting))
        self.setLayout(form)

    def offer(self, offered: Mapping[str, Sequence[str]]) -> None:
        """More values to choose from, in the fields that were made to be offered some; what was typed stays."""
        for key, values in offered.items():
            field = self._fields[key][1] if key in self._fields else None
            if isinstance(field, QComboBox):
                here = {field.itemText(at) for at in range(field.count())}
                field.addItems([value for value in values if value not in here])

    def changed(self) -> dict[str, Value]:
        """The settings that are no longer at their default, as typed; the model checks them."""
        said = {key: (setting, _value(field)) for key, (setting, field) in self._fields.items()}
        return {key: value for key, (setting, value) in said.items() if str(value) != str(setting.default)}


def _with_help(field: Field, setting: Setting) -> QWidget:
    words = QLabel(_help(setting))
    words.setProperty("role", "quiet")
    words.setWordWrap(True)
    words.setAlignment(Qt.AlignmentFlag.AlignTop)
    both = QWidget()
    layout = QVBoxLayout(both)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    layout.addWidget(field)
    layout.addWidget(words)
    return both


def _help(setting: Setting) -> str:
    low, high = setting.minimum, setting.maximum
    if low is not None and high is not None:
        return f"{setting.help} ({low:g} to {high:g})"
    return f"{setting.help} (at least {low:g})" if low is not None else setting.help


def _field(setting: Setting, offered: Sequence[str] | None) -> Field:
    field: Field
    if isinstance(setting.default, bool):
        field = QCheckBox("Yes")
        field.setChecked(setting.default)
    elif setting.choices:
        field = QComboBox()
        field.addItems([str(choice) for choice in setting.choices])
        field.setCurrentText(str(setting.default))
    elif offered is not None:
        field = QComboBox()
        field.setEditable(True)
        field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        field.addItems([str(value) for value in dict.fromkeys((setting.default, *offered))])
    else:
        field = QLineEdit(str(setting.default))
    field.setAccessibleName(setting.key)
    return field


def _value(field: Field) -> Value:
    if isinstance(field, QCheckBox):
        return field.isChecked()
    return (field.currentText() if isinstance(field, QComboBox) else field.text()).strip()
