"""The project a newcomer sees: simulated parts, a model trained on them, and what it says of each."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.gantry.families import FAMILIES
from pentad.gantry.recipe import Recipe
from pentad.gantry.writer import write_dataset
from pentad.io.project_tree import ProjectTree
from pentad.io.store import ProjectStore
from pentad.io.tree import open_tree
from pentad.sdk import Ticket, Value
from pentad.sdk.atomic import make_folder
from pentad.session.modelling import start_detection, start_training
from pentad.session.project import Project, is_project, open_project
from pentad.session.session import Session

PARTS, SEED, SIZE = 24, 0, 768
MODEL = "cprn"
SETTINGS: Mapping[str, Value] = {"steps": 150}
"""Half the usual steps: a first heatmap within six minutes on two cores matters more here than the last point."""


def recipes_for(families: Sequence[str], parts: int) -> list[Recipe]:
    """``parts`` divided among ``families`` (none named: the first one there is)."""
    names = list(families) or [FAMILIES[0].name]
    if parts < len(names):
        raise Problem(f"{parts} parts are too few for the families {', '.join(names)}", remedy="Ask for more parts.")
    shares = [parts // len(names) + (place < parts % len(names)) for place in range(len(names))]
    return [Recipe.of(name, share) for name, share in zip(names, shares, strict=True)]


def open_sample_project(folder: Path, *, ticket: Ticket) -> Project:
    """The sample project in ``folder``, made empty where there is none yet; its parts come with ``render_parts``."""
    if is_project(folder):
        return open_project(folder, ticket=ticket)
    make_folder(folder / "data")
    store = ProjectStore.create(folder, name="Sample parts", data=folder / "data", layout="manifest")
    return Project(folder, store, ProjectTree(open_tree(folder / "data"), folder), [])


def render_parts(
    folder: Path,
    recipes: Sequence[Recipe],
    *,
    ticket: Ticket,
    seed: int = SEED,
    size: int = SIZE,
    keep_lights: bool = False,
    on_part: Callable[[Sample], None] = lambda sample: None,
) -> list[Sample]:
    """Make the parts of the sample project in ``folder`` that are not there yet; see ``write_dataset``."""
    return write_dataset(
        folder / "data", recipes, seed=seed, size=size, ticket=ticket, keep_lights=keep_lights, on_part=on_part
    )


def start_sample_project(session: Session, folder: Path) -> None:
    """Open the sample project and let it fill itself: parts, then a model, then heatmaps; goes on where it stopped."""

    def opened(project: Project) -> None:
        session.show_project(project)
        _render(session, project)

    session.jobs.run(
        "Open the sample project",
        lambda ticket: open_sample_project(folder, ticket=ticket),
        lane="disk",
        replaces="project",
        then=opened,
        discard=session.put_away,
    )


def _render(session: Session, project: Project) -> None:
    deliver = session.jobs.deliver

    def came(sample: Sample) -> None:
        if session.project is project:
            session.add_sample(sample)

    session.jobs.run(
        "Photograph the sample parts",
        lambda ticket: render_parts(
            project.folder, recipes_for([], PARTS), ticket=ticket, on_part=lambda sample: deliver(partial(came, sample))
        ),
        lane="cpu",
        replaces="render",
        then=lambda _: _learn(session, project),
    )


def _learn(session: Session, project: Project) -> None:
    if session.project is not project:
        return
    if project.models:
        _judge(session, project)
        return
    try:
        training = start_training(session, MODEL, settings=SETTINGS)
    except Problem as problem:
        session.noticed.emit(problem)
    else:
        training.succeeded.connect(lambda _: _judge(session, project))


def _judge(session: Session, project: Project) -> None:
    if session.project is project and len(session.results.scores) < len(project.samples):
        start_detection(session, project.models[0])
