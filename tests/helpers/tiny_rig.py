"""The tiny data set of five-view plates with the gantry's cameras and a part of its own."""

from dataclasses import replace
from pathlib import Path

import trimesh

from pentad.core.camera import Rig
from pentad.gantry.station import gantry_rig
from pentad.io.calibration import format_rig
from tests.helpers.tiny_dataset import VIEWS, write_tiny_dataset

SIZE = (64, 96)
PART_MM = (20.0, 8.0, 6.0)
_MANIFEST = '[rig]\nfile = "rig.toml"\n[mesh]\nfile = "part.stl"\n'


def write_tiny_rig(root: Path, *, mesh: bool = True, bad: int = 3) -> Path:
    """Plates seen by the simulated rig's cameras, named as the plates' views are; the part is a box on the board."""
    data = write_tiny_dataset(root, train=2, good=1, bad=bad, size=SIZE)
    cameras = zip(gantry_rig(SIZE[1]).cameras, VIEWS, strict=True)
    rig = Rig(tuple(replace(camera, name=view) for camera, view in cameras))
    (data / "rig.toml").write_text(format_rig(rig), "utf-8")
    with (data / "pentad.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(_MANIFEST if mesh else _MANIFEST.partition("[mesh]")[0])
    box = trimesh.creation.box(PART_MM)
    box.apply_translation((0, 0, PART_MM[2] / 2))
    box.export(data / "part.stl")
    return data
