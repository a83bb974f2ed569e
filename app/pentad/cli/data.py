"""``pentad sample`` and ``pentad project``: data and the projects around it."""

import argparse
import time

from pentad.cli.console import Answer, Console
from pentad.cli.info import describe_project
from pentad.core.problem import Problem
from pentad.io.store_connection import STORE_FILE
from pentad.sdk import Ticket
from pentad.session.project import create_project
from pentad.session.sample_project import make_sample_project, recipe_for


def sample(arguments: argparse.Namespace, console: Console) -> Answer:
    """Render the parts and make the project around them; goes on with a folder that a stopped go has left."""
    begun = time.monotonic()
    recipe = recipe_for(
        family=arguments.family,
        parts=arguments.parts,
        train=arguments.train,
        good=arguments.good,
        defects=arguments.defects,
    )

    def work(ticket: Ticket) -> int:
        project = make_sample_project(
            arguments.folder, recipe, seed=arguments.seed, size=arguments.size, ticket=ticket, force=arguments.force
        )
        project.close()
        return sum(len(part.views) for part in project.samples)

    images = console.run("Sample parts", work)
    return {
        "project": arguments.folder,
        "parts": recipe.parts,
        "images": images,
        "seed": arguments.seed,
        "size": arguments.size,
        "seconds": time.monotonic() - begun,
    }


def project(arguments: argparse.Namespace, console: Console) -> Answer:
    """``new`` lists a data set into a new project; ``check`` reads everything in one once."""
    if arguments.what == "check":
        return console.run("Check", lambda ticket: describe_project(arguments.folder))
    if (arguments.folder / STORE_FILE).exists():
        raise Problem(f"{arguments.folder} already holds a project", remedy="Open it, or choose another folder.")
    options: dict[str, str] = {}
    if arguments.manifest is not None:
        options["manifest"] = str(arguments.manifest.resolve())
    if arguments.normals is not None:
        options["normals"] = arguments.normals

    def work(ticket: Ticket) -> Answer:
        made = create_project(arguments.folder, arguments.data, ticket=ticket, layout=arguments.layout, options=options)
        made.close()
        return {
            "project": arguments.folder,
            "samples": len(made.samples),
            "images": sum(len(part.views) for part in made.samples),
            "layout": made.layout,
            "problems": [str(problem) for problem in made.problems],
        }

    return console.run("New project", work)
