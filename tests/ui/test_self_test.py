"""The program tries itself by keys and mouse, and opens what the desktop hands it."""

import json
from pathlib import Path

import cv2
from PySide6.QtCore import QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from pentad.io.store_connection import STORE_FILE
from pentad.ui.file_opening import FileOpening
from pentad.ui.main import application
from pentad.ui.self_test import REPORT, SelfTest
from tests.helpers.desk import Desk

WAIT_MS = 60_000


def _report(desk: Desk, folder: Path) -> dict[str, object]:
    trial = SelfTest(desk.window, folder)
    desk.qtbot.waitUntil(lambda: not desk.window.isVisible(), timeout=WAIT_MS)
    report: dict[str, object] = json.loads((folder / REPORT).read_text("utf-8"))
    assert report["ok"] is not trial.failed
    return report


def test_a_whole_program_paints_saves_detects_and_quits(desk: Desk, plates: Path, tmp_path: Path) -> None:
    project = desk.open(plates)
    desk.judge_all()
    report = _report(desk, tmp_path / "tried")
    assert report["failed"] == ""
    assert report["models"] == {"bright": ""}
    assert str(report["detection"]).startswith("bright")
    drawn = [cv2.imread(str(file), cv2.IMREAD_UNCHANGED) for file in (project.folder / "masks").rglob("[!.]*.png")]
    assert [bool(mask is not None and mask.any()) for mask in drawn] == [True]
    assert {file.name for file in (tmp_path / "tried").glob("*.png")} >= {"annotate.png", "detection.png", "end.png"}


def test_what_never_comes_is_told_and_the_program_ends(desk: Desk, tmp_path: Path) -> None:
    trial = SelfTest(desk.window, tmp_path)
    trial.patience = 0.02
    desk.qtbot.waitUntil(lambda: not desk.window.isVisible(), timeout=WAIT_MS)
    assert trial.failed
    assert json.loads((tmp_path / REPORT).read_text("utf-8"))["failed"].startswith("a part is on screen")


def test_a_project_is_opened_by_its_database(desk: Desk, plates: Path) -> None:
    project = desk.open(plates)
    desk.session.close_project()
    assert desk.open(project.folder / STORE_FILE).folder == project.folder


def test_what_the_desktop_hands_over_is_opened(desk: Desk, plates: Path) -> None:
    opened: list[Path] = []
    hearing = FileOpening(application(), opened.append)
    QApplication.sendEvent(application(), QFileOpenEvent(QUrl.fromLocalFile(str(plates))))
    application().removeEventFilter(hearing)
    assert opened == [plates]
