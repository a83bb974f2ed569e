"""Strokes by number: what each of them does can be said without Pentad."""

import shutil
from pathlib import Path

import numpy as np

from pentad.annotation.edit import MaskEdit
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.mask import MaskKey
from pentad.session.annotation import Annotation
from pentad.session.saving import MaskDocument
from tests.helpers.workroom import Workroom


def spot_of(number: int, size: tuple[int, int]) -> Box:
    """Where stroke ``number`` paints: a box somewhere in the picture, up to a third of it wide."""
    generator = np.random.default_rng(number)
    height, width = (int(generator.integers(1, side // 3 + 2)) for side in size)
    y, x = int(generator.integers(0, size[0] - height + 1)), int(generator.integers(0, size[1] - width + 1))
    return Box(y, x, y + height, x + width)


def label_of(number: int) -> int:
    return 1 + number % 8


def paint(annotation: Annotation, key: MaskKey, number: int) -> MaskEdit | None:
    """Do stroke ``number`` as a tool does."""
    document = annotation.documents.document(key)
    assert document is not None
    height, width = document.mask.labels.shape
    sheet = annotation.sheet(key, document.mask.box, 1.0)
    assert sheet is not None
    box = spot_of(number, (height, width))
    stroke = sheet.stroke("Brush")
    stroke.put(box, np.full(box.shape, label_of(number), np.uint8))
    return sheet.commit(stroke)


def after(strokes: int, ground: Labels) -> Labels:
    """What the mask is after strokes 0 to ``strokes`` - 1, by plain assignment."""
    labels = ground.copy()
    for number in range(strokes):
        box = spot_of(number, (labels.shape[0], labels.shape[1]))
        labels[box.y0 : box.y1, box.x0 : box.x1] = label_of(number)
    return labels


def open_mask(room: Workroom, name: str, view: str = "top") -> MaskDocument:
    """Look at the sample and have the view's mask at hand."""
    sample = room.sample(name)
    room.session.open(sample.id)
    room.session.annotation.documents.open(sample, view)
    room.settle()
    document = room.session.annotation.documents.document(MaskKey(sample.id, view))
    assert document is not None, room.session.annotation.documents.problem(MaskKey(sample.id, view))
    return document


def leave_as_killed(room: Workroom, to: Path) -> Path:
    """A copy of the project as a kill at this moment would leave it."""
    shutil.copytree(room.project.folder, to)
    return to
