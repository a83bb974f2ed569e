"""Poses the part might have, before any fitting: rings of views around it, as BrokenChairs has them."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pentad.core.arrays import Bools, Doubles
from pentad.core.problem import Problem
from pentad.geometry.rigid import inverse, placed
from pentad_models.ptad.looks import WorkingLook

UPS = ("auto", "y", "z")
_UNLIKE = 1.15
_PARALLEL = 1e-3
_WRONG_UNIT = 4.0


@dataclass(frozen=True, slots=True)
class Rings:
    """From where a part is looked at: ``views`` azimuths, evenly, at each of ``elevations`` (degrees) above the plane
    that the ``up`` axis ("y" or "z") of the mesh stands on."""

    views: int
    elevations: tuple[float, ...]
    up: str

    def turns(self) -> list[Doubles]:
        """(3, 3) each: unit coordinates to a camera that looks at the part's middle, ``up`` upwards in the image."""
        return [
            _looking(_direction(2 * math.pi * number / self.views, math.radians(over), self.up), self.up)
            for over in self.elevations
            for number in range(self.views)
        ]

    def standing(self) -> list[Doubles]:
        """(3, 3) each: a part that stands on the rig's board, its ``up`` along the rig's z, turned about it."""
        upright = np.eye(3) if self.up == "z" else np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
        angles = 2 * math.pi * np.arange(self.views) / self.views
        return [
            np.array([[math.cos(a), -math.sin(a), 0], [math.sin(a), math.cos(a), 0], [0, 0, 1]]) @ upright
            for a in angles.tolist()
        ]


def upward(extent: ArrayLike) -> str:
    """Which of y and z a mesh of ``extent`` (3,) is taken to stand along: the side least like the other two.

    A chair is high and a plate is flat; where neither y nor z stands out, y, as in BrokenChairs.
    """
    sides = np.log(np.maximum(np.asarray(extent, np.float64), 1e-12))
    unlike = [abs(sides[k] - (sides.sum() - sides[k]) / 2) for k in range(3)]
    return "z" if unlike[2] > unlike[1] * _UNLIKE else "y"


def elevations_of(text: str) -> tuple[float, ...]:
    """Degrees from a setting such as "20" or "5, 20, 45"; Problem where it is none."""
    try:
        degrees = tuple(float(word) for word in text.replace(";", ",").split(","))
    except ValueError:
        degrees = ()
    if not degrees or not all(-90 <= value <= 90 for value in degrees):
        raise Problem(f"'elevations' cannot be '{text}'", remedy="Give degrees from -90 to 90, as in 5, 20, 45.")
    return degrees


def centroid_ray(look: WorkingLook, inside: Bools) -> Doubles:
    """(3,) unit direction, in the look's camera, of the middle of ``inside`` (h, w)."""
    y, x = np.nonzero(inside)
    ray = np.linalg.solve(look.camera.matrix, [x.mean(), y.mean(), 1.0])
    return np.asarray(ray / np.linalg.norm(ray))


def towards(ray: Doubles) -> Doubles:
    """(3, 3) the least turn that brings the optical axis to ``ray`` (3,)."""
    axis = np.array([-ray[1], ray[0], 0.0])
    cosine = float(ray[2])
    cross = np.array([[0, 0, axis[1]], [0, 0, -axis[0]], [-axis[1], axis[0], 0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1 + cosine))


def half_diagonal(inside: Bools) -> float:
    """Pixels from the middle to a corner of the box around a mask."""
    y, x = np.nonzero(inside)
    return math.hypot(float(np.ptp(y)) + 1, float(np.ptp(x)) + 1) / 2


def crossing(looks: tuple[WorkingLook, ...], cameras: tuple[Doubles, ...]) -> Doubles | None:
    """(3,) where the rays of all looks' middles pass each other closest, in the rig; None where they are parallel."""
    total, right = np.zeros((3, 3)), np.zeros(3)
    for look, to_camera in zip(looks, cameras, strict=True):
        back = inverse(to_camera)
        ray = back[:3, :3] @ centroid_ray(look, look.inside)
        across = np.eye(3) - np.outer(ray, ray)
        total += across
        right += across @ back[:3, 3]
    if len(looks) < 2 or float(np.linalg.eigvalsh(total)[0]) < _PARALLEL:
        return None
    return np.asarray(np.linalg.solve(total, right))


def check_unit(looks: tuple[WorkingLook, ...], cameras: tuple[Doubles, ...], middle: Doubles, radius: float) -> None:
    """Problem where the looks see a part of quite another size at ``middle`` (in radii) than the mesh is."""
    apparent = []
    for look, to_camera in zip(looks, cameras, strict=True):
        z = float(to_camera[2, :3] @ middle + to_camera[2, 3])
        focal = math.sqrt(look.camera.matrix[0, 0] * look.camera.matrix[1, 1])
        apparent.append(half_diagonal(look.inside) * z / focal)
    times = float(np.median(apparent))
    if not 1 / _WRONG_UNIT < times < _WRONG_UNIT:
        raise Problem(
            "The mesh and the rig do not belong together",
            f"what the cameras see is about {2 * radius * abs(times):.3g} mm long, the mesh {2 * radius:.3g}",
            remedy="Export the mesh in millimetres, or give its scale; check that the rig is this station's.",
        )


def single_view_poses(look: WorkingLook, to_camera: Doubles, turns: list[Doubles], distance: float) -> list[Doubles]:
    """(4, 4) each, unit coordinates to rig: the part on the ray of the mask's middle, as seen in ``turns``."""
    ray = centroid_ray(look, look.inside)
    back, bend = inverse(to_camera), towards(ray)
    return [back @ placed(bend @ turn, ray * distance) for turn in turns]


def rig_turns(look: WorkingLook, to_camera: Doubles, rings: Rings) -> list[Doubles]:
    """(3, 3) each, unit coordinates to rig: on the board, then as ``look`` would see the rings."""
    bend = to_camera[:3, :3].T @ towards(centroid_ray(look, look.inside))
    return [*rings.standing(), *(bend @ turn for turn in rings.turns())]


def _direction(around: float, over: float, up: str) -> Doubles:
    """(3,) from the part to the camera; with y up as BrokenChairs counts azimuths."""
    flat, high = math.cos(over), math.sin(over)
    if up == "y":
        return np.array([flat * math.cos(around), high, flat * math.sin(around)])
    return np.array([flat * math.cos(around), flat * math.sin(around), high])


def _looking(out: Doubles, up: str) -> Doubles:
    ahead = -out
    upwards = np.array([0.0, 1.0, 0.0]) if up == "y" else np.array([0.0, 0.0, 1.0])
    right = np.cross(ahead, upwards)
    if np.linalg.norm(right) < 1e-6:
        right = np.array([1.0, 0.0, 0.0])
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(ahead, right), ahead])
