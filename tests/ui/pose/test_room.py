"""The pose debugger has half of the window while it is seen, and gives back what it took."""

from pathlib import Path

from tests.helpers.desk import Desk
from tests.helpers.tiny_dataset import write_tiny_dataset


def test_the_panels_beside_it_have_their_height_again(desk: Desk, tmp_path: Path) -> None:
    desk.open(write_tiny_dataset(tmp_path / "plates"))
    window = desk.window
    window.resize(1500, 1000)
    window.arrange("research")
    desk.wait_until_settled()
    evaluation, pose = window.docks["evaluation"], window.docks["pose"]
    before = evaluation.height()
    window.toggle_panel("pose")
    desk.qtbot.waitUntil(lambda: pose.height() >= 0.45 * window.height())
    window.toggle_panel("pose")
    desk.qtbot.waitUntil(lambda: abs(evaluation.height() - before) <= 12)
