"""What goes wrong with a part on its way: each kind of defect, put where a camera can see it."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manifold3d import Manifold

from pentad.core.arrays import Doubles, Floats
from pentad.gantry.design import Design
from pentad.gantry.marks import Dent, Mark, Patch, Scratch, Stain
from pentad.gantry.materials import Material
from pentad.gantry.scene import DefectKind, Part, Target
from pentad.gantry.solids import Solid, skin, union

_TRIES = 600
_LIFT_MM = 0.3
_LEVEL_MM = 0.08
_STEEPEST = 1.54
"""Steepest slope of -(1 - s^2)^2 on [0, 1], so that a pit of depth d and radius r has walls of 1.54 d / r."""


def spoil(part: Part, design: Design, kind: DefectKind, eyes: Sequence[Doubles], rng: np.random.Generator) -> Part:
    """``part``, built after ``design``, with one defect. ``eyes`` (3,) are the camera centres in part axes."""
    match kind:
        case DefectKind.BENT_PIN:
            lean = {"angle": rng.uniform(0.28, 0.55), "towards": rng.uniform(-math.pi, math.pi)}
            bent = design.with_bent_pin(int(rng.integers(len(design.pins))), **lean)
            return replace(part, surface=bent.surface(), twin=part.surface)
        case DefectKind.MISSING_PIN:
            gone = design.without_pin(int(rng.integers(len(design.pins))))
            return replace(part, surface=gone.surface(), twin=part.surface)
        case DefectKind.FOREIGN_BODY:
            return _littered(part, eyes, rng)
        case _:
            return replace(part, marks=(_mark(part, kind, eyes, rng),))


def _mark(part: Part, kind: DefectKind, eyes: Sequence[Doubles], rng: np.random.Generator) -> Mark:
    if kind is DefectKind.DENT:
        radii = (rng.uniform(0.75, 1.25), rng.uniform(0.55, 0.9))
        patch = find_patch(part, eyes, rng, half=(radii[0] * 0.8, radii[1] * 0.8))
        return Dent(patch, radii, depth=rng.uniform(0.4, 0.65) * min(radii) / _STEEPEST)
    if kind is DefectKind.SCRATCH:
        length, width = rng.uniform(3.2, 6.5), rng.uniform(0.3, 0.5)
        patch = find_patch(part, eyes, rng, half=(length / 2, width / 2))
        return Scratch(patch, length, width, bow=rng.uniform(-0.3, 0.3), steepness=rng.uniform(0.5, 0.85))
    radius = rng.uniform(0.8, 1.5)
    patch = find_patch(part, eyes, rng, half=(radius * 0.8, radius * 0.8))
    lobes = tuple((rng.uniform(0.04, 0.16), order, rng.uniform(-math.pi, math.pi)) for order in (2, 3, 5))
    shade = rng.uniform(0.3, 0.5)
    return Stain(patch, radius, lobes, (shade, shade * rng.uniform(0.7, 0.85), shade * rng.uniform(0.45, 0.6)))


def _littered(part: Part, eyes: Sequence[Doubles], rng: np.random.Generator) -> Part:
    """A chip or a fibre lying on a surface that looks up."""
    patch = find_patch(part, eyes, rng, half=(0.5, 0.5), upward=0.8)
    body = _chip(rng) if rng.random() < 0.5 else _fibre(rng)
    frame = np.eye(4)[:3]
    frame[:, 0], frame[:, 1], frame[:, 2] = patch.along, np.cross(patch.normal, patch.along), patch.normal
    frame[:, 3] = patch.middle
    foreign = skin([Solid(body.transform(frame), len(part.materials))])
    shade = rng.uniform(0.25, 0.45)
    tones = ((shade, shade, shade), (shade, shade * 0.35, shade * 0.25), (shade * 0.3, shade * 0.45, shade))
    material = Material(tones[int(rng.integers(len(tones)))], gloss=0.1, sharpness=20)
    return replace(
        part,
        surface=part.surface + foreign,
        materials=(*part.materials, material),
        foreign_from=len(part.surface.faces),
    )


def _chip(rng: np.random.Generator) -> Manifold:
    """A splinter: the hull of a few points, up to 1.8 mm long, lying flat."""
    points = rng.uniform(-1, 1, (14, 3)) * (rng.uniform(0.5, 0.9), rng.uniform(0.3, 0.6), 0.16)
    points[:, 2] += 0.12
    return Manifold.hull_points(points)


def _fibre(rng: np.random.Generator) -> Manifold:
    """A hair of about 5 mm, 0.2 mm thick, curled over the surface."""
    steps = 14
    heading = np.cumsum(rng.normal(0, 0.22, steps)) + rng.uniform(-math.pi, math.pi)
    path = np.zeros((steps + 1, 3))
    path[1:, :2] = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0) * 0.36
    path[:, :2] -= path[:, :2].mean(axis=0)
    path[:, 2] = 0.1
    beads = [Manifold.sphere(0.1, 10).translate(tuple(place)) for place in path]
    return union([Manifold.batch_hull([one, other]) for one, other in itertools.pairwise(beads)])


def find_patch(
    part: Part,
    eyes: Sequence[Doubles],
    rng: np.random.Generator,
    *,
    half: tuple[float, float],
    upward: float = -0.2,
) -> Patch:
    """A place on the part that is level over twice ``half`` (along, across) mm and seen by at least one of ``eyes``.

    ``upward`` is the least z its normal may have. Where no place is large enough, a smaller one is taken.
    """
    target = Target.of(part.surface)
    corners = part.surface.vertices[part.surface.faces].astype(np.float64)
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(crossed, axis=1) / 2
    normals = crossed / np.maximum(2 * areas[:, None], 1e-20)
    odds = np.where(normals[:, 2] > upward, areas, 0)
    for attempt in range(_TRIES):
        face = int(rng.choice(len(odds), p=odds / odds.sum()))
        weights = rng.dirichlet((1, 1, 1))
        along = np.cross(normals[face], rng.standard_normal(3))
        patch = Patch(weights @ corners[face], normals[face], along / np.linalg.norm(along))
        shrunk = 0.9 ** (attempt // 100)
        if _is_level(target, patch, (half[0] * shrunk, half[1] * shrunk)) and _is_seen(target, patch, eyes):
            return patch
    raise RuntimeError("this part has no place for a defect")


def _is_level(target: Target, patch: Patch, half: tuple[float, float]) -> bool:
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 5)), axis=-1).reshape(-1, 2) * half
    starts = patch.middle + patch.lift(grid.astype(np.float32)) + patch.normal * _LIFT_MM
    down = np.broadcast_to(-patch.normal, starts.shape)
    struck = target.trace(starts.astype(np.float32), down.astype(np.float32))
    if len(struck.index) < len(grid):
        return False
    heights = (struck.points - patch.middle) @ patch.normal
    return bool(np.abs(heights).max() < _LEVEL_MM and (struck.face_normals @ patch.normal).min() > 0.95)


def _is_seen(target: Target, patch: Patch, eyes: Sequence[Doubles]) -> bool:
    ways: Floats = np.array([eye - patch.middle for eye in eyes], np.float32)
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    facing = ways @ patch.normal > 0.45
    starts = np.broadcast_to(patch.middle + patch.normal * 0.05, ways.shape).astype(np.float32)
    return bool((facing & ~target.rays.occluded(starts, ways)).any())
