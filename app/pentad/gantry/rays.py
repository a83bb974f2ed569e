"""Rays against triangles, with embree."""

from dataclasses import dataclass
from typing import cast

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Floats

Indices = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Hits:
    """Where N rays met the surface first: ``triangle`` (N,), -1 for none, and barycentric ``u``, ``v`` (N,)."""

    triangle: Indices
    u: Floats
    v: Floats


class RayScene:
    """Triangles ready to be hit. Used from one thread at a time; several scenes may work at once."""

    def __init__(self, vertices: Floats, faces: Indices) -> None:
        self._scene = EmbreeScene(robust=True)
        self._mesh = TriangleMesh(self._scene, np.ascontiguousarray(vertices), np.ascontiguousarray(faces))

    def first_hit(self, origins: Floats, directions: Floats) -> Hits:
        """The first triangle along each of (N, 3) rays."""
        found = self._scene.run(np.ascontiguousarray(origins), np.ascontiguousarray(directions), output=1)
        return Hits(found["primID"], found["u"], found["v"])

    def occluded(self, origins: Floats, directions: Floats) -> Bools:
        """Whether anything at all lies along each of (N, 3) rays."""
        found = self._scene.run(np.ascontiguousarray(origins), np.ascontiguousarray(directions), query="OCCLUDED")
        return cast(Bools, found != -1)
