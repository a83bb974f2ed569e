"""About Pentad: which one it is, and under which licence each of its parts comes."""

import sys
import time
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from pentad import __version__
from pentad.io.third_party import ThirdParty, write_third_party
from pentad.ui.dialogs.about import AboutSheet
from tests.helpers.desk import Desk


def _about(desk: Desk) -> AboutSheet:
    desk.window.actions_by_id["help.about"].trigger()
    (sheet,) = desk.window.findChildren(AboutSheet)
    desk.wait_until_settled()
    return sheet


def _seen(sheet: AboutSheet) -> list[str]:
    rows = (row for row in range(sheet.table.rowCount()) if not sheet.table.isRowHidden(row))
    return [item.text() for row in rows if (item := sheet.table.item(row, 0)) is not None]


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[ThirdParty]:
    """An installed program with its list beside it."""
    parts = [
        ThirdParty("Python", "3.11.7", "PSF-2.0", text="PSF LICENSE AGREEMENT"),
        ThirdParty(
            "PySide6_Essentials", "6.11.3", "LGPL-3.0-only", note="Qt is used under the LGPL.", text="GNU LESSER"
        ),
        ThirdParty("torch", "2.13.0+cpu", "Apache-2.0 AND MIT", text="a line of a licence\n" * 10_000),
    ]
    (tmp_path / "THIRD_PARTY.txt").write_text(write_third_party(parts, "Parts"), "utf-8")
    (tmp_path / "pentad").write_bytes(b"")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "pentad"))
    return parts


def test_an_installed_program_shows_the_list_it_came_with(desk: Desk, released: list[ThirdParty]) -> None:
    sheet = _about(desk)
    assert "installed program of " in sheet.build.text()
    assert _seen(sheet) == [part.name for part in released]
    assert "PSF LICENSE AGREEMENT" in sheet.text.toPlainText()
    sheet.table.selectRow(1)
    assert "GNU LESSER" in sheet.text.toPlainText()
    assert "Qt is used under the LGPL." in sheet.text.toPlainText()


def test_a_few_letters_of_a_name_or_a_licence_find_the_parts(desk: Desk, released: list[ThirdParty]) -> None:
    sheet = _about(desk)
    sheet.search.setText("LGPL qt")
    assert _seen(sheet) == ["PySide6_Essentials"]
    assert "GNU LESSER" in sheet.text.toPlainText()
    assert sheet.heading.text() == "1 part of 3"
    sheet.search.setText("nothing like it")
    assert _seen(sheet) == []
    assert sheet.text.toPlainText() == ""
    sheet.search.clear()
    assert sheet.heading.text() == "Made of 3 parts"
    assert "PSF LICENSE" in sheet.text.toPlainText()


def test_a_long_licence_is_shown_without_a_wait(desk: Desk, released: list[ThirdParty]) -> None:
    sheet = _about(desk)
    begun = time.perf_counter()
    sheet.table.selectRow(2)
    assert time.perf_counter() - begun < 0.5
    assert len(sheet.text.toPlainText()) > 190_000


def test_a_checkout_lists_what_is_installed_and_the_build_is_copied(desk: Desk) -> None:
    sheet = _about(desk)
    assert {"numpy", "torch", "PySide6_Essentials"} <= set(_seen(sheet))
    assert "run from its source" in sheet.build.text()
    sheet.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith(f"Pentad {__version__}\n")
    assert "Qt " in copied


def test_a_sheet_closed_before_its_list_came_is_not_missed(desk: Desk) -> None:
    desk.window.actions_by_id["help.about"].trigger()
    (sheet,) = desk.window.findChildren(AboutSheet)
    sheet.close()
    del sheet
    desk.wait_until_settled()
    desk.qtbot.waitUntil(lambda: desk.window.findChildren(AboutSheet) == [])
    assert not desk.window.notices.problems


def test_the_window_bears_the_sign_in_its_own_colours(desk: Desk) -> None:
    picture = desk.window.windowIcon().pixmap(64, 64).toImage()
    assert picture.pixelColor(32, 32).name() == "#f2a33a"
    assert picture.pixelColor(6, 6).name() == "#1e1f22"
