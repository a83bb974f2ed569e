"""The sample project, begun without keeping anybody waiting for the simulated gantry's libraries."""

from collections.abc import Callable
from pathlib import Path

from pentad.sdk import Ticket
from pentad.session.project import sample_folder
from pentad.session.session import Session

Start = Callable[[Session, Path], None]


def begin_sample_project(session: Session) -> None:
    """Open the sample project; it makes its parts, its model and its heatmaps where they are missing."""

    def begin(start: Start) -> None:
        start(session, sample_folder())

    session.jobs.run("Prepare the sample project", _load, lane="cpu", replaces="render", then=begin)


def _load(ticket: Ticket) -> Start:
    """What it takes, imported on a worker: solids and rays are half a second of libraries."""
    from pentad.session.sample_project import start_sample_project

    return start_sample_project
