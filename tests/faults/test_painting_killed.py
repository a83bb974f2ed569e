"""Painting, killed at any moment: every stroke that was acknowledged is there after the restart, bit for bit."""

import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from pentad.core.arrays import Labels
from pentad.core.mask import MaskKey
from pentad.io.journal import JournalFolder
from pentad.io.masks import MaskFolder
from pentad.sdk.testing import PatientTicket
from pentad.session.project import create_project
from tests.faults.painter import VIEW, paint_for
from tests.helpers.painting import after, label_of, open_mask, spot_of
from tests.helpers.tiny_dataset import write_tiny_dataset
from tests.helpers.workroom import open_workroom

SIZE = (600, 800)
KEY = MaskKey("plate/train/good/T000", VIEW)


def files_left(project: Path, key: MaskKey) -> str:
    """In which moment the kill came, by what it left."""
    journals = JournalFolder(project / "journal")
    masks = MaskFolder(project / "masks")
    folder = masks.path(*key).parent
    if list(folder.glob(".pentad-*")):
        return "while a file was being written"
    story = journals.read(key)
    if story.torn:
        return "in the middle of a record"
    if len(journals.segments(key)) > 1:
        return "while a save was under way"
    return "between a stroke and its save" if story.strokes else "when all was saved"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    data = write_tiny_dataset(tmp_path / "data", train=1, good=0, bad=0, size=SIZE)
    create_project(tmp_path / "project", data, ticket=PatientTicket()).close()
    return tmp_path / "project"


def test_every_acknowledged_stroke_is_there_after_a_kill(project: Path, rounds: int) -> None:
    """The mask that is found may hold one stroke more: one that was kept, but not yet acknowledged."""
    dice = random.Random(20)
    moments: Counter[str] = Counter()
    expected: Labels = np.zeros(SIZE, np.uint8)
    painted = recovered = 0
    for _ in range(rounds):
        acknowledged = paint_for(dice.uniform(0.0, 0.25), project, painted).acknowledged
        assert acknowledged == list(range(painted, painted + len(acknowledged)))
        moments[files_left(project, KEY)] += 1
        with open_workroom() as room:
            room.open(project)
            found = open_mask(room, *KEY).mask.labels
            for number in acknowledged:
                box = spot_of(number, SIZE)
                expected[box.slices] = label_of(number)
            painted += len(acknowledged)
            if not np.array_equal(found, expected):
                box = spot_of(painted, SIZE)
                expected[box.slices] = label_of(painted)
                painted += 1
            assert np.array_equal(found, expected)
            for problem in room.problems:
                assert "back" in problem.what, problem
                recovered += int(problem.what.split()[0])
    assert np.array_equal(expected, after(painted, np.zeros(SIZE, np.uint8)))
    print(f"\n{rounds} kills, {painted} strokes, 0 lost; {recovered} were brought back from a journal")
    for moment, times in moments.most_common():
        print(f"  {times:4d} killed {moment}")
