"""One view of a part as the gantry's camera takes it: a light stack, a soft-lit photograph, and the truth."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles, Floats, Normals, Rgb
from pentad.core.camera import Camera
from pentad.gantry.scene import Part, Struck, Target
from pentad.gantry.sensor import Sensor
from pentad.gantry.shading import Lamps, light_up, turned

_BAND_PIXELS = 500_000
_START_MM = 60.0
SUBPIXELS = ((-0.375, -0.125), (0.125, -0.375), (0.375, 0.125), (-0.125, 0.375))
"""Where in a pixel rays go through it at edges: x, y from its centre."""
_EDGE_COSINE = 0.92
_EDGE_MM = 0.6
_MOVED_MM = 0.08
_TURNED = 0.985
_DUST = 8e-6
"""Share of a view below which a region of a mask is dropped: 3 px at 768 x 512."""


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One view of one part.

    ``rgb`` (H, W, 3) uint8 sRGB under soft light; ``stack`` (K, H, W) uint16, linear, one light each; ``defect`` (H, W)
    where a defect is seen; ``normals`` (H, W, 3) and ``depth`` (H, W), camera z in millimetres, are the truth of the
    geometry, zero where nothing is hit.
    """

    rgb: Rgb
    stack: NDArray[np.uint16]
    defect: Bools
    normals: Normals
    depth: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Shoot:
    """What is needed to take one view: the part ready for rays, its camera, lights and sensor, all seen from the part.

    ``part_to_camera`` (4, 4) in OpenCV axes.
    """

    part: Part
    target: Target
    twin: Target | None
    camera: Camera
    part_to_camera: Doubles
    lamps: Lamps
    sensor: Sensor

    def rays(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """(N, 3) origins and unit directions, in part axes, through pixels ``x, y``; origins are brought close."""
        matrix = self.camera.matrix
        ahead = np.stack(
            [(x - matrix[0, 2]) / matrix[0, 0], (y - matrix[1, 2]) / matrix[1, 1], np.ones_like(x)], axis=1
        )
        rotation, shift = self.part_to_camera[:3, :3], self.part_to_camera[:3, 3]
        directions = ahead @ rotation
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        centre = -rotation.T @ shift
        # Why: embree counts in float32; a ray that starts near the part keeps its microns.
        origins = centre + directions * (np.linalg.norm(centre) - _START_MM)
        return origins.astype(np.float32), directions.astype(np.float32)


def shoot(
    part: Part,
    target: Target,
    camera: Camera,
    light_directions: Doubles,
    rng: np.random.Generator,
    *,
    twin: Target | None = None,
    check: Callable[[], None] = lambda: None,
) -> Shot:
    """Take one view, in bands of rows so that a 20 MP view needs no more memory than its own images.

    ``light_directions`` (K, 3) in camera axes. ``twin`` is the part without its defect where the defect changed the
    shape. ``check`` is called once a band and may raise.
    """
    pose = camera.rig_to_camera @ part.pose
    power = rng.normal(1, 0.01, len(light_directions)).astype(np.float32)
    lamps = Lamps(turned(light_directions, pose[:3, :3]), power, part.pose[:3, :3].T[:, 2].astype(np.float32))
    setup = Shoot(part, target, twin, camera, pose, lamps, Sensor(rng))
    film = _Film.blank(camera.size, len(light_directions))
    rows = max(16, _BAND_PIXELS // camera.size[1])
    for top in range(0, camera.size[0], rows):
        check()
        _expose(setup, film, top, min(top + rows, camera.size[0]), rng)
    check()
    return Shot(
        rgb=setup.sensor.photograph(film.base, film.shine, film.open_share, film.hit),
        stack=setup.sensor.record(film.stack),
        defect=without_dust(film.defect),
        normals=film.normals,
        depth=film.depth,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Film:
    """The full-size images of a view as its bands fill them."""

    stack: NDArray[np.uint16]
    base: Floats
    shine: Floats
    open_share: Floats
    hit: Bools
    defect: Bools
    normals: Normals
    depth: Floats

    @staticmethod
    def blank(size: tuple[int, int], count: int) -> "_Film":
        return _Film(
            stack=np.zeros((count, *size), np.uint16),
            base=np.zeros((*size, 3), np.float32),
            shine=np.zeros((*size, 3), np.float32),
            open_share=np.ones(size, np.float32),
            hit=np.zeros(size, np.bool_),
            defect=np.zeros(size, np.bool_),
            normals=np.zeros((*size, 3), np.float32),
            depth=np.zeros(size, np.float32),
        )


def _expose(setup: Shoot, film: _Film, top: int, bottom: int, rng: np.random.Generator) -> None:
    """Fill rows ``top:bottom`` of the film: one ray a pixel, and four where a pixel straddles an edge."""
    width = setup.camera.size[1]
    y, x = (grid.ravel().astype(np.float32) for grid in np.mgrid[top:bottom, 0:width])
    origins, directions = setup.rays(x, y)
    struck = setup.target.trace(origins, directions)
    pixels = struck.index + top * width
    lit = light_up(setup.part, setup.target, struck, directions[struck.index], setup.lamps, rng)
    for plane, values in zip(film.stack, lit.stack, strict=True):
        plane.reshape(-1)[pixels] = setup.sensor.codes(values)
    for image, colours in ((film.base, lit.base), (film.shine, lit.shine)):
        image.reshape(-1, 3)[pixels] = colours
    film.open_share.reshape(-1)[pixels] = lit.open_share
    film.hit.reshape(-1)[pixels] = True
    rotation = setup.part_to_camera[:3, :3]
    film.normals.reshape(-1, 3)[pixels] = (lit.normals @ rotation.T) * (1, -1, -1)
    film.depth.reshape(-1)[pixels] = struck.points @ rotation[2] + setup.part_to_camera[2, 3]
    film.defect.reshape(-1)[top * width : bottom * width] = _defective(setup, struck, origins, directions)
    smooth = np.zeros((bottom - top, width, 3), np.float32)
    smooth.reshape(-1, 3)[struck.index] = struck.normals
    _soften_edges(setup, film, edges(smooth, film.depth[top:bottom]), top, rng)


def edges(normals: Floats, depth: Floats) -> Bools:
    """(H, W) pixels whose neighbour lies on another face, at another depth or on nothing."""
    found = np.zeros(depth.shape, np.bool_)
    for axis in (0, 1):
        near = (slice(None, -1), slice(None)) if axis == 0 else (slice(None), slice(None, -1))
        far = (slice(1, None), slice(None)) if axis == 0 else (slice(None), slice(1, None))
        jump = np.einsum("hwi,hwi->hw", normals[near], normals[far]) < _EDGE_COSINE
        jump |= np.abs(depth[near] - depth[far]) > _EDGE_MM
        jump &= (depth[near] > 0) | (depth[far] > 0)
        found[near] |= jump
        found[far] |= jump
    return found


def without_dust(mask: Bools) -> Bools:
    """``mask`` without 8-connected regions too small to be a defect."""
    if not mask.any():
        return mask
    _, names, facts, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    kept = facts[:, cv2.CC_STAT_AREA] >= max(2, round(_DUST * mask.size))
    kept[0] = False
    return np.asarray(kept[names])


def _soften_edges(setup: Shoot, film: _Film, straddling: Bools, top: int, rng: np.random.Generator) -> None:
    rows, columns = np.nonzero(straddling)
    if not len(rows):
        return
    count, subs = len(rows), len(SUBPIXELS)
    x = np.concatenate([columns + dx for dx, _ in SUBPIXELS]).astype(np.float32)
    y = np.concatenate([rows + top + dy for _, dy in SUBPIXELS]).astype(np.float32)
    origins, directions = setup.rays(x, y)
    struck = setup.target.trace(origins, directions)
    lit = light_up(setup.part, setup.target, struck, directions[struck.index], setup.lamps, rng)
    whole = rows + top, columns
    for plane, values in zip(film.stack, lit.stack, strict=True):
        plane[whole] = setup.sensor.codes(_mean_of_subpixels(struck, values[:, None], count, subs)[:, 0])
    shadowed = lit.open_share[:, None]
    film.base[whole] = _mean_of_subpixels(struck, lit.base * shadowed, count, subs)
    film.shine[whole] = _mean_of_subpixels(struck, lit.shine * shadowed, count, subs)
    # Why: these pixels hold their own shadows already, each sub-pixel its own.
    film.open_share[whole] = 1
    film.hit[whole] = False


def _mean_of_subpixels(struck: Struck, values: Floats, count: int, subs: int) -> Floats:
    total = np.zeros((subs * count, values.shape[1]), np.float32)
    total[struck.index] = values
    return np.asarray(total.reshape(subs, count, -1).mean(axis=0))


def _defective(setup: Shoot, struck: Struck, origins: Floats, directions: Floats) -> Bools:
    """(N,) which rays see a defect: a mark, something foreign, or a shape that the twin does not have."""
    found = np.zeros(len(origins), np.bool_)
    part = setup.part
    for mark in part.marks:
        found[struck.index[mark.reach(struck.points, struck.normals)]] = True
    if part.foreign_from is not None:
        found[struck.index[struck.triangle >= part.foreign_from]] = True
    if setup.twin is not None:
        found |= _differs(struck, setup.twin.trace(origins, directions), len(origins))
    return found


def _differs(one: Struck, other: Struck, count: int) -> Bools:
    places = np.full((2, count, 6), np.nan, np.float32)
    for sheet, struck in zip(places, (one, other), strict=True):
        sheet[struck.index, :3] = struck.points
        sheet[struck.index, 3:] = struck.normals
    nothing = np.isnan(places[:, :, 0])
    moved = np.square(places[0, :, :3] - places[1, :, :3]).sum(axis=1) > _MOVED_MM**2
    cosine = np.einsum("ni,ni->n", places[0, :, 3:], places[1, :, 3:])
    return np.asarray((nothing[0] != nothing[1]) | moved | (cosine < _TURNED))
