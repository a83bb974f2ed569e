"""Normals of the light stacks that a project's own samples have, kept in the project; its data set stays as it is."""

import os
import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Sample, View
from pentad.io.file_names import file_name
from pentad.io.normal_files import stored_as
from pentad.io.project_tree import FOLDER, OWN
from pentad.sdk import Ticket
from pentad.sdk.atomic import WriteProblem, make_folder, not_written
from pentad.sdk.part_of import PartOf
from pentad.session.light_import import Cut, Recipe, ViewWish, make_view
from pentad.session.light_lamps import Lamps, lighting_of
from pentad.session.light_stacks import Shot, Stack, too_few
from pentad.session.project import Project


@dataclass(frozen=True, slots=True, eq=False)
class ProjectWish:
    """Which samples get normals, and of what: lamps, masks and flat fields by view.

    ``stacks`` are those of ``like``, as a person put them: the others' photographs are picked and ordered alike.
    ``instead``: views that have a normal map already show the new one; else they are left as they are.
    """

    samples: tuple[Sample, ...]
    recipe: Recipe
    lamps: Mapping[str, Lamps]
    like: Sample
    stacks: Mapping[str, Stack]
    masks: Mapping[str, Path] = field(default_factory=dict)
    flats: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    instead: bool = False


@dataclass(frozen=True, slots=True)
class ProjectReport:
    """What came of it: views made, views that had normals already, and what could not be made."""

    made: int
    left: int
    problems: tuple[Problem, ...]


def views_of(wish: ProjectWish) -> tuple[list[tuple[Sample, View]], int]:
    """The views that are to be made, and how many are left as they are."""
    lit = [
        (sample, view) for sample in wish.samples for view in sample.views if view.lights and view.name in wish.stacks
    ]
    todo = [(sample, view) for sample, view in lit if wish.instead or Modality.NORMAL not in view.rasters]
    return todo, len(lit) - len(todo)


def check_project(project: Project, wish: ProjectWish) -> None:
    """Problem where nothing can be made."""
    if project.store.read_only:
        remedy = "Close it where it is open for writing, then open it here again."
        raise Problem("No normals can be made", "the project is open for reading only", remedy=remedy)
    todo, left = views_of(wish)
    if not todo and left:
        remedy = "Choose to show the new ones instead, or other samples."
        raise Problem("There is nothing to make", f"{left} views have normals already", remedy=remedy)
    if not todo:
        raise Problem("There is nothing to make", "the samples have no light stacks", remedy="Choose other samples.")
    if wish.recipe.cut is Cut.FILE and len({sample.id for sample, _ in todo}) > 1:
        why = "one mask does not fit several parts"
        raise Problem("The masks are of one part", why, remedy="Solve everywhere, or on the part, found by itself.")


def make_in_project(
    project: Project,
    wish: ProjectWish,
    *,
    ticket: Ticket,
    done: Callable[[Sample], None],
) -> ProjectReport:
    """Make the normals sample by sample; ``done`` is given each sample that has new ones, on the worker.

    A view that cannot be made is told in the report, and the others go on. What is finished stays after a stop.
    """
    check_project(project, wish)
    todo, left = views_of(wish)
    problems: list[Problem] = []
    made = 0
    before = 0
    for sample in wish.samples:
        views = [view for one, view in todo if one is sample]
        part = PartOf(ticket, before / len(todo), (before + len(views)) / len(todo))
        before += len(views)
        refs = _make_sample(project, sample, views, wish, part, problems) if views else {}
        made += len(refs)
        if refs:
            done(with_normals(sample, refs))
    return ProjectReport(made, left, tuple(problems))


def with_normals(sample: Sample, refs: Mapping[str, RasterRef]) -> Sample:
    """The sample with these normal maps, by view."""
    views = (
        replace(view, rasters={**view.rasters, Modality.NORMAL: refs[view.name]}) if view.name in refs else view
        for view in sample.views
    )
    return replace(sample, views=tuple(views))


def _make_sample(
    project: Project, sample: Sample, views: Sequence[View], wish: ProjectWish, ticket: Ticket, problems: list[Problem]
) -> dict[str, RasterRef]:
    """The new normal maps by view; what could not be made is added to ``problems``."""
    place = project.folder / FOLDER / Path(*(file_name(part) for part in sample.id.split("/")))
    refs: dict[str, RasterRef] = {}
    for number, view in enumerate(views):
        part = PartOf(ticket, number / len(views), (number + 1) / len(views))
        part.report(0.0, f"{sample.id}, {view.name}")
        making = project.folder / FOLDER / f".making-{secrets.token_hex(4)}"
        make_folder(making)
        try:
            one = _wish(project, view, wish)
            make_view(one, wish.recipe, making, part, picture=False)
            refs[view.name] = _published(project, making, place, view.name, wish.recipe)
        except WriteProblem:
            raise
        except Problem as problem:
            what = f"{sample.id}, {view.name}: {problem.what}"
            problems.append(Problem(what, problem.why, remedy=problem.remedy))
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return refs


def _wish(project: Project, view: View, wish: ProjectWish) -> ViewWish:
    given, listed = wish.stacks[view.name], wish.like.view(view.name).lights
    picks = [listed.index(shot.ref) for shot in given.shots]
    if max(picks, default=0) >= len(view.lights):
        why = f"it has {len(view.lights)} photographs, the stack that was looked at {max(picks) + 1} or more"
        raise Problem("The stack has fewer lights", why, remedy="Make its normals by themselves.")
    stack = replace(given, shots=tuple(Shot(project.tree, view.lights[pick]) for pick in picks))
    if (few := too_few(stack)) is not None:
        raise few
    lighting = lighting_of(wish.lamps.get(view.name, Lamps()), stack)
    return ViewWish(stack, lighting, wish.masks.get(view.name), wish.flats.get(view.name, ()))


def _published(project: Project, making: Path, place: Path, view: str, recipe: Recipe) -> RasterRef:
    """Move what was made of a view to where it stays, under a number where an earlier one lies there."""
    stem = file_name(view)
    number = 1
    while any(place.glob(f"{_escaped(stem)}_normal-{number}.*")):
        number += 1
    try:
        place.mkdir(parents=True, exist_ok=True)
        for file in sorted(making.iterdir()):
            os.rename(file, place / f"{stem}_{file.stem.rpartition('_')[2]}-{number}{file.suffix}")
    except OSError as error:
        raise not_written(place, error) from error
    file = place / f"{stem}_normal-{number}{recipe.written.suffix}"
    path = OWN + file.relative_to(project.folder / FOLDER).as_posix()
    return RasterRef(path, encoding=stored_as(NormalEncoding(recipe.encoding), recipe.written.bits))


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)
