"""What the background does for the light assistant: values in, values out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from pentad.core.arrays import Rgb
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.geometry.chrome_sphere import Circle
from pentad.geometry.photometric_stereo import Lighting
from pentad.io.datasets.rig import manifest_of
from pentad.sdk import Ticket
from pentad.session.light_import import Preview, Recipe, ViewWish, preview
from pentad.session.light_lamps import Lamps, find_ball, lighting_of, rows_in_words, rows_of
from pentad.session.light_stacks import (
    FLAT_FILES,
    INTENSITY_FILES,
    LIGHT_FILES,
    MASK_FILES,
    Glance,
    Shot,
    Stack,
    displayed,
    find_stacks,
    found_beside,
    glance,
    misfits,
    stacks_of,
)
from pentad.session.project import Project

T = TypeVar("T")
_ABOVE = 5
"""Folders up from a stack where its lights file may lie: a data set's own is often at its root."""
_GUESS = 0.35
"""Of the picture's shorter side: the radius of a ball that was not found."""


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """The files that lie beside a stack and are likely meant for it."""

    lights: Path | None = None
    intensities: Path | None = None
    mask: Path | None = None
    flats: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Ball:
    """A chrome ball's photographs: the brightest of them all at reduced size, and the outline in full pixels.

    ``scale`` full pixels are one of the picture's; ``problem`` says why the outline is only a guess.
    """

    shots: tuple[Shot, ...]
    picture: Rgb
    scale: float
    circle: Circle
    problem: Problem | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What the background is asked of the present state; ``glances`` is None while the shown view is not complete."""

    stacks: tuple[tuple[Stack, Lamps], ...]
    shown: str
    recipe: Recipe
    glances: Mapping[Shot, Glance] | None
    mask: Path | None = None
    flats: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """The lamps of every view, a note on how they were matched, and the shown view at reduced size."""

    lightings: Mapping[str, Lighting | Problem] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    preview: Preview | Problem | None = None


def answer(question: Question, ticket: Ticket) -> Answer:
    """Read the lamps' files and solve the shown view small."""
    lightings: dict[str, Lighting | Problem] = {}
    notes: dict[str, str] = {}
    for stack, lamps in question.stacks:
        ticket.check()
        lightings[stack.view] = found = _or_problem(partial(lighting_of, lamps, stack))
        notes[stack.view] = "" if isinstance(found, Problem) else rows_in_words(lamps, stack)
    lighting = lightings.get(question.shown)
    if question.glances is None or lighting is None or isinstance(lighting, Problem):
        return Answer(lightings, notes, lighting if isinstance(lighting, Problem) else None)
    stack = next(stack for stack, _ in question.stacks if stack.view == question.shown)
    wish = ViewWish(stack, lighting, question.mask, question.flats)
    return Answer(lightings, notes, _or_problem(partial(preview, wish, question.recipe, question.glances, ticket)))


def found_in(paths: Sequence[Path], ticket: Ticket) -> list[tuple[Stack, Beside]]:
    """The stacks at ``paths`` and what lies beside each."""
    ticket.report(0.0, str(paths[0]) if paths else "")
    return [(stack, _beside(stack)) for stack in find_stacks(paths)]


def listed(project: Project, sample: Sample, ticket: Ticket) -> list[tuple[Stack, Beside]]:
    """The stacks of a sample, with the lamps its data set names. Problem where it has none."""
    ticket.report(0.0, sample.id)
    stacks = stacks_of(project.tree, sample.views)
    if not stacks:
        remedy = "Choose a folder of photographs, or name them in pentad.toml: light = …_{light}.png"
        raise Problem(f"{sample.id} has no light stacks", "its data set lists none", remedy=remedy)
    found = manifest_of(project.tree, project.store.options)
    if found is None or found[0].lights_file is None:
        return [(stack, _beside(stack)) for stack in stacks]
    manifest, folder = found
    lights = project.tree.local_path("/".join(part for part in (folder, manifest.lights_file) if part))
    return [(stack, replace(_beside(stack), lights=lights)) for stack in stacks]


def ball_at(paths: Sequence[Path], ticket: Ticket) -> Ball:
    """A chrome ball's photographs, in the order of their numbers, and its outline as far as it is seen."""
    stacks = find_stacks(paths)
    shots = max(stacks, key=lambda stack: len(stack.shots)).shots
    seen = []
    for number, shot in enumerate(shots):
        ticket.report(number / len(shots), shot.name)
        seen.append(glance(shot))
    wrong = misfits(Stack("", shots), dict(zip(shots, seen, strict=True)))
    if wrong:
        raise next(iter(wrong.values()))
    picture = displayed(np.max([one.small for one in seen if one.small is not None], axis=0))
    scale = max(seen[0].size) / max(picture.shape[:2])
    mask = found_beside(Stack("", shots), MASK_FILES, above=0)
    try:
        circle = find_ball(picture, mask=mask)
        return Ball(shots, picture, scale, circle if mask is not None else grown(circle, scale))
    except Problem as problem:
        height, width = picture.shape[:2]
        guess = Circle((width - 1) / 2, (height - 1) / 2, _GUESS * min(height, width), 0.0)
        why = Problem(problem.what, problem.why, remedy="Drag the circle onto the ball's outline.")
        return Ball(shots, picture, scale, grown(guess, scale), why)


def grown(circle: Circle, scale: float) -> Circle:
    """A circle of a reduced picture in full pixels, or the other way round; pixel centres stay at integers."""
    shift = (scale - 1) / 2
    return Circle(circle.x * scale + shift, circle.y * scale + shift, circle.radius * scale, circle.miss * scale)


def _beside(stack: Stack) -> Beside:
    """What lies there and fits; a lights file of other lamps is none of its."""
    lights, intensities = found_beside(stack, LIGHT_FILES, above=_ABOVE), found_beside(stack, INTENSITY_FILES, above=1)
    fits = lights is not None and not isinstance(_or_problem(partial(rows_of, Lamps(file=lights), stack)), Problem)
    flat = found_beside(stack, FLAT_FILES)
    return Beside(
        lights if fits else None, intensities, found_beside(stack, MASK_FILES, above=0), (flat,) if flat else ()
    )


def _or_problem(work: Callable[[], T]) -> T | Problem:
    try:
        return work()
    except Problem as problem:
        return problem
