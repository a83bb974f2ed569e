"""``pentad depth``: depth made by a trained model, one image a view."""

import argparse
import time
from pathlib import Path

from pentad.cli.console import Answer, Console
from pentad.cli.model import choose_samples, find_folder, warned
from pentad.cli.outputs import refuse_used
from pentad.cli.sources import Source, open_source
from pentad.core.prediction import Provenance
from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.geometry.depth_maps import laid_over, pixel_angle
from pentad.io import rasters
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.depth_files import read_depth_made, write_depth_made
from pentad.io.file_names import file_name
from pentad.io.relief_files import write_depth
from pentad.sdk import DepthMade, DepthWish, Ticket
from pentad.sdk.atomic import WriteProblem, make_folder, write_bytes
from pentad.sdk.part_of import PartOf
from pentad.session.depth_making import DepthModel, check_wish
from pentad.session.models import Models

_UNFINISHED = ".unfinished"
_LAST = "depth.npz"
"""Of a sample's files the last to be written."""


def depth(arguments: argparse.Namespace, console: Console) -> Answer:
    """Make the depth of the samples asked for; one that cannot be made is left out, and said.

    What an interrupted run of the same wish has finished is not made again.
    """
    if not (arguments.out / _UNFINISHED).is_file():
        refuse_used(arguments.out, force=arguments.force)
    problems: list[Problem] = []
    begun = time.monotonic()
    made = console.run("Depth", lambda ticket: _make_all(arguments, ticket, problems), lane="gpu")
    return {
        "run": arguments.out,
        "samples": len(made),
        "images": sum(len(each.views) for each in made),
        "units": sorted({estimate.unit for each in made for estimate in each.views.values()}),
        "seed": made[0].seed,
        "drawn": made[0].samples,
        "steps": made[0].steps,
        "seconds": time.monotonic() - begun,
        "problems": warned(console, problems),
    }


def _make_all(arguments: argparse.Namespace, ticket: Ticket, problems: list[Problem]) -> list[DepthMade]:
    model = DepthModel.load(Models.installed(), find_folder(arguments.model))
    source = open_source(arguments, ticket)
    wanted = choose_samples(source.samples, model.made_by.trained_on, patterns=arguments.sample, split=arguments.split)
    geometry, wish = source.geometry(), DepthWish(arguments.seed, arguments.samples, arguments.steps)
    check_wish(wish)
    going_on = _begin(arguments, model.made_by)
    found: list[DepthMade] = []
    for count, sample in enumerate(wanted):
        part = PartOf(ticket, count / len(wanted), (count + 1) / len(wanted))
        part.report(0.0, f"{sample.id} ({count + 1} of {len(wanted)})")
        folder = arguments.out.joinpath(*(file_name(name) for name in sample.id.split("/")))
        if going_on and (there := _finished(folder, wish, model.made_by, arguments.format)) is not None:
            found.append(there)
            continue
        try:
            made = model.make(source.tree, sample, geometry, wish, part, noticed=problems.append)
            _write(folder, source, sample, geometry, made, arguments.format)
        except WriteProblem:
            raise
        except Problem as problem:
            if len(wanted) == 1:
                raise
            problems.append(problem)
            continue
        found.append(made)
    if not found:
        raise Problem(f"None of the {len(wanted)} samples got a depth", str(problems[-1]), remedy=problems[-1].remedy)
    (arguments.out / _UNFINISHED).unlink(missing_ok=True)
    return found


def _begin(arguments: argparse.Namespace, made_by: Provenance) -> bool:
    """Leave word of what is being made here; gives whether an interrupted run of the same wish is gone on with.

    Problem where it had another wish.
    """
    file = arguments.out / _UNFINISHED
    wish = f"{made_by.model} {made_by.made} {arguments.seed} {arguments.samples} {arguments.steps} {arguments.format}\n"
    if arguments.force or not file.is_file():
        make_folder(arguments.out)
        write_bytes(file, wish.encode())
        return False
    if file.read_text("utf-8", "replace") != wish:
        why = "an interrupted run with another model, seed or number of samples or steps, or another format, left it"
        remedy = "Choose another folder, repeat the words of that run, or add --force to make all anew."
        raise Problem(f"{arguments.out} holds something else begun", why, remedy=remedy)
    return True


def _finished(folder: Path, wish: DepthWish, made_by: Provenance, format: str) -> DepthMade | None:
    """What lies in ``folder``, whole and made as is wished; None where it is to be made."""
    if not (folder / _LAST).is_file():
        return None
    try:
        made = read_depth_made(folder / _LAST)
    except Problem:
        return None
    asked = (wish.seed, wish.samples, wish.steps or made.steps, made_by.made)
    whole = all((folder / f"{file_name(name)}.{format}").is_file() for name in made.views)
    return made if whole and (made.seed, made.samples, made.steps, made.made_by.made) == asked else None


def _write(folder: Path, source: Source, sample: Sample, geometry: PartGeometry, made: DepthMade, format: str) -> None:
    """An image a view, as large as its photo, and at last everything that the model said in one file."""
    make_folder(folder)
    for name, estimate in made.views.items():
        view = sample.view(name)
        size = rasters.size(source.tree, view.rasters[Modality.RGB])
        angle = pixel_angle(geometry.camera(view, size, size)) if estimate.unit == "mm" else None
        whole = laid_over(estimate.depth, estimate.region, size, pixel_angle=angle)
        write_depth(folder / f"{file_name(name)}.{format}", whole)
    write_depth_made(folder / _LAST, made)
