"""A chair as it is seen on white: its colours, which part each pixel shows, and a plain grey drawing of it."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles, Floats, Rgb
from pentad.core.camera import Camera
from pentad.gantry.chairs.chair import Chair
from pentad.gantry.chairs.finishing import Dress, Light
from pentad.gantry.materials import Grain
from pentad.gantry.render import SUBPIXELS, edges
from pentad.gantry.scene import Struck, Target
from pentad.gantry.sensor import srgb

_SKY = 8
_SKY_GAIN = 1.45
_LIFT = 1e-3
_EDGE_SCALE = 40.0
"""Depths are multiplied by it where edges are looked for: what that takes for 0.6 mm is 0.015 of a chair."""
_SMOOTH_PX = 5
_NOISE = 0.9
_BLUR_PX = 0.45
_FLOOR_CELLS, _FLOOR_RAYS, _FLOOR_HALF = 40, 24, 0.9
_NOTHING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """A chair ready to be seen any number of times, with the light that it takes from the floor around it."""

    chair: Chair
    target: Target
    floor_y: float
    floor: Floats

    @staticmethod
    def of(chair: Chair, rng: np.random.Generator) -> "Stage":
        target = Target.of(chair.surface())
        floor_y = float(target.surface.vertices[:, 1].min())
        return Stage(chair, target, floor_y, _floor_shade(target, floor_y, rng))


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """What rays through every pixel meet: ``part`` (H, W), -1 for nothing, and ``depth`` (H, W), 0 for nothing."""

    part: NDArray[np.int32]
    depth: Floats

    def changed(self, other: "Glance") -> Bools:
        """(H, W) where another shape is seen."""
        return np.asarray((self.part != other.part) | (np.abs(self.depth - other.depth) > 0.006))


def glance(stage: Stage, camera: Camera) -> Glance:
    """Which part each pixel of ``camera`` shows, and how deep."""
    part = np.full(camera.size, _NOTHING, np.int32)
    depth = np.zeros(camera.size, np.float32)
    x, y = _pixels(stage, camera)
    struck = stage.target.trace(*_rays(camera, x, y))
    at = y[struck.index].astype(int), x[struck.index].astype(int)
    part[at] = stage.target.surface.material[struck.triangle]
    depth[at] = struck.points @ camera.world_to_camera[2, :3] + camera.world_to_camera[2, 3]
    return Glance(part, depth)


def photograph(stage: Stage, camera: Camera, dress: Dress, light: Light, grain: Grain, rng: np.random.Generator) -> Rgb:
    """(H, W, 3) sRGB: the chair in ``dress`` under ``light``, on white, with a soft shadow on the floor."""
    x, y = _pixels(stage, camera)
    origins, directions = _rays(camera, x, y)
    struck = stage.target.trace(origins, directions)
    at = y[struck.index].astype(int), x[struck.index].astype(int)
    image = _backdrop(stage, camera, light)
    scene = _Scene(stage, dress, light, grain, _lamp(camera, light))
    open_ = np.zeros((*camera.size, 2), np.float32)
    open_[at] = scene.open_shares(struck, rng)
    hit = np.zeros(camera.size, np.bool_)
    hit[at] = True
    open_ = _smoothed(open_, hit)
    behind = image.copy()
    image[at] = scene.colours(struck, directions[struck.index], open_[at])
    _soften_edges(scene, camera, image, behind, open_, _straddling(camera, struck, at))
    image = np.asarray(cv2.GaussianBlur(image, (0, 0), _BLUR_PX), np.float32)
    noisy = 255 * srgb(np.clip(image, 0, 1)) + _NOISE * rng.standard_normal(image.shape, np.float32)
    # Why: what is white stays white, as in the data set, whatever the noise.
    noisy[(image > 0.995).all(axis=2)] = 255
    return np.asarray(np.clip(np.rint(noisy), 0, 255), np.uint8)


def drawing(stage: Stage, camera: Camera) -> Rgb:
    """(H, W, 3) the chair in plain grey, lit from the eye and from above, on white."""
    x, y = _pixels(stage, camera)
    x2, y2 = (np.concatenate([v + d[i] for d in SUBPIXELS]).astype(np.float32) for i, v in enumerate((x, y)))
    origins, directions = _rays(camera, x2, y2)
    struck = stage.target.trace(origins, directions)
    facing = np.abs(np.einsum("ni,ni->n", struck.normals, directions[struck.index]))
    shade = np.ones(len(x2), np.float32)
    shade[struck.index] = 0.16 + 0.38 * facing + 0.14 * np.maximum(struck.normals[:, 1], 0)
    grey = np.full(camera.size, 255, np.uint8)
    mean = srgb(shade.reshape(len(SUBPIXELS), -1).mean(axis=0))
    grey[y.astype(int), x.astype(int)] = np.rint(255 * mean).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """A dressed chair and its light; ``lamp`` (3,) points to the lamp."""

    stage: Stage
    dress: Dress
    light: Light
    grain: Grain
    lamp: Floats

    def open_shares(self, struck: Struck, rng: np.random.Generator) -> Floats:
        """(M, 2) how much of the lamp (0 or 1) and of the sky each hit sees."""
        lifted = struck.points + struck.face_normals * np.float32(_LIFT)
        seen = np.zeros((len(lifted), 2), np.float32)
        towards = np.broadcast_to(self.lamp, lifted.shape)
        lit = np.flatnonzero(struck.face_normals @ self.lamp > 0)
        seen[lit, 0] = ~self.stage.target.rays.occluded(lifted[lit], towards[lit])
        for index in range(_SKY):
            height = ((index + rng.random(len(lifted), np.float32)) / _SKY) * 0.9 + 0.1
            around = 2 * np.pi * (index * 0.381966 + 0.3 * rng.random(len(lifted), np.float32))
            flat = np.sqrt(1 - height**2)
            sky = np.stack([flat * np.cos(around), height, flat * np.sin(around)], axis=1).astype(np.float32)
            up = np.einsum("ni,ni->n", struck.face_normals, sky)
            open_ = np.flatnonzero(up > 0)
            free = ~self.stage.target.rays.occluded(lifted[open_], sky[open_])
            seen[open_, 1] += free * up[open_] * (2 / _SKY)
        return seen

    def colours(self, struck: Struck, directions: Floats, open_: Floats) -> Floats:
        """(M, 3) linear colours of hits of which the shares ``open_`` (M, 2) are open to lamp and sky."""
        owner = np.array(self.dress.owners)[self.stage.target.surface.material[struck.triangle]]
        albedo, gloss = np.empty((len(owner), 3), np.float32), np.empty(len(owner), np.float32)
        for index, finish in enumerate(self.dress.finishes):
            mine = owner == index
            albedo[mine] = finish.colour(struck.points[mine], self.grain)
            gloss[mine] = finish.gloss
        lamp = np.maximum(struck.normals @ self.lamp, 0) * open_[:, 0]
        # Why the third part: a white floor and white walls light what faces down, too.
        matt = self.light.share * 1.1 * lamp + (1 - self.light.share) * (
            0.3 + 0.7 * np.minimum(_SKY_GAIN * open_[:, 1], 1)
        )
        half = self.lamp - directions
        half /= np.linalg.norm(half, axis=1, keepdims=True)
        shine = gloss * open_[:, 0] * np.maximum(np.einsum("ni,ni->n", struck.normals, half), 0) ** 30
        tinted = np.array(self.light.tint, np.float32) * np.float32(self.light.level)
        return np.asarray((albedo * matt[:, None] + shine[:, None] * self.light.share) * tinted, np.float32)


def _lamp(camera: Camera, light: Light) -> Floats:
    """(3,) towards the lamp: turned from the eye round the upright axis, raised above the floor."""
    back = -camera.world_to_camera[2, :3]
    around = math.atan2(back[2], back[0]) + math.radians(light.azimuth_deg)
    flat, high = math.cos(math.radians(light.elevation_deg)), math.sin(math.radians(light.elevation_deg))
    return np.array([flat * math.cos(around), high, flat * math.sin(around)], np.float32)


def _pixels(stage: Stage, camera: Camera) -> tuple[Floats, Floats]:
    """(N,) x and y of the pixels that may show the chair."""
    low, high = stage.target.surface.vertices.min(axis=0), stage.target.surface.vertices.max(axis=0)
    corners = np.array(np.meshgrid(*zip(low, high, strict=True))).reshape(3, -1).T
    seen = (corners @ camera.world_to_camera[:3, :3].T + camera.world_to_camera[:3, 3]) @ camera.matrix.T
    flat = seen[:, :2] / seen[:, 2:]
    limits = np.array(camera.size[::-1])
    first = np.clip(np.floor(flat.min(axis=0)) - 1, 0, limits).astype(int)
    last = np.clip(np.ceil(flat.max(axis=0)) + 2, 0, limits).astype(int)
    y, x = np.mgrid[first[1] : last[1], first[0] : last[0]]
    return x.ravel().astype(np.float32), y.ravel().astype(np.float32)


def _rays(camera: Camera, x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """(N, 3) origins and unit directions through pixels ``x, y``."""
    matrix = camera.matrix
    ahead = np.stack([(x - matrix[0, 2]) / matrix[0, 0], (y - matrix[1, 2]) / matrix[1, 1], np.ones_like(x)], axis=1)
    directions = ahead @ camera.world_to_camera[:3, :3]
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    origins = np.broadcast_to(camera.centre.astype(np.float32), directions.shape)
    return np.ascontiguousarray(origins), directions.astype(np.float32)


def _straddling(camera: Camera, struck: Struck, at: tuple[NDArray[np.int64], NDArray[np.int64]]) -> Bools:
    normals, depth = np.zeros((*camera.size, 3), np.float32), np.zeros(camera.size, np.float32)
    normals[at] = struck.normals
    depth[at] = struck.points @ camera.world_to_camera[2, :3] + camera.world_to_camera[2, 3]
    return edges(normals, depth * np.float32(_EDGE_SCALE))


def _soften_edges(
    scene: _Scene, camera: Camera, image: Floats, behind: Floats, open_: Floats, straddling: Bools
) -> None:
    rows, columns = np.nonzero(straddling)
    count = len(rows)
    x = np.concatenate([columns + dx for dx, _ in SUBPIXELS]).astype(np.float32)
    y = np.concatenate([rows + dy for _, dy in SUBPIXELS]).astype(np.float32)
    origins, directions = _rays(camera, x, y)
    struck = scene.stage.target.trace(origins, directions)
    total = np.tile(behind[rows, columns], (len(SUBPIXELS), 1))
    place = struck.index % max(count, 1)
    near = open_[rows[place], columns[place]]
    total[struck.index] = scene.colours(struck, directions[struck.index], near)
    image[rows, columns] = total.reshape(len(SUBPIXELS), count, 3).mean(axis=0)


def _smoothed(shares: Floats, hit: Bools) -> Floats:
    """Grainy shares smoothed among hits, and carried on to the pixels beside them."""
    weight = hit.astype(np.float32)
    area = (_SMOOTH_PX, _SMOOTH_PX)
    mean = cv2.blur(shares * weight[..., None], area) / np.maximum(cv2.blur(weight, area), 1e-6)[..., None]
    return np.asarray(mean, np.float32)


def _floor_shade(target: Target, floor_y: float, rng: np.random.Generator) -> Floats:
    """(C, C) share of the sky that the chair hides from places on the floor, over x and z from -half to half."""
    steps = np.linspace(-_FLOOR_HALF, _FLOOR_HALF, _FLOOR_CELLS)
    z, x = (grid.ravel() for grid in np.meshgrid(steps, steps, indexing="ij"))
    places = np.stack([x, np.full_like(x, floor_y + _LIFT), z], axis=1).astype(np.float32)
    hidden = np.zeros(len(places), np.float32)
    for index in range(_FLOOR_RAYS):
        # Why a root: rays are dealt out by the cosine with which the sky lights the floor.
        height = np.sqrt((index + rng.random(len(places))) / _FLOOR_RAYS)
        around = 2 * np.pi * (index * 0.381966 + 0.2 * rng.random(len(places)))
        flat = np.sqrt(1 - height**2)
        sky = np.stack([flat * np.cos(around), height, flat * np.sin(around)], axis=1).astype(np.float32)
        hidden += target.rays.occluded(places, sky)
    shade = cv2.GaussianBlur((hidden / _FLOOR_RAYS).reshape(_FLOOR_CELLS, -1).astype(np.float32), (0, 0), 1.0)
    rim = 1 - np.clip((np.hypot(x, z) - 0.6 * _FLOOR_HALF) / (0.4 * _FLOOR_HALF), 0, 1)
    return np.asarray(shade * rim.reshape(shade.shape), np.float32)


def _backdrop(stage: Stage, camera: Camera, light: Light) -> Floats:
    """(H, W, 3) white, with the chair's soft shadow on the floor."""
    image = np.ones((*camera.size, 3), np.float32)
    if light.shadow == 0:
        return image
    y, x = (grid.ravel().astype(np.float32) for grid in np.indices(camera.size))
    origins, directions = _rays(camera, x, y)
    down = np.minimum(directions[:, 1], -1e-6)
    reach = (stage.floor_y - origins[:, 1]) / down
    place = (origins + directions * reach[:, None])[:, [0, 2]].reshape(*camera.size, 2)
    cell = ((place + _FLOOR_HALF) / (2 * _FLOOR_HALF) * (_FLOOR_CELLS - 1)).astype(np.float32)
    shade = cv2.remap(stage.floor, cell[..., 0], cell[..., 1], cv2.INTER_LINEAR, borderValue=0)
    image *= (1 - light.shadow * shade)[..., None]
    return image


def centre_of(stage: Stage) -> Doubles:
    """(3,) the middle of the chair's skin, weighted by area; what reference cameras look at."""
    corners = stage.target.surface.vertices[stage.target.surface.faces].astype(np.float64)
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return np.asarray(np.average(corners.mean(axis=1), axis=0, weights=np.linalg.norm(crossed, axis=1)))
