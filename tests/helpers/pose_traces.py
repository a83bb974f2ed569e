"""A pose run whose camera goes along a known way about a known part, without any fitting."""

from dataclasses import replace

import cv2
import numpy as np
import trimesh

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import Candidate, PoseStep, PoseTrace, Reference
from pentad.io.traces import KeptTrace
from tests.helpers.looking import looking_from

SIZE = (120, 160)
FOCAL = 260.0
DISTANCE = 400.0
BOX = trimesh.creation.box((90.0, 60.0, 40.0))
MESH = Mesh(np.asarray(BOX.vertices, np.float64), np.asarray(BOX.faces, np.int32))
MATRIX = np.array([[FOCAL, 0, 79.5], [0, FOCAL, 59.5], [0, 0, 1]])


def eye(azimuth: float, elevation: float, distance: float = DISTANCE) -> Doubles:
    """(3,) where a camera stands that many degrees about z and above the ground."""
    a, e = np.radians([azimuth, elevation])
    return distance * np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])


def silhouette(to_camera: Doubles) -> Floats:
    """(h, w) the box, filled between its projected corners."""
    place = MESH.vertices @ to_camera[:3, :3].T + to_camera[:3, 3]
    pixels = place[:, :2] / place[:, 2:] * FOCAL + MATRIX[:2, 2]
    mask = np.zeros(SIZE, np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(pixels).astype(np.int32)), 1)
    return mask.astype(np.float32)


def circling(*, iterations: int = 12, aside: tuple[str, ...] = (), title: str = "box") -> KeptTrace:
    """Two starts of so many iterations, 40 degrees each, the second one's end the answer at azimuth 90, elevation 25.

    ``aside`` names further cameras, 30 degrees of azimuth from each other in the rig, whose origin is the first's.
    """
    answer = looking_from(eye(90, 25))
    cameras = [Camera("first", MATRIX, np.eye(4), SIZE)]
    for number, name in enumerate(aside, 1):
        cameras.append(Camera(name, MATRIX, looking_from(eye(90 + 30 * number, 25)) @ np.linalg.inv(answer), SIZE))
    blank = tuple(np.zeros(SIZE, np.int8) for _ in cameras)
    step = PoseStep(np.eye(4), 0.0, 0.5, 0, 1, np.zeros(6), 1.0, 0.1, blank)
    ways = [(0, np.linspace(-40, 0, iterations), 0.3), (1, np.linspace(50, 90, iterations), 0.2)]
    steps = [
        replace(step, pose=looking_from(eye(azimuth, 25)), loss=loss * 0.8**k, start=start)
        for start, way, loss in ways
        for k, azimuth in enumerate(way.tolist())
    ]
    ring = [looking_from(eye(18.0 * k, 20)) for k in range(20)]
    references = [Reference(pose, 1 + abs(18.0 * k - 90) / 10) for k, pose in enumerate(ring)]
    ends = (steps[iterations - 1], steps[-1])
    trace = PoseTrace(
        method="lm",
        settings={"method": "lm", "resolution": 40},
        cameras=tuple(cameras),
        masks=tuple(silhouette(camera.rig_to_camera @ answer) for camera in cameras),
        references=tuple(references),
        candidates=tuple(Candidate(number, end.pose, end.loss, end.iou) for number, end in enumerate(ends)),
        steps=tuple(steps),
        best=len(steps) - 1,
        doubts=(),
        information=np.ones(6),
        axes=np.eye(6),
        renders=len(steps),
        seconds=0.5,
    )
    photos = tuple(np.full((*SIZE, 3), (40, 120, 200), np.uint8) for _ in cameras)
    return KeptTrace(trace, MESH, photos, {"title": title, "sample": title})
