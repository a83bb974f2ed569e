"""Normals of light stacks as a job of the session: into a data set, which is then opened."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.core.wording import counted
from pentad.io.datasets import open_dataset
from pentad.sdk import Ticket
from pentad.session.jobs import Job
from pentad.session.light_import import Made, Recipe, ViewWish
from pentad.session.light_project import ProjectReport, ProjectWish, check_project, make_in_project
from pentad.session.light_writing import Place, check_place, make_sample
from pentad.session.project import Project
from pentad.session.session import Session

_NOTICES = 20
MadeOne = Callable[[Made], None]


def start_light_import(
    session: Session,
    place: Place,
    wishes: Sequence[ViewWish],
    recipe: Recipe,
    *,
    made_one: MadeOne = lambda made: None,
    sources: Mapping[str, object] | None = None,
) -> Job[tuple[Made, ...]]:
    """Make the part's views in the background and show it; ``made_one`` is called on the main thread for each view.

    Problem where it cannot go there. What a stopped run has finished is not made again.
    """
    check_place(place, [wish.stack.view for wish in wishes], recipe)
    title = f"Normals of {place.sample}"
    if any(job.title == title for job in session.jobs.unsettled):
        raise Problem(f"{place.sample} is being made already", remedy="Wait for it, or cancel it in the jobs panel.")
    wanted, deliver = tuple(wishes), session.jobs.deliver

    def work(ticket: Ticket) -> tuple[Made, ...]:
        return make_sample(
            place,
            wanted,
            recipe,
            ticket=ticket,
            sources=sources,
            made_one=lambda made: deliver(partial(made_one, made)),
        )

    def done(made: tuple[Made, ...]) -> None:
        notes = "; ".join(f"{one.view}: {note}" for one in made for note in one.notes)
        what = f"Normals of {counted(len(made), 'view')} are in {place.folder / place.id}"
        session.noticed.emit(Problem(what, notes, remedy="It is opened now."))
        _show(session, place)

    return session.jobs.run(title, work, lane="cpu", then=done)


def start_in_project(session: Session, wish: ProjectWish) -> Job[ProjectReport]:
    """Make normals for samples of the open project, which show them as they come. Problem where nothing can be made."""
    project = session.project
    if project is None:
        raise Problem("No project is open", remedy="Open a project or a data set first.")
    check_project(project, wish)

    def shown(sample: Sample) -> None:
        if session.project is project:
            session.update_sample(sample)

    def work(ticket: Ticket) -> ProjectReport:
        return make_in_project(project, wish, ticket=ticket, done=lambda one: session.jobs.deliver(partial(shown, one)))

    def done(report: ProjectReport) -> None:
        left = f"{counted(report.left, 'view')} had normals already and {'was' if report.left == 1 else 'were'} left"
        what = f"{counted(report.made, 'normal map')} made" + (f"; {left}" if report.left else "")
        session.noticed.emit(Problem(what, remedy="They are kept in the project; the data set is as it was."))
        for problem in report.problems[:_NOTICES]:
            session.noticed.emit(problem)

    return session.jobs.run("Normals of the project's stacks", work, lane="cpu", replaces="light stacks in", then=done)


def _show(session: Session, place: Place) -> None:
    """Open the data set and go to the part, also where its project was made before the part came."""

    def listed(ticket: Ticket) -> Callable[[], None]:
        found = next((one for one in open_dataset(place.folder).samples if one.id == place.id), None)

        def go() -> None:
            if found is not None:
                session.add_sample(found)
                session.open(found.id)

        return go

    def opened(project: Project) -> None:
        session.jobs.run(f"Look for {place.sample}", listed, lane="disk", quiet=True, then=lambda go: go())

    session.open_project(place.folder).succeeded.connect(opened)
