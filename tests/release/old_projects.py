"""Projects that earlier Pentads wrote, unpacked beside their data set."""

import zipfile
from pathlib import Path

from pentad.core.arrays import Labels
from pentad.core.box import Box
from tests.helpers.tiny_dataset import write_tiny_dataset

ARCHIVES = Path(__file__).parents[1] / "data" / "projects"
SIZE = (24, 32)
GOOD, BAD = "plate/test/good/G000", "plate/test/spot/S000"
UNSAVED = ((Box(3, 3, 8, 9), 1), (Box(10, 10, 20, 30), 7))
"""Two strokes in the journals of the good part's east and north view."""


def old_project(root: Path, version: int) -> Path:
    """The project of this schema in ``root``; its data set lies beside it."""
    write_tiny_dataset(root / "data", train=0, good=1, bad=1, size=SIZE)
    with zipfile.ZipFile(ARCHIVES / f"version{version}.zip") as archive:
        archive.extractall(root / "project")
    return root / "project"


def painted(labels: Labels, *boxes: tuple[Box, int]) -> Labels:
    """``labels`` after those boxes, by plain assignment."""
    for box, label in boxes:
        labels[box.y0 : box.y1, box.x0 : box.x1] = label
    return labels
