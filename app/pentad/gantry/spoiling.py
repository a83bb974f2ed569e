"""What goes wrong with a part on its way: each kind of defect, put where a camera can see it."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from manifold3d import Manifold

from pentad.core.arrays import Doubles, Floats
from pentad.gantry.design import Design
from pentad.gantry.marks import Dent, Mark, Patch, Scratch, Stain
from pentad.gantry.materials import Material
from pentad.gantry.scene import DefectKind, Part, Target
from pentad.gantry.solids import Solid, skin, union

_TRIES = 2000
_LIFT_MM = 0.3
_LEVEL_MM = 0.08
_FACING = 0.45
"""Cosine at which a camera still sees into a surface."""
_SEEN_SHARE = 0.8
_LIT_SHARE = 0.75
"""Share of a view's lights that must reach a place: relief shows in the normals only where little lies in shadow."""
_STRAND_MM = 0.15
_STEEPEST = 1.54
"""Steepest slope of -(1 - s^2)^2 on [0, 1], so that a pit of depth d and radius r has walls of 1.54 d / r."""


@dataclass(frozen=True, slots=True, eq=False)
class Eye:
    """One view's outlook on a part, in part axes: where its camera stands (3,) and its lights (K, 3)."""

    centre: Doubles
    ring: Floats


def spoil(part: Part, design: Design, kind: DefectKind, eyes: Sequence[Eye], rng: np.random.Generator) -> Part:
    """``part``, built after ``design``, with one defect. ``eyes are the views, in part axes."""
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


def _mark(part: Part, kind: DefectKind, eyes: Sequence[Eye], rng: np.random.Generator) -> Mark:
    if kind is DefectKind.DENT:
        radii = np.array([rng.uniform(1.2, 1.9), rng.uniform(0.9, 1.4)])
        patch, room = find_patch(part, eyes, rng, half=(radii[0] * 0.8, radii[1] * 0.8), lit=_LIT_SHARE)
        radii *= room
        return Dent(patch, (radii[0], radii[1]), depth=rng.uniform(0.4, 0.65) * radii.min() / _STEEPEST)
    if kind is DefectKind.SCRATCH:
        length, width = rng.uniform(4.5, 9.0), rng.uniform(0.45, 0.7)
        patch, room = find_patch(part, eyes, rng, half=(length / 2, width / 2), lit=_LIT_SHARE)
        return Scratch(patch, length * room, width, bow=rng.uniform(-0.3, 0.3), steepness=rng.uniform(0.5, 0.85))
    radius = rng.uniform(1.0, 1.8)
    patch, room = find_patch(part, eyes, rng, half=(radius * 0.8, radius * 0.8))
    lobes = tuple((rng.uniform(0.1, 0.4) / order, order, rng.uniform(-math.pi, math.pi)) for order in (2, 3, 5))
    shade = rng.uniform(0.3, 0.5)
    return Stain(patch, radius * room, lobes, (shade, shade * rng.uniform(0.7, 0.85), shade * rng.uniform(0.45, 0.6)))


def _littered(part: Part, eyes: Sequence[Eye], rng: np.random.Generator) -> Part:
    """A chip or a fibre lying on a surface that looks up."""
    patch, _ = find_patch(part, eyes, rng, half=(0.5, 0.5), upward=0.8)
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
    """A strand of insulation about 5 mm long, 0.3 mm thick, curled over the surface."""
    steps = 14
    heading = np.cumsum(rng.normal(0, 0.22, steps)) + rng.uniform(-math.pi, math.pi)
    path = np.zeros((steps + 1, 3))
    path[1:, :2] = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0) * 0.36
    path[:, :2] -= path[:, :2].mean(axis=0)
    path[:, 2] = _STRAND_MM
    beads = [Manifold.sphere(_STRAND_MM, 10).translate(tuple(place)) for place in path]
    return union([Manifold.batch_hull([one, other]) for one, other in itertools.pairwise(beads)])


def find_patch(
    part: Part,
    eyes: Sequence[Eye],
    rng: np.random.Generator,
    *,
    half: tuple[float, float],
    upward: float = -0.2,
    lit: float = 0.0,
) -> tuple[Patch, float]:
    """A place on the part that is level over twice ``half`` (along, across) mm and seen whole by one of ``eyes``.

    ``upward`` is the least z its normal may have, ``lit`` the share of that view's light that must reach it. Where no
    place is large enough, a smaller one is taken; the second answer is its share of ``half``.
    """
    target = Target.of(part.surface)
    corners = part.surface.vertices[part.surface.faces].astype(np.float64)
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    areas = np.linalg.norm(crossed, axis=1) / 2
    normals = crossed / np.maximum(2 * areas[:, None], 1e-20)
    odds = np.where(normals[:, 2] > upward, areas, 0)
    odds /= odds.sum()
    for attempt in range(_TRIES):
        face = int(rng.choice(len(odds), p=odds))
        weights = rng.dirichlet((1, 1, 1))
        along = np.cross(normals[face], rng.standard_normal(3))
        patch = Patch(weights @ corners[face], normals[face], along / np.linalg.norm(along))
        room = 0.9 ** (attempt // 100)
        spots = _spots(patch, (half[0] * room, half[1] * room))
        if _is_level(target, patch, spots) and _is_seen(target, patch, spots, eyes, lit):
            return patch, room
    raise RuntimeError("this part has no place for a defect")


def _spots(patch: Patch, half: tuple[float, float]) -> Floats:
    """(45, 3) places all over the patch, a little above it."""
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 9), np.linspace(-1, 1, 5)), axis=-1).reshape(-1, 2) * half
    return np.asarray(patch.middle + patch.lift(grid.astype(np.float32)) + patch.normal * _LIFT_MM, np.float32)


def _is_level(target: Target, patch: Patch, spots: Floats) -> bool:
    down = np.broadcast_to(-patch.normal, spots.shape)
    struck = target.trace(spots, down.astype(np.float32))
    if len(struck.index) < len(spots):
        return False
    heights = (struck.points - patch.middle) @ patch.normal
    return bool(np.abs(heights).max() < _LEVEL_MM and (struck.face_normals @ patch.normal).min() > 0.95)


def _is_seen(target: Target, patch: Patch, spots: Floats, eyes: Sequence[Eye], lit: float) -> bool:
    for eye in eyes:
        ways: Floats = (eye.centre - spots).astype(np.float32)
        ways /= np.linalg.norm(ways, axis=1, keepdims=True)
        seen = (ways @ patch.normal).min() > _FACING and target.rays.occluded(spots, ways).mean() < 1 - _SEEN_SHARE
        if seen and _light_on(target, patch, spots, eye) >= lit:
            return True
    return False


def _light_on(target: Target, patch: Patch, spots: Floats, eye: Eye) -> float:
    """Which share of the ring's rays to ``spots`` arrives: lights behind the surface and shadows count against it."""
    facing = eye.ring[eye.ring @ patch.normal > 0]
    if not len(facing):
        return 0.0
    starts, ways = np.repeat(spots, len(facing), axis=0), np.tile(facing, (len(spots), 1))
    return float((~target.rays.occluded(starts, ways)).mean()) * len(facing) / len(eye.ring)
