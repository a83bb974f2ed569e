"""Whatever the settings file holds, the window starts, says once what was wrong, and keeps what it does not know."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pentad.session.models import Models
from pentad.ui.main_window import MainWindow
from pentad.ui.settings import Settings
from pentad.ui.theme import Theme
from tests.helpers.bright_model import bright_models
from tests.helpers.workroom import open_workroom

NEWER = r"""[window]
theme=solarised
workspace=cockpit
docks=@ByteArray(\xff\0\0\x99)
geometry=@ByteArray(nonsense)
hologram=on

[keys]
review.accept="everywhere:Meta+Alt+Hyper+Q, , annotate:"
review.levitate=Ctrl+Y

[look]
rows=smell,taste
heat_high=1e999
linked=perhaps

[future]
list=1, 2, 3
answer=@Variant(\0\0\0\x7f\0\0\0\x1anothing)
"""
DAMAGED = {
    "noise": bytes(range(256)) * 8,
    "zeros": b"\0" * 4096,
    "torn": b"[window]\ntheme=dark\n[loo",
    "utf-16": "[window]\ntheme=dark\n".encode("utf-16"),
    "prose": b"Dear Pentad,\nplease be light.\n",
    "huge": b"[a]\n" + b"x=1\n" * 3_000_000,
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_kept_aside_and_said_once(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "window.ini"
    file.write_bytes(DAMAGED[kind])
    first = Settings(file)
    assert first.problem is not None
    assert "window.ini.damaged-1" in first.problem.remedy
    assert (tmp_path / "window.ini.damaged-1").read_bytes() == DAMAGED[kind]
    first.put("window/theme", "light")
    first.save()
    second = Settings(file)
    assert second.problem is None
    assert second.text("window/theme", "dark") == "light"
    file.write_bytes(DAMAGED[kind])
    assert Settings(file).problem is not None
    assert (tmp_path / "window.ini.damaged-2").exists()


def test_what_qt_writes_is_never_taken_for_damage(tmp_path: Path) -> None:
    store = Settings(tmp_path / "window.ini")
    odd = 'a=b; [c] \\\\ "d" \n\t\0 ä 漢 \u2028 %'
    store.put("keys/odd [key]=;#", odd)
    store.put("window/geometry", QByteArray(bytes(range(256))))
    store.save()
    again = Settings(tmp_path / "window.ini")
    assert again.problem is None
    assert again.text("keys/odd [key]=;#", "") == odd
    assert again.bytes("window/geometry").data() == bytes(range(256))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.text(min_size=1, max_size=12), value=st.text(max_size=40), more=st.binary(max_size=60))
def test_any_text_that_was_put_comes_back_without_an_alarm(tmp_path: Path, key: str, value: str, more: bytes) -> None:
    file = tmp_path / "window.ini"
    file.unlink(missing_ok=True)
    try:
        (key + value).encode()
    except UnicodeEncodeError:
        return
    store = Settings(file)
    store.put(f"window/{key}", value)
    store.put("window/bytes", QByteArray(more))
    store.save()
    again = Settings(file)
    assert again.problem is None
    assert again.bytes("window/bytes").data() == more


def test_a_folder_in_the_place_of_the_file_is_said_and_defaults_hold(tmp_path: Path) -> None:
    (tmp_path / "window.ini").mkdir()
    store = Settings(tmp_path / "window.ini")
    assert store.problem is not None
    assert store.text("window/theme", "dark") == "dark"
    store.put("window/theme", "light")
    store.save()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "window.ini").write_text("[window]\ntheme=dark\n")
    (tmp_path / "window.ini").chmod(0)
    assert Settings(tmp_path / "window.ini").problem is not None


def test_a_newer_pentads_settings_start_this_window_and_keep_what_it_does_not_know(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    file = tmp_path / "window.ini"
    file.write_text(NEWER)
    models: Models = bright_models()
    with open_workroom(models) as room:
        store = Settings(file)
        assert store.problem is None
        window = MainWindow(room.session, Theme(qapp, store.text("window/theme", "dark")), store)
        qtbot.addWidget(window)
        window.show()
        assert window.isVisible()
        window.close()
        store.save()
    kept = file.read_text()
    for words in ("hologram=on", "list=1, 2, 3", "review.levitate"):
        assert words in kept, words
