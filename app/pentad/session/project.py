"""An open project: where its data, its samples, its models and its results are."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pentad.core.arrays import Labels
from pentad.core.prediction import Provenance
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample, View
from pentad.io import rasters
from pentad.io.datasets import open_dataset
from pentad.io.datasets.green import green_hint
from pentad.io.lock import HeldProblem
from pentad.io.project_tree import ProjectTree
from pentad.io.store import ProjectStore
from pentad.io.store_connection import STORE_FILE
from pentad.io.tree import FileTree, open_tree
from pentad.sdk import Ticket
from pentad.sdk.atomic import WriteProblem
from pentad.sdk.folders import data_folder
from pentad.sdk.model_folder import CARD, read_card


@dataclass(eq=False)
class Project:
    """A data set with everything a person and the models made of it. One program writes it at a time."""

    folder: Path
    store: ProjectStore
    tree: FileTree
    samples: list[Sample]
    problems: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        return self.store.name

    @property
    def layout(self) -> str:
        return self.store.layout

    @property
    def models(self) -> list[Path]:
        """Folders of trained models, newest first."""
        files = (self.folder / "models").glob(f"*/{CARD}")
        return [file.parent for file in sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)]

    def model_folder(self, model: str, category: str) -> Path:
        """Where ``model`` trained on ``category`` belongs."""
        return self.folder / "models" / f"{model}-{category}"

    def trained_again(self, made_by: Provenance) -> str | None:
        """When the model behind a result was trained since (ISO 8601); None where the result is as new as its model."""
        try:
            made = read_card(self.model_folder(made_by.model, made_by.trained_on)).get("made")
        except Problem:
            return None
        return str(made) if made and str(made) != made_by.made else None

    def run_file(self, name: str) -> Path:
        return self.folder / "results" / f"{name}.h5"

    def before_drawing(self, view: View) -> Labels:
        """(H, W) what a view's mask is before anybody draws: the data set's own, else an empty one."""
        if (ref := view.rasters.get(Modality.MASK)) is not None:
            return rasters.read_mask(self.tree, ref)
        # Why not zeros: those have no memory before they are painted on, and then a hand waits for it.
        return np.full(rasters.size(self.tree, view.rasters[Modality.RGB]), 0, np.uint8)

    def close(self) -> None:
        self.store.close()


def sample_folder() -> Path:
    """Where the sample project of a first run lives."""
    return data_folder() / "sample"


def is_project(path: Path) -> bool:
    return (path / STORE_FILE).is_file()


def create_project(
    folder: Path,
    data: Path,
    *,
    ticket: Ticket,
    layout: str | None = None,
    options: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Project:
    """Make a project in ``folder`` for the data set at ``data`` and list its samples into the index.

    Stopped or refused on the way it leaves no project behind: an empty index would pass for an empty data set.
    """
    ticket.report(0.0, f"Looking through {data}")
    dataset = open_dataset(data, layout=layout, options=options)
    ticket.check()
    store = ProjectStore.create(
        folder, name=name or data.stem, data=data, layout=dataset.layout, options=dict(options or {})
    )
    try:
        ticket.report(0.5, f"Indexing {len(dataset.samples)} samples")
        store.replace_samples(dataset.samples)
        ticket.report(0.9, "Looking at the normal maps")
        hint = green_hint(dataset.tree, dataset.samples)
    except BaseException:
        store.close()
        for file in folder.glob(f"{STORE_FILE}*"):
            file.unlink()
        raise
    problems = dataset.problems if hint is None else (*dataset.problems, hint)
    return Project(folder, store, ProjectTree(dataset.tree, folder), list(dataset.samples), problems)


def open_project(folder: Path, *, ticket: Ticket, read_only: bool = False) -> Project:
    """Open the project in ``folder`` from its index; no image is touched."""
    ticket.report(0.0, f"Opening {folder.name}")
    store = ProjectStore.open(folder, read_only=read_only)
    try:
        return Project(folder, store, ProjectTree(open_tree(store.data), folder), store.samples())
    except BaseException:
        store.close()
        raise


def open_any(path: Path, *, ticket: Ticket) -> Project:
    """Open what a person pointed at: a project, or a data set, whose project then lives in the user's data folder.

    A project that another program writes, or whose folder cannot be written, is opened for reading only; its problems
    say why.
    """
    path = _pointed_at(path)
    if is_project(path):
        return _open_or_read(path, ticket)
    if not path.exists():
        raise Problem(f"There is nothing at {path}", remedy="Name a project folder, a data set folder or a zip.")
    folder = project_folder(path)
    if is_project(folder):
        return _open_or_read(folder, ticket)
    return create_project(folder, path.resolve(), ticket=ticket)


def _open_or_read(folder: Path, ticket: Ticket) -> Project:
    try:
        return open_project(folder, ticket=ticket)
    except HeldProblem as held:
        why = f"{held.holder} has it open"
        remedy = "Close it there and open it here again to paint and to judge. " + held.remedy.partition(". ")[2]
    except WriteProblem as refused:
        why, remedy = str(refused), f"{refused.remedy} Then open it again to paint and to judge."
    project = open_project(folder, ticket=ticket, read_only=True)
    project.problems += (Problem(f"{project.name} is open for reading only", why, remedy=remedy.strip()),)
    return project


def project_folder(path: Path) -> Path:
    """Where the project lies that belongs to ``path``: there, or, for a data set, in the user's data folder."""
    path = _pointed_at(path.resolve())
    if is_project(path):
        return path
    tag = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    return data_folder() / "projects" / f"{path.stem}-{tag}"


def _pointed_at(path: Path) -> Path:
    """The project's folder where its database is named, which is what a file manager opens."""
    return path.parent if path.name == STORE_FILE and path.is_file() else path
