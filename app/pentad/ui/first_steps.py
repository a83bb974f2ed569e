"""What the window opens with: what was asked for, else the last project, else the sample project."""

from pathlib import Path

from pentad.session.project import is_project, sample_folder
from pentad.ui.coach_marks import SEEN, CoachMarks, Hint
from pentad.ui.main_window import MainWindow
from pentad.ui.settings import Settings


def begin(window: MainWindow, settings: Settings, path: Path | None, *, watched: bool) -> None:
    """Open ``path``, or what was open last, or the sample project on the first start.

    Hints are shown once, and only to somebody: ``watched`` is false where pictures are taken of a run nobody sees.

    The sample project is always begun, never just opened: it goes on filling itself where it was left.
    """
    last = settings.text("project/last", "")
    if path is not None:
        window.session.open_project(path)
    elif last and is_project(Path(last)) and Path(last) != sample_folder():
        window.session.open_project(Path(last))
    else:
        window.open_sample_project()
    if watched and not settings.flag(SEEN, default=False):
        CoachMarks(hints(window), settings, window)


def hints(window: MainWindow) -> list[Hint]:
    """Where the parts are, what one sees of them, and how everything is found."""
    return [
        Hint(
            window.docks["samples"],
            "Every line is one part",
            "The bar shows how suspicious a model finds it; the tick is the threshold. N and P step through the list.",
        ),
        Hint(
            window.views,
            "All views of the part at once",
            "Wheel zooms, drag pans, all views together. Space or a double click lets one fill the window. "
            "A accepts the part, R rejects it, W asks for work.",
        ),
        Hint(
            window.docks["inspector"],
            "Scores, and how heat is drawn",
            "Move the threshold, choose colours and layers. Ctrl+K finds everything one can do; ? lists the keys.",
        ),
    ]
