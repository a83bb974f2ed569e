"""One part photographed and written: images, normals from its light stack, masks and the truth."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Floats, Normals
from pentad.core.problem import Problem
from pentad.core.sample import NormalEncoding
from pentad.gantry.recipe import Order, make_part
from pentad.gantry.render import Shot, shoot
from pentad.gantry.scene import Part, Target
from pentad.gantry.station import gantry_rig, lights
from pentad.geometry.normals_codec import encode_normals
from pentad.geometry.photometric_stereo import solve_least_squares

DEPTH_STEP_MM = 0.005
"""What one code of a depth PNG is worth; 0 is "nothing here"."""
_DARK = 0.012
"""Share of the sensor's range that the brightest light must reach for a normal to mean anything."""
# Why run lengths: sensor noise repeats nothing; files come out smaller, in two thirds of the time.
_QUICK = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)


@dataclass(frozen=True, slots=True)
class Shooting:
    """What a worker process needs to make one part: plain data, the same whatever process does it."""

    root: str
    order: Order
    seed: int
    size: int
    keep_lights: bool


def develop(job: Shooting) -> None:
    """Make, photograph and write one part; its folder appears whole or not at all."""
    final = Path(job.root) / job.order.folder
    if final.exists():
        return
    # Why a sibling: a rename is whole only within one disk, and half a part must not fit the manifest's patterns.
    beside = Path(job.root) / f".making-{job.order.family}-{job.order.number}"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        (beside / "truth").mkdir(parents=True)
        _write_part(job, beside)
        final.parent.mkdir(parents=True, exist_ok=True)
        os.replace(beside, final)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        why = error.strerror or str(error)
        remedy = "Check the folder's permissions and the free disk space, then run it again: finished parts are kept."
        raise Problem(f"{final} cannot be written", why, remedy=remedy) from error


def normals_from_stack(stack: NDArray[np.uint16]) -> Normals:
    """(H, W, 3) normals of a (K, H, W) light stack by least squares; zero where every light left the pixel dark."""
    reached = stack.max(axis=0) > _DARK * np.iinfo(stack.dtype).max
    return solve_least_squares(stack, lights(), valid=reached, threads=1).normals


def _write_part(job: Shooting, folder: Path) -> None:
    rig = gantry_rig(job.size)
    part = make_part(job.order, rig, job.seed)
    target = Target.of(part.surface)
    twin = Target.of(part.twin) if part.twin is not None else None
    streams = job.order.seeds(job.seed)[2].spawn(len(rig.cameras))
    for camera, stream in zip(rig.cameras, streams, strict=True):
        shot = shoot(part, target, camera, lights(), np.random.default_rng(stream), twin=twin)
        _write_view(folder, camera.name, shot, keep_lights=job.keep_lights)
    (folder / "truth" / "part.stl").write_bytes(_stl(part))


def _write_view(folder: Path, view: str, shot: Shot, *, keep_lights: bool) -> None:
    _write_png(folder / f"{view}_rgb.png", shot.rgb)
    measured = normals_from_stack(shot.stack)
    _write_png(folder / f"{view}_normal.png", encode_normals(measured, NormalEncoding.OPENGL, dtype=np.uint16))
    if shot.defect.any():
        _write_png(folder / f"{view}_mask.png", shot.defect.astype(np.uint8) * 255)
    true = encode_normals(shot.normals, NormalEncoding.OPENGL, dtype=np.uint16)
    _write_png(folder / "truth" / f"{view}_normal.png", true)
    _write_png(folder / "truth" / f"{view}_depth.png", _depth_codes(shot.depth))
    if keep_lights:
        (folder / "lights").mkdir(exist_ok=True)
        for number, plane in enumerate(shot.stack, start=1):
            _write_png(folder / "lights" / f"{view}_{number}.png", plane)


def _depth_codes(depth: Floats) -> NDArray[np.uint16]:
    return np.asarray(np.rint(np.clip(depth / DEPTH_STEP_MM, 0, 65535)), np.uint16)


def _write_png(path: Path, image: NDArray[Any]) -> None:
    done, data = cv2.imencode(".png", image[..., ::-1] if image.ndim == 3 else image, _QUICK)
    if not done:
        raise OSError(f"{path.name} could not be encoded")
    path.write_bytes(data.tobytes())


def _stl(part: Part) -> bytes:
    """The part's surface as binary STL, millimetres, where it stood on the stage (rig axes)."""
    placed = part.surface.vertices @ part.pose[:3, :3].T + part.pose[:3, 3]
    corners = placed[part.surface.faces].astype("<f4")
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    triangles = np.zeros(len(corners), [("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("rest", "<u2")])
    triangles["normal"] = crossed / np.maximum(np.linalg.norm(crossed, axis=1, keepdims=True), 1e-20)
    triangles["corners"] = corners
    header = b"Pentad gantry, millimetres, rig axes".ljust(80, b" ")
    return header + len(corners).to_bytes(4, "little") + triangles.tobytes()
