"""Backbones in the window: listed, imported by a job, offered to trainings, removed when one is sure."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QComboBox, QLabel
from safetensors.numpy import save_file

from pentad.sdk import Setting
from pentad.session.backbones import listed_backbones
from pentad.ui.dialogs.backbones import BackbonesDialog
from pentad.ui.dialogs.setting_form import SettingForm
from pentad.ui.dialogs.sheets import ManualSheet
from pentad.ui.panels.jobs import JobRow
from tests.helpers.desk import Desk
from tests.helpers.tiny_backbone import write_tiny_backbone


@pytest.fixture
def dialog(desk: Desk) -> BackbonesDialog:
    desk.window.actions_by_id["models.backbones"].trigger()
    (found,) = desk.window.findChildren(BackbonesDialog)
    assert not found.isModal()
    desk.wait_until_settled()
    return found


def _ids(dialog: BackbonesDialog) -> list[str]:
    items = (dialog.table.item(row, 0) for row in range(dialog.table.rowCount()))
    return [item.text() for item in items if item is not None]


def test_a_backbone_is_imported_then_shown_then_removed_by_two_clicks(
    desk: Desk, dialog: BackbonesDialog, tmp_path: Path
) -> None:
    assert "imgfocus-vits14" in _ids(dialog)
    assert not dialog.start.isEnabled()
    dialog.place.setText(str(write_tiny_backbone(tmp_path / "vit")))
    dialog.name.setText("facebook/tiny")
    dialog.start.click()
    assert len(dialog.findChildren(JobRow)) == 1
    desk.wait_until_settled()
    desk.qtbot.waitUntil(lambda: "facebook/tiny" in _ids(dialog))
    chosen = dialog.chosen
    assert chosen is not None
    assert chosen.id == "facebook/tiny"
    assert chosen.sha256[:8] in dialog.details.text()
    assert dialog.place.text() == ""
    dialog.remove.click()
    assert "facebook/tiny" in _ids(dialog)
    dialog.remove.click()
    desk.qtbot.waitUntil(lambda: "facebook/tiny" not in _ids(dialog))


def test_what_is_wrong_is_said_in_the_dialog_and_it_stays_open(
    desk: Desk, dialog: BackbonesDialog, tmp_path: Path
) -> None:
    folder = write_tiny_backbone(tmp_path / "vit")
    (folder / "pytorch_model.bin").write_bytes(b"x")
    for place, digest, words in (
        (folder / "pytorch_model.bin", "", "pickled"),
        (folder, "00", "no sha256"),
        (tmp_path / "none", "", "nothing at"),
    ):
        dialog.place.setText(str(place))
        dialog.digest.setText(digest)
        dialog.start.click()
        desk.wait_until_settled()
        (row,) = [row for row in dialog.findChildren(JobRow) if row.isVisible()]
        assert any(words in label.text() for label in row.findChildren(QLabel))
        assert dialog.isVisible()
        assert dialog.start.isEnabled()


def test_a_cancelled_import_leaves_nothing(desk: Desk, dialog: BackbonesDialog, tmp_path: Path) -> None:
    (tmp_path / "big").mkdir()
    save_file({"x": np.zeros(5_000_000, np.float32)}, tmp_path / "big" / "model.safetensors")
    (tmp_path / "big" / "config.json").write_text("{}")
    dialog.place.setText(str(tmp_path / "big"))
    dialog.start.click()
    (row,) = dialog.findChildren(JobRow)
    row.job.cancel()
    desk.wait_until_settled()
    assert "big" not in _ids(dialog)
    assert dialog.start.isEnabled()


def test_the_page_of_licences_is_a_click_away_and_leads_back(desk: Desk, dialog: BackbonesDialog) -> None:
    dialog.page.click()
    (sheet,) = desk.window.findChildren(ManualSheet)
    assert "90a0b02e3e525d5689d7fd63da2c5897a08131912a9a2e5e90f6cae2f144e526" in sheet.page.toPlainText()
    sheet.page.anchorClicked.emit(QUrl("manual.md"))
    assert "Marking defects" in sheet.page.toPlainText()
    sheet.page.anchorClicked.emit(QUrl("backbones.md"))
    assert "DINOv3" in sheet.page.toPlainText()
    sheet.page.anchorClicked.emit(QUrl("../../etc/passwd.md"))
    assert "DINOv3" in sheet.page.toPlainText()


def test_a_setting_that_is_offered_values_takes_any_other_too(desk: Desk) -> None:
    settings = (Setting("backbone", "imgfocus-vits14", "frozen ViT"), Setting("seed", 0, "of chance"))
    form = SettingForm(settings, {"backbone": []}, desk.window)
    form.offer({"backbone": ["imgfocus-vits14", "facebook/tiny"], "nothing": ["x"]})
    (field,) = form.findChildren(QComboBox)
    assert [field.itemText(at) for at in range(field.count())] == ["imgfocus-vits14", "facebook/tiny"]
    assert form.changed() == {}
    field.setCurrentIndex(1)
    assert form.changed() == {"backbone": "facebook/tiny"}
    field.setEditText(" /weights/mine ")
    assert form.changed() == {"backbone": "/weights/mine"}


def test_an_import_goes_on_where_its_dialog_is_closed(desk: Desk, dialog: BackbonesDialog, tmp_path: Path) -> None:
    dialog.place.setText(str(write_tiny_backbone(tmp_path / "vit")))
    dialog.start.click()
    dialog.close()
    desk.wait_until_settled()
    assert not desk.window.notices.problems
    assert "vit" in [one.id for one in listed_backbones()]
