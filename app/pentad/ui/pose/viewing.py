"""From where a camera looks at a part: azimuth, elevation and distance in the mesh's own axes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pentad.core.arrays import Doubles
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import Reference

_AXES = {1: ("y", (0, 2)), 2: ("z", (0, 1))}
"""By which axis is up: its name, and the two that span the ground, of which azimuths count from the first."""


@dataclass(frozen=True, slots=True, eq=False)
class Viewing:
    """The part's ``middle`` (3,) in mesh millimetres, and which axis of the mesh is ``up``: 1 for y, 2 for z."""

    middle: Doubles
    up: int

    @classmethod
    def of(cls, mesh: Mesh, camera: Camera, references: Sequence[Reference]) -> "Viewing":
        """Up is the axis that all references stand along: from any of them, the camera is as high above the part."""
        middle = np.asarray(mesh.bounds.mean(axis=0))
        if not references:
            return cls(middle, 2)
        ways = np.stack([_unit(_eye(each.pose, camera) - middle) for each in references])
        return cls(middle, 1 + int(np.argmin(ways[:, 1:].std(axis=0))))

    @property
    def words(self) -> str:
        """What the angles are counted from."""
        return f"About the mesh's {_AXES[self.up][0]} from its x, above its ground, and from the part's middle"

    def from_camera(self, pose: Doubles, camera: Camera) -> tuple[float, float, float]:
        """Azimuth, 0 to 360, and elevation in degrees and distance in mm of ``camera`` where the part has ``pose``."""
        way = _eye(pose, camera) - self.middle
        across, along = _AXES[self.up][1]
        azimuth = float(np.degrees(np.arctan2(way[along], way[across]))) % 360
        length = float(np.linalg.norm(way))
        return azimuth, float(np.degrees(np.arcsin(way[self.up] / max(length, 1e-12)))), length


def _eye(pose: Doubles, camera: Camera) -> Doubles:
    """(3,) where the camera stands in the mesh's coordinates."""
    there = camera.rig_to_camera @ pose
    return np.asarray(-there[:3, :3].T @ there[:3, 3])


def _unit(way: Doubles) -> Doubles:
    return np.asarray(way / max(float(np.linalg.norm(way)), 1e-12))
