"""One part in front of the cameras, with whatever is wrong with it."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles, Floats
from pentad.gantry.marks import Mark
from pentad.gantry.materials import Grain, Material
from pentad.gantry.rays import Indices, RayScene
from pentad.gantry.solids import Surface


class DefectKind(StrEnum):
    """What can be wrong with a simulated part."""

    BENT_PIN = "bent_pin"
    MISSING_PIN = "missing_pin"
    DENT = "dent"
    SCRATCH = "scratch"
    STAIN = "stain"
    FOREIGN_BODY = "foreign_body"

    @property
    def needs_pins(self) -> bool:
        return self in (DefectKind.BENT_PIN, DefectKind.MISSING_PIN)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A finished part. ``surface`` is in part millimetres and ``pose`` (4, 4) puts it into the rig.

    ``marks`` are defects in the surface; triangles from ``foreign_from`` on do not belong to the part; ``twin`` is the
    same part without its defect, where the defect changed the shape.
    """

    surface: Surface
    materials: tuple[Material, ...]
    grain: Grain
    pose: Doubles
    marks: tuple[Mark, ...] = ()
    foreign_from: int | None = None
    twin: Surface | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A surface ready for rays: what was hit is told with place and normal."""

    surface: Surface
    rays: RayScene
    face_normals: Floats = field(repr=False)

    @staticmethod
    def of(surface: Surface) -> "Target":
        corners = surface.vertices[surface.faces]
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
        return Target(surface, RayScene(surface.vertices, surface.faces), normals.astype(np.float32))

    def trace(self, origins: Floats, directions: Floats) -> "Struck":
        """What (N, 3) rays meet first; rays that meet nothing are left out."""
        hits = self.rays.first_hit(origins, directions)
        index = np.flatnonzero(hits.triangle >= 0)
        triangle = hits.triangle[index]
        corners = self.surface.faces[triangle]
        u, v = hits.u[index, None], hits.v[index, None]
        weights = (1 - u - v, u, v)
        vertices, normals = self.surface.vertices, self.surface.normals
        points = sum((w * vertices[corners[:, i]] for i, w in enumerate(weights)), np.zeros((1, 3), np.float32))
        smooth = sum((w * normals[corners[:, i]] for i, w in enumerate(weights)), np.zeros((1, 3), np.float32))
        smooth = smooth / np.linalg.norm(smooth, axis=1, keepdims=True)
        return Struck(index, triangle, points, smooth, self.face_normals[triangle])


@dataclass(frozen=True, slots=True, eq=False)
class Struck:
    """M of N rays that met a surface: ``index`` (M,) into the rays; per hit its triangle, place and two normals."""

    index: NDArray[np.int64]
    triangle: Indices
    points: Floats
    normals: Floats
    face_normals: Floats
