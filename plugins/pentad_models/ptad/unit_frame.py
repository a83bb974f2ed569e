"""Coordinates that a pose is worked out in: about the part's middle, in multiples of its radius."""

from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.mesh import Mesh
from pentad.geometry.rigid import placed


@dataclass(frozen=True, slots=True, eq=False)
class UnitFrame:
    """The ``middle`` (3,) of a part's box and half its diagonal, ``radius``, in the mesh's own units.

    Why: rotations and shifts then move the outline alike, in whatever unit and wherever the mesh is, and single
    precision is enough. Poses inside carry unit coordinates to a camera or a rig that counts in radii, too.
    """

    middle: Doubles
    radius: float

    @classmethod
    def of(cls, mesh: Mesh) -> "UnitFrame":
        low, high = mesh.bounds
        return cls((low + high) / 2, max(float(np.linalg.norm(high - low)) / 2, 1e-30))

    def normalised(self, mesh: Mesh) -> Mesh:
        return Mesh((mesh.vertices - self.middle) / self.radius, mesh.faces)

    def inside(self, pose: Doubles) -> Doubles:
        """(4, 4) unit coordinates to rig in radii, of a ``pose`` mesh to rig."""
        turn, shift = pose[:3, :3], pose[:3, 3]
        return placed(turn, (turn @ self.middle + shift) / self.radius)

    def outside(self, pose: Doubles) -> Doubles:
        """(4, 4) mesh to rig of a pose in here."""
        turn, shift = pose[:3, :3], pose[:3, 3]
        return placed(turn, shift * self.radius - turn @ self.middle)

    def extrinsics(self, rig_to_camera: Doubles) -> Doubles:
        """(4, 4) the same camera, counting in radii."""
        return placed(rig_to_camera[:3, :3], rig_to_camera[:3, 3] / self.radius)
