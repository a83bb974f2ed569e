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
    """Make the part's views in the background; ``made_one`` is called on the main thread for each view.

    It is shown where nothing else is open. What a stopped run has finished is not made again. Problem where it cannot
    go there.
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
        here = session.project
        if here is None:
            session.noticed.emit(Problem(what, notes, remedy="It is opened now."))
            show_part(session, place)
        elif here.tree.location == place.folder.resolve():
            session.noticed.emit(Problem(what, notes, remedy="It is in the list now."))
            _list(session, place, here, go=False)
        else:
            # Why not opened: what runs in another project would be stopped, and somebody may be at work in it.
            session.noticed.emit(Problem(what, notes, remedy="Open that folder to see them."))

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


def show_part(session: Session, place: Place) -> None:
    """Open the data set, if it is not open already, and go to the part."""
    session.open_project(place.folder).succeeded.connect(lambda project: _list(session, place, project, go=True))


def _list(session: Session, place: Place, project: Project, *, go: bool) -> None:
    """List a part that came after its project was made, and perhaps go to it."""

    def found(ticket: Ticket) -> Sample | None:
        return next((one for one in open_dataset(place.folder).samples if one.id == place.id), None)

    def listed(sample: Sample | None) -> None:
        if sample is not None and session.project is project:
            session.add_sample(sample)
            if go:
                session.open(sample.id)

    session.jobs.run(f"Look for {place.sample}", found, lane="disk", quiet=True, then=listed)
