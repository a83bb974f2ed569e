"""Solids of a part, each of one material, put together into one triangle mesh that remembers who is who."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from manifold3d import CrossSection, Manifold, OpType

from pentad.core.arrays import Floats
from pentad.gantry.rays import Indices

_CREASE_DEG = 40.0


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """One piece of a part: its shape, in part millimetres, and the index of its material."""

    shape: Manifold
    material: int


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The skin of a part: ``vertices`` (V, 3) with ``normals`` (V, 3), split at creases; ``faces`` (F, 3);
    ``material`` (F,) per triangle."""

    vertices: Floats
    normals: Floats
    faces: Indices
    material: Indices

    def __add__(self, other: "Surface") -> "Surface":
        """Both surfaces in one scene, untouched (something lying on the part)."""
        shifted = other.faces + np.int32(len(self.vertices))
        return Surface(
            np.concatenate([self.vertices, other.vertices]),
            np.concatenate([self.normals, other.normals]),
            np.concatenate([self.faces, shifted]),
            np.concatenate([self.material, other.material]),
        )


def skin(solids: Sequence[Solid]) -> Surface:
    """The outer surface of the union; where two solids share space, the earlier one's material shows."""
    marked = [Solid(solid.shape.as_original(), solid.material) for solid in solids]
    material = {solid.shape.original_id(): solid.material for solid in marked}
    whole = Manifold.batch_boolean([solid.shape for solid in marked], OpType.Add)
    mesh = whole.calculate_normals(0, _CREASE_DEG).to_mesh()
    faces = np.asarray(mesh.tri_verts, np.int32)
    owner = np.empty(len(faces), np.int32)
    runs = np.asarray(mesh.run_index) // 3
    for start, end, original in zip(runs[:-1], runs[1:], mesh.run_original_id, strict=True):
        owner[start:end] = material[int(original)]
    properties = np.asarray(mesh.vert_properties, np.float32)
    return Surface(properties[:, :3].copy(), properties[:, 3:6].copy(), faces, owner)


def bevelled_box(size: tuple[float, float, float], *, bevel: float) -> Manifold:
    """A box standing on z = 0, centred in x and y, every edge chamfered by ``bevel``."""
    x, y, z = size[0] / 2, size[1] / 2, size[2]
    corners = [
        (sx * (x - bx), sy * (y - by), bz if low else z - bz)
        for sx in (-1, 1)
        for sy in (-1, 1)
        for low in (True, False)
        for bx, by, bz in ((0.0, bevel, bevel), (bevel, 0.0, bevel), (bevel, bevel, 0.0))
    ]
    return Manifold.hull_points(np.array(corners))


def box(size: tuple[float, float, float], at: tuple[float, float, float]) -> Manifold:
    """A sharp box, ``at`` the middle of its floor."""
    return Manifold.cube(size, True).translate((at[0], at[1], at[2] + size[2] / 2))


def cylinder(height: float, radius: float, at: tuple[float, float, float], *, top_radius: float = -1) -> Manifold:
    """An upright cylinder or cone, ``at`` the middle of its floor."""
    return Manifold.cylinder(height, radius, top_radius, 48).translate(at)


def extruded(outline: Sequence[tuple[float, float]], length: float) -> Manifold:
    """An outline in (y, z) drawn out along x, centred."""
    section = CrossSection([np.array(outline)])
    return Manifold.extrude(section, length).rotate((90, 0, 90)).translate((-length / 2, 0, 0))


def union(shapes: Sequence[Manifold]) -> Manifold:
    return Manifold.batch_boolean(list(shapes), OpType.Add)
