"""``pentad sample`` and ``pentad project``: data and the projects around it."""

import argparse
import time
from contextlib import closing
from pathlib import Path

from pentad.cli.chairs import sample_chairs
from pentad.cli.console import Answer, Console
from pentad.cli.info import describe_project
from pentad.cli.outputs import as_words
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.gantry.families import FAMILIES
from pentad.gantry.recipe import Recipe
from pentad.gantry.writer import check_wish, finished_parts
from pentad.io.store import ProjectStore
from pentad.io.tree import open_tree
from pentad.sdk import Ticket
from pentad.session.project import create_project, is_project
from pentad.session.sample_project import SIZE, open_sample_project, recipes_for, render_parts


def sample(arguments: argparse.Namespace, console: Console) -> Answer:
    """Render the parts and make the project around them; goes on with what a stopped go has left."""
    if arguments.recipe == "chairs":
        return sample_chairs(arguments, console)
    begun = time.monotonic()
    folder: Path = arguments.folder
    size: int = SIZE if arguments.size is None else arguments.size
    if folder.is_dir() and any(folder.iterdir()) and not is_project(folder):
        raise Problem(f"{folder} is not empty", "and holds no project", remedy="Choose another folder.")
    recipes = _recipes(arguments)
    check_wish(seed=arguments.seed, size=size)

    def work(ticket: Ticket) -> list[Sample]:
        with closing(open_sample_project(folder, ticket=ticket)) as made:
            try:
                render_parts(
                    folder,
                    recipes,
                    ticket=ticket,
                    seed=arguments.seed,
                    size=size,
                    keep_lights=arguments.lights,
                )
            finally:
                parts = finished_parts(folder / "data", recipes)
                asked = {part.id for part in parts}
                made.store.replace_samples([*parts, *(known for known in made.samples if known.id not in asked)])
            return parts

    parts = console.run("Sample parts", work)
    return {
        "project": folder,
        "parts": len(parts),
        "images": sum(len(part.views) for part in parts),
        "seed": arguments.seed,
        "size": size,
        "seconds": time.monotonic() - begun,
    }


def _recipes(arguments: argparse.Namespace) -> list[Recipe]:
    """The mix that was asked for: counts of each sort, or so many parts in all."""
    counts = (arguments.train, arguments.good, arguments.defective)
    if all(count is None for count in counts):
        return recipes_for(arguments.family, arguments.parts)
    train, good, defective = (count or 0 for count in counts)
    return [Recipe(name, train, good, defective) for name in arguments.family or [FAMILIES[0].name]]


def project(arguments: argparse.Namespace, console: Console) -> Answer:
    """``new`` lists a data set into a project, ``check`` reads all of one once, ``data`` says where its images are."""
    if arguments.what == "check":
        return console.run("Check", lambda ticket: describe_project(arguments.folder))
    if arguments.what == "data":
        return console.run("Move", lambda ticket: _move_data(arguments.folder, arguments.data))
    if is_project(arguments.folder):
        raise Problem(f"{arguments.folder} already holds a project", remedy="Open it, or choose another folder.")
    options: dict[str, str] = {}
    if arguments.manifest is not None:
        options["manifest"] = str(arguments.manifest.resolve())
    if arguments.normals is not None:
        options["normals"] = arguments.normals

    def work(ticket: Ticket) -> Answer:
        made = create_project(arguments.folder, arguments.data, ticket=ticket, layout=arguments.layout, options=options)
        try:
            return {
                "project": arguments.folder,
                "samples": len(made.samples),
                "images": sum(len(part.views) for part in made.samples),
                "layout": made.layout,
                "problems": [as_words(problem) for problem in made.problems],
            }
        finally:
            made.close()

    return console.run("New project", work)


def _move_data(folder: Path, data: Path) -> Answer:
    with ProjectStore.open(folder) as store:
        photos = [view.rasters[Modality.RGB].path for sample in store.samples() for view in sample.views[:1]]
        if data.exists() and photos and not any(map(open_tree(data).exists, photos)):
            why = f"{photos[0]} is not there, nor is any other photo"
            raise Problem(f"{data} does not hold the images of {store.name}", why, remedy="Name the data set's folder.")
        store.move_data(data)
    return {**describe_project(folder), "data": data.resolve()}
