"""Where a command's data comes from: a data set or a project, as ``--data`` names it."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.io.datasets import open_dataset
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.datasets.reader import Options
from pentad.io.project_tree import ProjectTree
from pentad.io.store import ProjectStore
from pentad.io.tree import FileTree, open_tree
from pentad.sdk import Ticket
from pentad.session.project import is_project


@dataclass(frozen=True, slots=True)
class Source:
    """Samples and the files behind them; ``about`` is what it takes to find them again from a run file.

    ``options`` are what was said of the data set, ``project`` the folder of the project it is opened through.
    """

    tree: FileTree
    samples: Sequence[Sample]
    about: Mapping[str, str]
    options: Options = field(default_factory=dict)
    project: Path | None = None

    def geometry(self) -> PartGeometry:
        """Its cameras and meshes; Problem where its rig cannot be read."""
        return PartGeometry.of(self.tree, self.options, self.project)

    @classmethod
    def again(cls, about: Mapping[str, str], ticket: Ticket, *, moved_to: Path | None = None) -> "Source":
        """The source that a run remembers; Problem where it has moved and nobody says where to."""
        path = about.get("path") if moved_to is None else str(moved_to)
        if path is None:
            raise Problem("The run does not say which data it judged", remedy="Name the data set with --data.")
        if moved_to is None and not Path(path).exists():
            raise Problem(f"The data of this run is no longer at {path}", remedy="Name its new place with --data.")
        options = {key[7:]: value for key, value in about.items() if key.startswith("option.")}
        return _open(Path(path), about.get("layout"), options, ticket)


def open_source(arguments: argparse.Namespace, ticket: Ticket) -> Source:
    """What ``--data``, ``--layout``, ``--manifest`` and ``--normals`` name."""
    options: dict[str, str] = {}
    if arguments.manifest is not None:
        options["manifest"] = str(arguments.manifest.resolve())
    if arguments.normals is not None:
        options["normals"] = arguments.normals
    return _open(arguments.data, arguments.layout, options, ticket)


def _open(path: Path, layout: str | None, options: Mapping[str, str], ticket: Ticket) -> Source:
    ticket.report(0.0, f"Looking through {path}")
    if is_project(path):
        with ProjectStore.open(path, read_only=True) as store:
            about = {"path": str(path.resolve())}
            return Source(ProjectTree(open_tree(store.data), path), store.samples(), about, store.options, path)
    dataset = open_dataset(path, layout=layout, options=options)
    said = {f"option.{key}": value for key, value in options.items()}
    about = {"path": str(path.resolve()), "layout": dataset.layout, **said}
    return Source(dataset.tree, dataset.samples, about, dict(options))
