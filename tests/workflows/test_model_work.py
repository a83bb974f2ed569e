"""Training, detection and evaluation, started from the window's own dialogs, and everything found by its name."""

import json
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLineEdit

from pentad.sdk.model_folder import CARD
from pentad.session.view_state import MapStyle, Row
from pentad.ui.coach_marks import SEEN, CoachMarks
from pentad.ui.dialogs.detecting import DetectionDialog
from pentad.ui.dialogs.keys import KeySheet
from pentad.ui.dialogs.palette import Palette
from pentad.ui.dialogs.sheets import ManualSheet
from pentad.ui.dialogs.training import TrainingDialog
from pentad.ui.first_steps import begin
from pentad.ui.panels.evaluation import EvaluationPanel
from pentad.ui.screenshots import Screenshots
from tests.helpers.desk import WAIT_MS, Desk

Dialog = TypeVar("Dialog", TrainingDialog, DetectionDialog)


def _opened(desk: Desk, kind: type[Dialog], action: str) -> Dialog:
    desk.window.actions_by_id[action].trigger()
    (dialog,) = desk.window.findChildren(kind)
    assert not dialog.isModal()
    return dialog


def test_a_model_is_trained_then_detects_then_is_measured(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    training = _opened(desk, TrainingDialog, "models.train")
    training.start.click()
    desk.wait_until_settled()
    detection = _opened(desk, DetectionDialog, "models.detect")
    detection.start.click()
    desk.wait_until_settled()
    assert len(desk.session.results.scores) == 10
    desk.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    desk.wait_until_settled()
    table = desk.window.findChildren(EvaluationPanel)[0].table
    scores = [item for row in range(table.rowCount()) if (item := table.item(row, 2)) is not None]
    assert scores[0].text() == "1.000"
    assert all(item.toolTip() for item in scores if item.text() == "n/a")


def test_heatmaps_of_a_model_that_was_trained_again_say_so(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    _opened(desk, TrainingDialog, "models.train").start.click()
    desk.wait_until_settled()
    _opened(desk, DetectionDialog, "models.detect").start.click()
    desk.wait_until_settled()
    project = desk.session.project
    assert project is not None
    assert "older" not in desk.window.status.made_by
    (folder,) = project.models
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps({**card, "made": "2099-01-02T03:04:05+00:00"}))
    desk.press(Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    desk.wait_until_settled()
    assert desk.window.status.made_by.endswith("older than its model")
    card_of = (folder / CARD).read_text()
    (folder / CARD).unlink()
    desk.session.results.set_threshold(0.123)
    assert desk.window.status.made_by.endswith("threshold 0.123  ·  older than its model"), "the disk was asked again"
    (folder / CARD).write_text(card_of)


def test_only_changed_settings_reach_the_model_and_a_bad_one_is_said_in_the_dialog(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    dialog = _opened(desk, TrainingDialog, "models.train")
    form = dialog.form
    assert form.changed() == {}
    (steps,) = form.findChildren(QLineEdit)
    (fast,) = form.findChildren(QCheckBox)
    steps.setText("25")
    fast.click()
    assert form.changed() == {"steps": "25", "fast": False}


def test_every_action_is_found_by_a_few_letters(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = QApplication.activePopupWidget()
    assert isinstance(palette, Palette)
    QTest.keyClicks(palette.text, "heat contour")
    QTest.keyClick(palette.text, Qt.Key.Key_Return)
    assert desk.session.view_state.look.heat_style is MapStyle.CONTOUR


def test_the_key_sheet_lists_what_the_table_says(desk: Desk) -> None:
    desk.window.actions_by_id["help.keys"].trigger()
    assert len(desk.window.findChildren(KeySheet)) == 1


def test_f1_shows_the_manual_with_its_pictures(desk: Desk) -> None:
    desk.press(Qt.Key.Key_F1)
    (sheet,) = desk.window.findChildren(ManualSheet)
    assert "The window" in sheet.page.toPlainText()
    loaded = sheet.page.loadResource(QTextDocument.ResourceType.ImageResource.value, QUrl("five-views.png"))
    assert isinstance(loaded, QImage)
    assert loaded.width() <= 740


def test_rows_come_and_go_and_the_last_one_stays(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    desk.press(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    desk.press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert desk.session.view_state.look.rows == (Row.NORMAL,)
    desk.press(Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert desk.session.view_state.look.rows == (Row.NORMAL,)
    desk.wait_until_settled()
    assert all(tile.canvas.stack is not None for tile in desk.window.views.tiles)


def test_the_theme_changes_while_everything_stays_open(desk: Desk, plates: Path) -> None:
    desk.open(plates)
    dark = desk.window.grab().toImage().pixelColor(5, 5).lightness()
    desk.window.actions_by_id["window.theme"].trigger()
    QTest.qWait(50)
    assert desk.window.grab().toImage().pixelColor(5, 5).lightness() > dark + 100
    assert len(desk.window.views.tiles) == 5


def test_three_hints_are_shown_once(desk: Desk, plates: Path) -> None:
    begin(desk.window, desk.settings, plates, watched=True)
    (hints,) = desk.window.findChildren(CoachMarks)
    for _ in range(3):
        hints.further.click()
    QTest.qWait(20)
    assert desk.settings.flag(SEEN, default=False)
    desk.wait_until_settled()
    begin(desk.window, desk.settings, None, watched=True)
    assert not any(mark.isVisible() for mark in desk.window.findChildren(CoachMarks))
    desk.wait_until_settled()


def test_screenshots_are_taken_at_the_milestones_and_then_the_window_closes(
    desk: Desk, plates: Path, tmp_path: Path
) -> None:
    Screenshots(desk.window, tmp_path / "shots")
    desk.open(plates)
    desk.judge_all()
    desk.qtbot.waitUntil(lambda: not desk.window.isVisible(), timeout=WAIT_MS)
    names = {file.stem for file in (tmp_path / "shots").iterdir()}
    assert names == {"first-paint", "first-part", "first-heatmap", "done"}
