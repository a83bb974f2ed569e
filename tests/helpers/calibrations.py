"""Calibration files as other programs write them, made by hand or by those programs' own writers."""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from pentad.core.arrays import Doubles

MATRIX = np.array([[1520.4, 0, 655.25], [0, 1525.9, 470.75], [0, 0, 1]])
LENS = np.array([-0.21, 0.08, 0.0011, -0.0007, -0.02])
TURN = Rotation.from_euler("xyz", [170.0, 12.0, -35.0], degrees=True).as_matrix()
SHIFT = np.array([12.5, -8.0, 410.0])
SIZE = (960, 1280)
POINTS = np.random.default_rng(3).uniform(-60, 60, (40, 3))
COLMAP_MODELS = {
    "SIMPLE_PINHOLE": (0, [1500.0, 640.0, 480.0]),
    "PINHOLE": (1, [1500.0, 1510.0, 640.0, 480.0]),
    "SIMPLE_RADIAL": (2, [1500.0, 640.0, 480.0, -0.1]),
    "RADIAL": (3, [1500.0, 640.0, 480.0, -0.1, 0.02]),
    "OPENCV": (4, [1500.0, 1510.0, 640.0, 480.0, -0.1, 0.02, 0.001, -0.002]),
    "FULL_OPENCV": (6, [1500.0, 1510.0, 640.0, 480.0, -0.1, 0.02, 0.001, -0.002, 0.01, 0.02, -0.01, 0.003]),
}


def by_opencv(points: Doubles, matrix: Doubles = MATRIX, lens: Doubles = LENS) -> Doubles:
    """(N, 2) pixels of the camera above."""
    found, _ = cv2.projectPoints(points, cv2.Rodrigues(TURN)[0], SHIFT, matrix, lens)
    return np.asarray(cast(Any, found).reshape(-1, 2), np.float64)


def write_storage(path: Path, values: Mapping[str, Any]) -> Path:
    """By OpenCV itself, in the format of the suffix."""
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    for name, value in values.items():
        storage.write(name, value)
    storage.release()
    return path


def storage_values(**more: Any) -> dict[str, Any]:
    """What a calibration sample writes of the camera above."""
    return {
        "image_width": SIZE[1],
        "image_height": SIZE[0],
        "camera_matrix": MATRIX,
        "distortion_coefficients": LENS[:, None],
        "R": TURN,
        "T": SHIFT[:, None],
        **more,
    }


def quaternion() -> Doubles:
    """w x y z of the turn above."""
    x, y, z, w = Rotation.from_matrix(TURN).as_quat()
    return np.array([w, x, y, z])


def write_colmap_text(folder: Path, model: str) -> Path:
    terms = " ".join(map(repr, COLMAP_MODELS[model][1]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cameras.txt").write_text(f"# Camera list\n7 {model} {SIZE[1]} {SIZE[0]} {terms}\n", "utf-8")
    pose = " ".join(repr(float(value)) for value in (*quaternion(), *SHIFT))
    images = f"# Image list\n1 {pose} 7 part/view one.jpg\n10.5 20.5 -1 3 4 5\n2 {pose} 7 part/two.jpg\n\n"
    (folder / "images.txt").write_text(images, "utf-8")
    return folder / "cameras.txt"


def write_colmap_binary(folder: Path, model: str, *, number: int | None = None) -> Path:
    own, terms = COLMAP_MODELS[model]
    folder.mkdir(parents=True, exist_ok=True)
    lens = struct.pack("<QIiQQ", 1, 7, own if number is None else number, SIZE[1], SIZE[0])
    (folder / "cameras.bin").write_bytes(lens + struct.pack(f"<{len(terms)}d", *terms))
    pose = struct.pack("<7dI", *quaternion(), *SHIFT, 7)
    seen = struct.pack("<Q", 2) + struct.pack("<ddQ", 10.5, 20.5, 2**64 - 1) + struct.pack("<ddQ", 3, 4, 5)
    images = struct.pack("<Q", 2)
    images += struct.pack("<I", 1) + pose + b"part/view one.jpg\0" + seen
    images += struct.pack("<I", 2) + pose + b"part/two.jpg\0" + struct.pack("<Q", 0)
    (folder / "images.bin").write_bytes(images)
    return folder / "cameras.bin"


def camera_to_world() -> Doubles:
    """(4, 4) of the camera above in OpenGL's axes: x right, y up, z backwards."""
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = TURN, SHIFT
    return np.asarray(np.linalg.inv(pose) @ np.diag([1.0, -1.0, -1.0, 1.0]))


def write_nerf(path: Path, frames: Sequence[Mapping[str, Any]] | None = None, **more: Any) -> Path:
    own = [{"file_path": "./images/a.png", "transform_matrix": camera_to_world().tolist()}]
    path.write_text(json.dumps({"w": SIZE[1], "h": SIZE[0], **more, "frames": own if frames is None else frames}))
    return path


def middlebury_line(name: str, matrix: Doubles = MATRIX, turn: Doubles = TURN, shift: Doubles = SHIFT) -> str:
    return " ".join([name, *(repr(float(value)) for value in (*matrix.ravel(), *turn.ravel(), *shift))])
