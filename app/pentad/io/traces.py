"""Pose traces in files: numpy's npz with one JSON entry, read without ever unpickling."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Rgb
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import Candidate, PoseStep, PoseTrace, Reference
from pentad.core.problem import Problem
from pentad.io.arrays_file import DAMAGED, Arrays, array_of, as_array, check_format, json_of, read_arrays, write_arrays

FORMAT = "pentad pose trace"
VERSION = 1
_LARGEST = 2_000_000_000
"""Bytes of all arrays together, unpacked."""
_MOST_VIEWS = 64
_RIGID, _FARTHEST = 1e-2, 1e30
_MOST_NUMBERS = 1e6
"""References, starts and levels are counted to so many at most."""
_STEP_NUMBERS = ("loss", "iou", "start", "level", "gradient", "damping")


@dataclass(frozen=True, slots=True, eq=False)
class KeptTrace:
    """A trace with what is needed to look at it: the ``mesh`` that was aligned, and the cut photos, one per camera,
    (h, w, 3), or none. ``about`` says in words where it came from (keys such as sample, mesh)."""

    trace: PoseTrace
    mesh: Mesh
    photos: tuple[Rgb, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)


def write_trace(path: Path, kept: KeptTrace) -> None:
    """Write ``kept`` beside and rename it; the same trace gives the same bytes. Problem where the disk will not."""
    trace = kept.trace
    arrays: dict[str, NDArray[Any]] = {
        "vertices": kept.mesh.vertices,
        "faces": kept.mesh.faces,
        "poses": np.stack([step.pose for step in trace.steps]),
        "changes": np.stack([step.change for step in trace.steps]),
        "numbers": np.array([[getattr(step, name) for name in _STEP_NUMBERS] for step in trace.steps], np.float64),
        "reference_poses": np.reshape([each.pose for each in trace.references], (-1, 4, 4)),
        "distances": np.reshape([(each.distance, each.aligned) for each in trace.references], (-1, 2)),
        "candidate_poses": np.reshape([each.pose for each in trace.candidates], (-1, 4, 4)),
        "candidates": np.reshape([(each.reference, each.loss, each.iou) for each in trace.candidates], (-1, 3)),
        "information": trace.information,
        "axes": trace.axes,
        "matrices": np.stack([camera.matrix for camera in trace.cameras]),
        "camera_poses": np.stack([camera.rig_to_camera for camera in trace.cameras]),
    }
    for view, mask in enumerate(trace.masks):
        arrays[f"mask{view}"] = mask
        arrays[f"residual{view}"] = np.stack([step.residuals[view] for step in trace.steps])
    arrays |= {f"suspicion{view}": found for view, found in enumerate(trace.suspicion)}
    arrays |= {f"photo{view}": photo for view, photo in enumerate(kept.photos)}
    said = {
        "format": FORMAT,
        "version": VERSION,
        "method": trace.method,
        "settings": dict(trace.settings),
        "cameras": [camera.name for camera in trace.cameras],
        "best": trace.best,
        "doubts": list(trace.doubts),
        "renders": trace.renders,
        "seconds": trace.seconds,
        "about": dict(kept.about),
    }
    write_arrays(path, {**arrays, "trace": as_array(said)})


def read_trace(path: Path) -> KeptTrace:
    """What ``write_trace`` wrote; Problem naming the file where it is no trace, damaged, or of a newer Pentad."""
    try:
        arrays = read_arrays(path, largest=_LARGEST)
        return _kept(json_of(arrays, "trace"), arrays)
    except DAMAGED as error:
        why = str(error) or type(error).__name__
        raise Problem(f"{path.name} is no pose trace, or damaged", why, remedy="Align the part again.") from error


def _kept(said: Any, arrays: Arrays) -> KeptTrace:
    check_format(said, FORMAT, VERSION)
    cameras = _cameras(said, arrays)
    steps = _steps(arrays, cameras)
    best, seconds = int(said["best"]), float(said["seconds"])
    if not math.isfinite(seconds):
        raise ValueError("how long it took is not a number")
    if not 0 <= best < len(steps):
        raise ValueError("its best iteration is none of it")
    trace = PoseTrace(
        method=str(said["method"]),
        settings={str(key): value for key, value in dict(said["settings"]).items()},
        cameras=cameras,
        masks=tuple(array_of(arrays, f"mask{view}", np.float32, *camera.size) for view, camera in enumerate(cameras)),
        references=_references(arrays),
        candidates=_candidates(arrays),
        steps=steps,
        best=best,
        doubts=tuple(str(doubt) for doubt in said["doubts"]),
        information=array_of(arrays, "information", np.float64, 6),
        axes=array_of(arrays, "axes", np.float64, 6, 6),
        renders=int(said["renders"]),
        seconds=seconds,
        suspicion=_each(arrays, "suspicion", np.float32, cameras, ()),
    )
    photos = _each(arrays, "photo", np.uint8, cameras, (3,))
    return KeptTrace(trace, _mesh(arrays), photos, {str(k): str(v) for k, v in dict(said["about"]).items()})


def _mesh(arrays: Arrays) -> Mesh:
    vertices, faces = array_of(arrays, "vertices", np.float64, -1, 3), array_of(arrays, "faces", np.int32, -1, 3)
    if not len(faces) or int(faces.min()) < 0 or int(faces.max()) >= len(vertices):
        raise ValueError("its mesh has faces that are out of range")
    return Mesh(vertices, faces)


def _cameras(said: Mapping[str, Any], arrays: Arrays) -> tuple[Camera, ...]:
    names = [str(name) for name in said["cameras"]]
    if not 0 < len(names) <= _MOST_VIEWS:
        raise ValueError(f"it has {len(names)} cameras")
    matrices = array_of(arrays, "matrices", np.float64, len(names), 3, 3)
    poses = _rigid(arrays, "camera_poses")
    focal = matrices[:, [0, 1], [0, 1]]
    if len(poses) != len(names) or not (focal > 0).all() or not (matrices[:, 2] == [0, 0, 1]).all():
        raise ValueError("it has cameras without a focal length or a place")
    sizes = [
        cast(tuple[int, int], array_of(arrays, f"mask{view}", np.float32, -1, -1).shape) for view in range(len(names))
    ]
    if not all(height and width for height, width in sizes):
        raise ValueError("it has images without pixels")
    return tuple(Camera(*each) for each in zip(names, matrices, poses, sizes, strict=True))


def _steps(arrays: Arrays, cameras: tuple[Camera, ...]) -> tuple[PoseStep, ...]:
    poses = _rigid(arrays, "poses")
    count = len(poses)
    changes = array_of(arrays, "changes", np.float64, count, 6)
    numbers = array_of(arrays, "numbers", np.float64, count, len(_STEP_NUMBERS), finite=False)
    if not count or not np.isfinite(numbers[:, :4]).all() or (np.abs(numbers[:, 2:4]) > _MOST_NUMBERS).any():
        raise ValueError("it has no iterations, or some that are not numbers")
    residuals = [
        array_of(arrays, f"residual{view}", np.int8, count, *camera.size) for view, camera in enumerate(cameras)
    ]
    found = []
    for k, (loss, iou, start, level, gradient, damping) in enumerate(numbers.tolist()):
        left = tuple(each[k] for each in residuals)
        found.append(PoseStep(poses[k], loss, iou, int(start), int(level), changes[k], gradient, damping, left))
    return tuple(found)


def _references(arrays: Arrays) -> tuple[Reference, ...]:
    poses = _rigid(arrays, "reference_poses")
    distances = array_of(arrays, "distances", np.float64, len(poses), 2, finite=False).tolist()
    return tuple(Reference(pose, *pair) for pose, pair in zip(poses, distances, strict=True))


def _candidates(arrays: Arrays) -> tuple[Candidate, ...]:
    poses = _rigid(arrays, "candidate_poses")
    numbers = array_of(arrays, "candidates", np.float64, len(poses), 3)
    if (np.abs(numbers[:, 0]) > _MOST_NUMBERS).any():
        raise ValueError("its candidates name references that it cannot have")
    rows = zip(poses, numbers.tolist(), strict=True)
    return tuple(Candidate(int(row[0]), pose, row[1], row[2]) for pose, row in rows)


def _each(
    arrays: Arrays, name: str, kind: type, cameras: tuple[Camera, ...], more: tuple[int, ...]
) -> tuple[NDArray[Any], ...]:
    """One array a camera, or none at all."""
    if f"{name}0" not in arrays:
        return ()
    return tuple(array_of(arrays, f"{name}{view}", kind, *camera.size, *more) for view, camera in enumerate(cameras))


def _rigid(arrays: Arrays, name: str) -> NDArray[np.float64]:
    """(n, 4, 4) rotations and shifts; ValueError where they are none, as what draws them divides by their depths."""
    poses = array_of(arrays, name, np.float64, -1, 4, 4)
    turns = np.clip(poses[:, :3, :3], -2, 2)
    off = np.abs(turns @ turns.transpose(0, 2, 1) - np.eye(3))
    if (off > _RIGID).any() or (np.abs(poses) > _FARTHEST).any() or (poses[:, 3] != [0, 0, 0, 1]).any():
        raise ValueError(f"{name} holds what is no rotation and shift")
    return poses
