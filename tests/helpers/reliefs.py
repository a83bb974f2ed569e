"""Surfaces whose depth and normals are known in closed form, and integrators written straight from the papers."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from pentad.core.arrays import Bools, Doubles, Normals


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """``depth`` (N, N) in pixels, growing away from the camera; its slopes are exact on either side of every break."""

    depth: Doubles
    across: Doubles
    down: Doubles
    valid: Bools

    @property
    def normals(self) -> Normals:
        """Unit, camera axes: x right, y up, z to the camera."""
        made = np.stack([self.across, -self.down, np.ones_like(self.across)], axis=2)
        made /= np.linalg.norm(made, axis=2, keepdims=True)
        made[~self.valid] = 0
        return np.asarray(made, np.float32)

    def error(self, found: Doubles, *, on: Bools | None = None) -> float:
        """Root mean square in pixels, where valid, after the best constant."""
        where = self.valid if on is None else on
        miss = (np.asarray(found, np.float64) - self.depth)[where]
        return float(np.sqrt(np.mean((miss - miss.mean()) ** 2)))


def hills(side: int) -> Shape:
    """Smooth everywhere."""
    u, v = _plane(side)
    return _shape(
        -0.1 * np.sin(5 * u) * np.cos(4 * v),
        -0.5 * np.cos(5 * u) * np.cos(4 * v),
        0.4 * np.sin(5 * u) * np.sin(4 * v),
    )


def tent(side: int) -> Shape:
    """Four flat roofs that meet in edges."""
    u, v = _plane(side)
    return _shape(0.8 * np.abs(u) + 0.3 * np.abs(v), 0.8 * np.sign(u), 0.3 * np.sign(v))


def vase(side: int) -> Shape:
    """A turned body before nothing, steep at its sides."""
    u, v = _plane(side)
    radius, grows = 0.22 + 0.1 * np.sin(7 * v), 0.7 * np.cos(7 * v)
    valid = np.abs(u) < 0.98 * radius
    z = np.sqrt(np.where(valid, radius**2 - u**2, 1.0))
    return _shape(-z, np.where(valid, u / z, 0), np.where(valid, -radius * grows / z, 0), valid)


def strips(side: int) -> Shape:
    """Four strips that hang together at the top and bend apart below: steps from nothing to a third of the side."""
    u, v = _plane(side)
    bend = np.array([0.5, -0.4, 0.3, -0.6])[np.floor((u + 0.5) * 4).astype(int)]
    below = np.maximum(v + 0.3, 0)
    return _shape(-bend * below**2, np.zeros_like(u), -2 * bend * below)


def ledge(side: int) -> Shape:
    """Hills with a half of a bump on them, cut off along a line."""
    u, v = _plane(side)
    on, fade = (v > 0) & (np.abs(u) < 0.3), np.exp(-((v / 0.25) ** 2))
    bump, ground = 0.15 * np.cos(np.pi * u / 0.6) ** 2, hills(side)
    across = 0.25 * np.pi * np.sin(np.pi * u / 0.3) * fade
    return _shape(
        ground.depth / side - np.where(on, bump * fade, 0),
        ground.across + np.where(on, across, 0),
        ground.down + np.where(on, 32 * v * bump * fade, 0),
    )


SHAPES: tuple[Callable[[int], Shape], ...] = (tent, vase, strips, ledge)


def published_bilateral(shape: Shape, *, sharpness: float = 2.0, turns: int = 150, steady: float = 1e-4) -> Doubles:
    """Bilateral normal integration as its paper has it (Cao et al. 2022): one-sided differences, direct solves.

    From a flat depth, until the energy changes by less than ``steady`` of itself.
    """
    count = int(shape.valid.sum())
    cosine = shape.normals[..., 2][shape.valid].astype(np.float64)
    steps = [_one_sided(shape.valid, axis, ahead) for axis in (1, 0) for ahead in (True, False)]
    slopes = [part[shape.valid] for part in (shape.across, shape.across, shape.down, shape.down)]
    there = [np.diff(step.indptr) > 0 for step in steps]
    matrix = sparse.vstack([sparse.diags(cosine) @ step for step in steps]).tocsr()
    wanted = np.concatenate([cosine * slope * is_there for slope, is_there in zip(slopes, there, strict=True)])
    weights, depth, energy = np.full(4 * count, 0.5), np.zeros(count), np.inf
    anchor = 1e-9 * sparse.eye(count)
    for _ in range(turns):
        weighted = matrix.T @ sparse.diags(weights)
        depth = spsolve((weighted @ matrix + anchor).tocsc(), weighted @ wanted)
        squares = (matrix @ depth).reshape(4, count) ** 2
        ahead = [1 / (1 + np.exp(np.clip(sharpness * (squares[i] - squares[i + 1]), -60, 60))) for i in (0, 2)]
        weights = np.concatenate([ahead[0], 1 - ahead[0], ahead[1], 1 - ahead[1]])
        before, energy = energy, float((weights * (matrix @ depth - wanted) ** 2).sum())
        if abs(before - energy) <= steady * before:
            break
    found = np.zeros(shape.valid.shape)
    found[shape.valid] = depth
    return found


def _one_sided(valid: Bools, axis: int, ahead: bool) -> sparse.csr_matrix:
    """The difference to the pixel ahead, or from that behind; an empty row where there is none."""
    number = np.full(valid.shape, -1)
    number[valid] = np.arange(valid.sum())
    pad = [(0, 0), (0, 0)]
    pad[axis] = (0, 1) if ahead else (1, 0)
    wide = np.pad(number, pad, constant_values=-1)
    other = np.take(wide, np.arange(valid.shape[axis]) + (1 if ahead else 0), axis=axis)[valid]
    own = np.flatnonzero(other >= 0)
    sign = np.full(len(own), 1.0 if ahead else -1.0)
    rows, columns = np.concatenate([own, own]), np.concatenate([other[own], own])
    return sparse.csr_matrix((np.concatenate([sign, -sign]), (rows, columns)), (len(other), len(other)))


def _plane(side: int) -> tuple[Doubles, Doubles]:
    """u, v from -1/2 to 1/2, at pixel centres."""
    along = (np.arange(side) + 0.5) / side - 0.5
    v, u = np.meshgrid(along, along, indexing="ij")
    return u, v


def _shape(depth: Doubles, across: Doubles, down: Doubles, valid: Bools | None = None) -> Shape:
    return Shape(depth * len(depth), across, down, np.ones(depth.shape, bool) if valid is None else valid)
