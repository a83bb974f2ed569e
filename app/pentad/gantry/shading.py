"""Light on a surface: Lambert, a small gloss, cast shadows, and the soft light of a tent."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles, Floats
from pentad.gantry.scene import Part, Struck, Target

_LIFT_MM = 2e-3
_RING_SHARE = 0.4
_DOME = 12


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """What M hits send to the camera, linear.

    ``stack`` (K, M), one light at a time; under the soft light ``base`` (M, 3) from the matt surface, ``shine`` (M, 3)
    mirrored, and ``open_share`` (M,), how much of that light is not hidden. ``normals`` (M, 3) with grain and marks.
    """

    stack: Floats
    base: Floats
    shine: Floats
    open_share: Floats
    normals: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Lamps:
    """The lights around one view in part axes: ``ring`` (K, 3) towards each, ``power`` (K,); ``up`` (3,) of the rig."""

    ring: Floats
    power: Floats
    up: Floats


def light_up(part: Part, target: Target, struck: Struck, rays: Floats, lamps: Lamps, rng: np.random.Generator) -> Lit:
    """Radiance of the hits along ``rays`` (M, 3, camera to part)."""
    finish = _finish(part, target, struck)
    colour, normals = finish.colour, finish.normals
    lifted = struck.points + struck.face_normals * np.float32(_LIFT_MM)
    grey = colour.mean(axis=1)
    count = len(lamps.ring)
    stack = np.zeros((count, len(grey)), np.float32)
    matt = np.zeros((2, len(grey)), np.float32)
    for k in range(count):
        cosine = np.maximum(normals @ lamps.ring[k], 0)
        seen = _seen(target, lifted, struck, np.broadcast_to(lamps.ring[k], lifted.shape), cosine)
        half = lamps.ring[k] - rays
        half /= np.sqrt(np.einsum("mi,mi->m", half, half))[:, None]
        lobe = finish.gloss * np.power(np.maximum(np.einsum("mi,mi->m", normals, half), 0), finish.sharpness)
        stack[k] = lamps.power[k] * seen * (grey * cosine + lobe * (cosine > 0))
        matt += np.stack([cosine, cosine * seen]) * (_RING_SHARE / count)
    matt += _tent(target, lifted, struck, normals, lamps, rng) * (1 - _RING_SHARE)
    tint = 1 + finish.metal[:, None] * (colour * 1.6 - 1)
    shine = tint * (finish.gloss * _surroundings(rays, normals, lamps.up))[:, None]
    return Lit(stack, colour * (matt[0] * 1.5)[:, None], shine, matt[1] / np.maximum(matt[0], 1e-6), normals)


@dataclass(frozen=True, slots=True, eq=False)
class _Finish:
    """The surface at M hits, with the grain and the marks in."""

    colour: Floats
    normals: Floats
    gloss: Floats
    sharpness: Floats
    metal: Floats


def _finish(part: Part, target: Target, struck: Struck) -> _Finish:
    owner = target.surface.material[struck.triangle]
    colour = np.empty((len(owner), 3), np.float32)
    bump = np.empty((len(owner), 3), np.float32)
    for index, material in enumerate(part.materials):
        mine = owner == index
        fine = part.grain.at(struck.points[mine], material.stretch, tilted=material.stretch[0] == material.stretch[2])
        slow = part.grain.at(struck.points[mine], (0.6, 0.6, 0.6))[:, :1]
        colour[mine] = np.asarray(material.colour, np.float32) * (1 + material.speckle * (fine[:, 3:] + 0.7 * slow))
        bump[mine] = fine[:, :3] * material.relief
    for mark in part.marks:
        inside = np.flatnonzero(mark.reach(struck.points, struck.normals))
        colour[inside] *= mark.tint(struck.points[inside])
        bump[inside] -= mark.slope(struck.points[inside])
    table = np.array([[m.gloss, m.sharpness, float(m.metal)] for m in part.materials], np.float32)[owner]
    # Why: only the part of the bump along the surface tilts it.
    bump -= np.einsum("mi,mi->m", bump, struck.normals)[:, None] * struck.normals
    normals = struck.normals + bump
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return _Finish(np.maximum(colour, 0.01), normals, table[:, 0], table[:, 1], table[:, 2])


def _seen(target: Target, lifted: Floats, struck: Struck, towards: Floats, cosine: Floats) -> Floats:
    """(M,) 1 where the light is not hidden, 0 where it is."""
    seen = np.zeros(len(lifted), np.float32)
    open_ = np.flatnonzero((cosine > 0) & (np.einsum("mi,mi->m", struck.face_normals, towards) > 0))
    seen[open_] = ~target.rays.occluded(lifted[open_], towards[open_])
    return seen


def _tent(
    target: Target, lifted: Floats, struck: Struck, normals: Floats, lamps: Lamps, rng: np.random.Generator
) -> Floats:
    """(2, M) light of a white tent, unhidden and hidden: stratified directions over the upper hemisphere, jittered
    from pixel to pixel so that shadows are soft."""
    total = np.zeros((2, len(lifted)), np.float32)
    side = np.cross(lamps.up, [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    axes = np.stack([np.cross(side, lamps.up), side, lamps.up]).astype(np.float32)
    for index in range(_DOME):
        height = (0.12 + 0.88 * (index + rng.random(len(lifted), np.float32)) / _DOME).astype(np.float32)
        around = 2 * np.pi * (index * 0.381966 + 0.3 * rng.random(len(lifted), np.float32))
        flat = np.sqrt(1 - height**2)
        towards = np.stack([flat * np.cos(around), flat * np.sin(around), height], axis=1) @ axes
        cosine = np.maximum(np.einsum("mi,mi->m", normals, towards), 0)
        total += np.stack([cosine, cosine * _seen(target, lifted, struck, towards, cosine)])
    return total * np.float32(1.6 / _DOME)


def _surroundings(rays: Floats, normals: Floats, up: Floats) -> Floats:
    """(M,) what a mirror sees: a bright tent above with a darker opening for the camera, a dark table below."""
    mirrored = rays - 2 * np.einsum("mi,mi->m", rays, normals)[:, None] * normals
    height = mirrored @ up
    sky = np.clip(height * 2.2 + 0.35, 0.06, 1)
    opening = np.clip((np.einsum("mi,mi->m", -rays, mirrored) - 0.86) / 0.1, 0, 1)
    return np.asarray(sky * (1 - 0.45 * opening) * 1.7, np.float32)


def turned(directions: Doubles, rotation: Doubles) -> Floats:
    """(K, 3) directions in camera axes (x right, y up, z to the camera) into part axes; ``rotation`` is part to
    OpenCV camera."""
    opencv = directions * np.array([1.0, -1.0, -1.0])
    return np.asarray(opencv @ rotation, np.float32)
