"""What letting go of the brush costs at 20 MP: the edit packed, in the journal and synced, in the history."""

import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from pentad.annotation.edit import KeptEdit, MaskEdit
from pentad.annotation.sweep import capsule
from pentad.core.arrays import Labels
from pentad.core.history import LIMIT
from pentad.core.mask import Mask, MaskKey
from pentad.io.journal import JournalFolder
from pentad.io.kept_masks import KeptMasks
from pentad.session.annotation import Annotation
from pentad.session.jobs import Jobs
from pentad.session.plain_lane import Inbox, PlainLanes
from pentad.session.saving import MaskDocument, Pace, Saver

SIZE = (3648, 5472)
RADIUS = 200.0
MOVES = 100
KEY = MaskKey("pin/S0001", "top")


def busy_mask() -> Labels:
    """Nine classes in specks of 12 px with ragged edges: far more than anybody paints."""
    generator = np.random.default_rng(1)
    coarse = generator.integers(0, 9, (SIZE[0] // 12 + 1, SIZE[1] // 12 + 1), np.uint8)
    labels = np.kron(coarse, np.ones((12, 12), np.uint8))[: SIZE[0], : SIZE[1]].copy()
    ragged = generator.random((SIZE[0], SIZE[1] // 8)) < 0.1
    labels[:, : SIZE[1] // 8 * 8 : 8][ragged] = 0
    return labels


def way(seed: int) -> list[tuple[float, float]]:
    """A hand's way over the part: 100 moves of about 17 px, turning slowly."""
    generator = np.random.default_rng(seed)
    turns = np.cumsum(generator.normal(0, 0.15, MOVES)) + generator.uniform(0, 6.3)
    steps = generator.uniform(10, 24, MOVES)
    start = generator.uniform([300, 300], [SIZE[0] - 300, SIZE[1] - 300])
    points = start + np.cumsum(np.stack([np.sin(turns), np.cos(turns)], 1) * steps[:, None], 0)
    return [(float(y), float(x)) for y, x in points]


class Bench:
    """An annotation whose one document is a busy 20 MP mask, with a journal on this disk."""

    def __init__(self, folder: Path) -> None:
        self.inbox = Inbox()
        self.jobs = Jobs(PlainLanes(), self.inbox)
        self.annotation = Annotation(self.jobs)
        self.document = MaskDocument(KEY, Mask(busy_mask()), drawn=True)
        self.saver = Saver(
            KeptMasks(folder),
            self.jobs,
            pace=Pace(quiet=1000, longest=1000),
            busy=lambda: False,
            open_now=lambda: (self.document,),
            changed=lambda key: None,
            noticed=lambda problem: None,
        )

    def paint(self, seed: int) -> tuple[float, float, float]:
        """Seconds of (finish, journal, history) at the release of one stroke."""
        stroke = self.annotation.stroke(self.document, "Brush")
        points = way(seed)
        for here, there in itertools.pairwise(points):
            stroke.paint(capsule(here, there, RADIUS), 1 + seed % 8)
        begun = time.perf_counter()
        edit = stroke.finish()
        assert edit is not None
        packed = time.perf_counter()
        self.saver.keep(self.document, edit)
        kept = time.perf_counter()
        self.annotation.history.add(KeptEdit(edit, self.carry_out))
        return packed - begun, kept - packed, time.perf_counter() - kept

    def carry_out(self, edit: MaskEdit) -> None:
        edit.lay(self.document.mask)
        self.saver.keep(self.document, edit)

    def close(self) -> None:
        self.saver.close()
        self.jobs.close()


def timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def in_ms(seconds: Sequence[float]) -> str:
    return f"median {np.median(seconds) * 1e3:.1f} ms, p95 {np.percentile(seconds, 95) * 1e3:.1f} ms"


@pytest.mark.benchmark
def test_letting_go_of_a_400_px_brush_costs_at_most_ten_milliseconds(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    parts = [bench.paint(seed) for seed in range(60)]
    whole = [sum(part) for part in parts]
    print(f"\nrelease of 400 px, {MOVES} moves, 20 MP, synced: {in_ms(whole)}")
    for name, column in zip(("pack", "journal with fsync", "history"), zip(*parts, strict=True), strict=True):
        print(f"  {name}: {in_ms(list(column))}")
    history = bench.annotation.history
    undo = [timed(history.undo) for _ in range(40)]
    redo = [timed(history.redo) for _ in range(40)]
    print(f"  undo with journal, without redraw: {in_ms(undo)}; redo: {in_ms(redo)}")
    bench.close()
    written = sum(path.stat().st_size for path in JournalFolder(tmp_path / "journal").segments(KEY).values())
    print(f"  journal: {written / 140 / 1e3:.0f} kB a stroke")
    assert np.median(whole) < 0.010
    assert np.median(undo) < 0.012


@pytest.mark.benchmark
def test_a_thousand_400_px_strokes_on_busy_content_can_be_taken_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    history = bench.annotation.history
    sizes = []
    for seed in range(250):
        before = history.nbytes
        bench.paint(seed)
        sizes.append(history.nbytes - before)
    bench.close()
    assert len(history.done) == 250
    mean, worst = np.mean(sizes), max(sizes)
    print(
        f"\n{mean / 1e3:.0f} kB a stroke, the largest {worst / 1e3:.0f} kB: {LIMIT / mean:.0f} can be taken back "
        f"within {LIMIT >> 20} MiB, {LIMIT / worst:.0f} if all were as large as the largest"
    )
    assert LIMIT / worst >= 1000
