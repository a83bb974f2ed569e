"""How well MMPDN tells broken chairs from whole ones of shapes it never saw: PTAD tables 3 and 4 on mini BrokenChairs.

PENTAD_SHAPES=150 makes the tables (an hour and more on two cores, most of it aligning test photos); PENTAD_CHAIRS names
a folder of chairs that are there already, PENTAD_TESTED the test photos looked at. Without them a few small chairs run
through the same steps, which says nothing of accuracy.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from pentad.core.arrays import Doubles
from pentad.core.box import BoxShares
from pentad.core.problem import Problem
from pentad.core.sample import Sample, Split
from pentad.gantry.chairs.writer import write_chairs
from pentad.io.datasets import Dataset, open_dataset
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.view_pixels import load_request, load_view
from pentad.sdk import Predictor, TrainingReport, Value
from pentad.sdk.testing import PatientTicket
from pentad.session.training import train, training_samples
from pentad.session.training_views import box_around
from pentad_models.ptad.mmpdn import MODEL
from pentad_models.ptad.mmpdn.predictor import MmpdnPredictor

POSES = ("lm", "ptad", "chamfer", "none")
RATIOS = (0.05, 0.1, 0.2, 0.5, 0.8, 1.0)
SMALL: dict[str, Value] = {"side": 64, "epochs": 1, "batch": 4}


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of the test photos: their scores, labels and boxes."""

    scores: Doubles
    labels: Doubles
    overlaps: Doubles
    seconds: float
    failed: int

    def line(self, threshold: float) -> str:
        right, hit = (self.scores > threshold) == (self.labels > 0), (self.scores > threshold) & (self.labels > 0)
        both = len(np.unique(self.labels)) == 2
        auc = roc_auc_score(self.labels, self.scores) if both else float("nan")
        overlap = float(np.nanmean(self.overlaps[hit])) if np.isfinite(self.overlaps[hit]).any() else float("nan")
        each = self.seconds / max(1, len(self.scores))
        return (
            f"AUC {auc:.3f}  accuracy {right.mean():.3f}  IoU of true positives {overlap:.3f}  "
            f"({len(self.scores)} photos, {each:.2f} s each, {self.failed} failed)"
        )


def chairs(folder: Path, shapes: int, seed: int) -> Dataset:
    """The data set in ``PENTAD_CHAIRS``, or a new one."""
    named = os.environ.get("PENTAD_CHAIRS")
    if named is None:
        write_chairs(folder, shapes, seed=seed, size=256 if shapes > 20 else 96, ticket=PatientTicket())
    return open_dataset(Path(named) if named else folder)


def of_the_test_split(samples: Sequence[Sample], most: int) -> list[Sample]:
    """An even choice of the test photos."""
    every = [sample for sample in samples if sample.split is Split.TEST]
    return every[:: max(1, len(every) // most)][:most]


def learn(data: Dataset, folder: Path, settings: dict[str, Value]) -> tuple[TrainingReport, MmpdnPredictor]:
    report = train(
        MODEL.trainer(settings),
        data.tree,
        training_samples(data.samples, None, learns_from="all"),
        folder=folder,
        ticket=PatientTicket(),
        learns_from="all",
        geometry=PartGeometry.of(data.tree, {}),
    )
    return report, MmpdnPredictor.load(folder)


def judge(data: Dataset, samples: Sequence[Sample], predictor: Predictor) -> Judged:
    """Every sample as ``pentad detect`` judges it; a photo that cannot be aligned counts as no defect."""
    geometry, begun, failed = PartGeometry.of(data.tree, {}), time.perf_counter(), 0
    scores, overlaps = np.zeros(len(samples)), np.full(len(samples), np.nan)
    for number, sample in enumerate(samples):
        request, _ = load_request(data.tree, sample, predictor.longest_side, geometry=geometry)
        try:
            found = predictor.predict(request, PatientTicket())
        except Problem:
            failed += 1
            continue
        scores[number] = found.score
        mask = load_view(data.tree, sample.views[0], 4096, with_mask=True).mask
        box, wanted = next(iter(found.views.values())).box, None if mask is None else box_around(mask)
        if box is not None and wanted is not None:
            overlaps[number] = iou(box, wanted)
    labels = np.array([float(not sample.good) for sample in samples])
    return Judged(scores, labels, overlaps, time.perf_counter() - begun, failed)


def iou(one: BoxShares, other: BoxShares) -> float:
    tall = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    wide = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return tall * wide / (sum(areas) - tall * wide)


@pytest.mark.benchmark
def test_the_tables_of_broken_chairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shapes, seed = int(os.environ.get("PENTAD_SHAPES", "0")), int(os.environ.get("PENTAD_SEED", "0"))
    most = int(os.environ.get("PENTAD_TESTED", "240"))
    settings: dict[str, Value] = {"seed": seed, **({} if shapes else SMALL)}
    data = chairs(tmp_path / "chairs", shapes or 3, seed)
    photos = of_the_test_split(data.samples, most if shapes else 4)
    with capsys.disabled():
        print(f"\n{len(training_samples(data.samples, None, learns_from='all'))} training photos, seed {seed}")
        report, predictor = learn(data, tmp_path / "model", settings)
        threshold = float(str(predictor.made_by.settings["threshold"]))
        print(f"trained in {report.seconds:.0f} s, {report.epochs} epochs, threshold {threshold:.3f}")
        for pose in POSES:
            print(f"  pose {pose:8s} {judge(data, photos, predictor.aligning(pose)).line(threshold)}")
        alone, itself = learn(data, tmp_path / "none", {**settings, "pose": "none", "learn_poses": "aligned"})
        own = float(str(itself.made_by.settings["threshold"]))
        print(f"  pose none, trained so too ({alone.seconds:.0f} s): {judge(data, photos, itself).line(own)}")
        for ratio in RATIOS if shapes else RATIOS[-1:]:
            learnt, found = learn(data, tmp_path / f"ratio{ratio}", {**settings, "sample_ratio": ratio})
            own = float(str(found.made_by.settings["threshold"]))
            print(
                f"  {ratio:4.0%} of the parts learnt ({learnt.seconds:.0f} s): {judge(data, photos, found).line(own)}"
            )
    assert report.parameters == 17_604_677
