"""How near generated depth comes to the truth on unseen gantry parts, beside integrated normals and good parts' mean.

PENTAD_DEPTH_DATA names a project of `pentad sample` (its "data" folder) with true depth; PENTAD_DEPTH_STEPS and
PENTAD_DEPTH_CODER_STEPS the length of training, PENTAD_DEPTH_MODELS a folder where models are kept and taken up again,
PENTAD_DEPTH_TESTED how many views are judged; with PENTAD_DEPTH_ALL the plain fusion of figure A2 is trained as well.
Without them a few small parts run through the same steps, which says nothing of accuracy.
"""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from pentad.core.arrays import Bools, Floats
from pentad.core.sample import Sample, Split
from pentad.gantry.recipe import Recipe
from pentad.gantry.writer import write_dataset
from pentad.io.datasets import Dataset, open_dataset
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.view_pixels import load_view
from pentad.sdk import Request, Value, ViewPixels
from pentad.sdk.depth import DepthWish
from pentad.sdk.testing import PatientTicket
from pentad.session.training import train, training_samples
from pentad_models.depthgen import MODEL
from pentad_models.depthgen.deviating import References
from pentad_models.depthgen.predictor import DepthgenPredictor
from pentad_models.depthgen.truth import placed
from tests.benchmarks.timing import best

STEP_MM = 1.0
"""A jump between neighbouring pixels that counts as a step of the part."""
STEPPED = 0.002
"""A view has steps where more than this share of its pixels lies beside one."""
STEPS = {False: "without steps", True: "with steps"}
SMALL: dict[str, Value] = {
    "features_with": "preset=quick; steps=4",
    "side": 64,
    "coder_steps": 4,
    "steps": 4,
    "sampling_steps": 2,
}


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Mean absolute errors in millimetres of all judged views, by method and by whether the view has steps."""

    mm: dict[str, list[float]] = field(default_factory=dict)
    relative: dict[str, list[float]] = field(default_factory=dict)

    def add(self, method: str, made: Floats, true: Floats, where: Bools) -> None:
        off = np.abs(made - true)[where]
        self.mm.setdefault(method, []).append(float(off.mean()))
        self.relative.setdefault(method, []).append(float((off / true[where]).mean()))

    def line(self, method: str) -> str:
        mm, share = np.array(self.mm[method]), np.array(self.relative[method])
        return f"  {method:46s} {mm.mean():6.3f} mm {100 * share.mean():7.4f} %  worst view {mm.max():.3f} mm"


def has_steps(true: Floats) -> bool:
    known = np.isfinite(true)
    jumps = [np.nan_to_num(np.abs(np.diff(true, axis=axis))) > STEP_MM for axis in (0, 1)]
    return sum(int(jump.sum()) for jump in jumps) > STEPPED * int(known.sum())


def moved(made: Floats, true: Floats, where: Bools) -> Floats:
    """Each piece of ``made`` shifted to differ least from ``true``: the rule both methods are aligned by."""
    _, labels = cv2.connectedComponents(where.view(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    return placed(np.where(where, made, np.nan).astype(np.float32), true, np.asarray(labels, np.int32))


def through(depth: Floats, region: Sequence[float], side: int) -> Floats:
    """``depth`` (h, w) of a view at the pixels of a generated map of its ``region``."""
    height, width = depth.shape
    top, left, bottom, right = region
    inside = depth[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
    rows = ((np.arange(side) + 0.5) / side * inside.shape[0]).astype(int)
    columns = ((np.arange(side) + 0.5) / side * inside.shape[1]).astype(int)
    return np.asarray(inside[rows[:, None], columns], np.float32)


def judge(
    predictor: DepthgenPredictor, views: Sequence[ViewPixels], references: References, samples: int
) -> dict[bool, Errors]:
    """Errors on views without and with steps."""
    found = {False: Errors(), True: Errors()}
    for view in views:
        assert view.depth is not None
        made = predictor.make_depth(Request("", (view,)), DepthWish(0, samples), PatientTicket()).views[view.view]
        true = through(view.depth, made.region, made.depth.shape[0])
        assert made.integrated is not None
        where = np.isfinite(true) & np.isfinite(made.depth) & np.isfinite(made.integrated)
        errors = found[has_steps(true)]
        mean = references.of(view.view)
        errors.add("generated, as it is", made.depth, true, where)
        errors.add("generated, pieces moved onto the truth", moved(made.depth, true, where), true, where)
        errors.add("integrated (DCT), pieces moved onto the truth", moved(made.integrated, true, where), true, where)
        both = where & np.isfinite(mean)
        errors.add("good parts' mean depth, as it is", mean, true, both)
        errors.add("good parts' mean depth, pieces moved", moved(mean, true, both), true, both)
    return found


def learn(data: Dataset, folder: Path, settings: Mapping[str, Value]) -> str:
    """Train into ``folder`` unless a model is there; says what it took."""
    if (folder / "model.json").is_file():
        return "kept"
    begun, busy = time.monotonic(), time.process_time()
    train(
        MODEL.trainer(settings),
        data.tree,
        training_samples(data.samples, None, learns_from="good"),
        folder=folder,
        ticket=PatientTicket(),
        learns_from="good",
        with_depth=True,
        geometry=PartGeometry.of(data.tree, {}),
    )
    return f"{time.monotonic() - begun:.0f} s, {time.process_time() - busy:.0f} s of processor time"


def unseen(data: Dataset, longest: int, most: int) -> dict[str, list[ViewPixels]]:
    """Views of unseen parts, good and defective."""
    geometry = PartGeometry.of(data.tree, {})

    def of(samples: Sequence[Sample]) -> list[ViewPixels]:
        every = [view for sample in samples for view in sample.views]
        return [load_view(data.tree, view, longest, with_depth=True, geometry=geometry) for view in every[:most]]

    tested = [sample for sample in data.samples if sample.split is Split.TEST]
    return {"good": of([s for s in tested if s.good]), "defective": of([s for s in tested if not s.good])}


def few_parts(folder: Path) -> Dataset:
    """A few small parts, and one more to judge."""
    write_dataset(folder, [Recipe("pin_connector", 2, 1, 1)], seed=0, size=96, ticket=PatientTicket())
    return open_dataset(folder)


def len_of(errors: Errors) -> int:
    return len(next(iter(errors.mm.values()), []))


def sampling_time(predictor: DepthgenPredictor, views: Sequence[ViewPixels]) -> tuple[float, float]:
    """Seconds a view at the default steps, by the clock and of the processor, features and integration included."""
    request = Request("", tuple(views[:5]))
    clock, busy = best(lambda: predictor.make_depth(request, DepthWish(), PatientTicket()), times=2)
    return clock / len(request.views), busy / len(request.views)


@pytest.mark.benchmark
def test_generated_depth_of_unseen_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named, kept = os.environ.get("PENTAD_DEPTH_DATA"), os.environ.get("PENTAD_DEPTH_MODELS")
    data = open_dataset(Path(named)) if named else few_parts(tmp_path / "parts")
    models, most = (
        Path(kept) if kept else tmp_path / "models",
        int(os.environ.get("PENTAD_DEPTH_TESTED", "80" if named else "5")),
    )
    lengths = {"steps": "PENTAD_DEPTH_STEPS", "coder_steps": "PENTAD_DEPTH_CODER_STEPS"}
    settings: dict[str, Value] = {} if named else dict(SMALL)
    settings |= {key: os.environ[name] for key, name in lengths.items() if name in os.environ}
    lines, found = list[str](), {}
    for condition in ("full", "normals", "rgb")[:: 1 if "PENTAD_DEPTH_ALL" in os.environ else 2]:
        shared = {"features": str(models / "full" / "features"), "autoencoder": str(models / "full")}
        own: dict[str, Value] = {} if condition == "full" else {**shared, "condition": condition}
        took = learn(data, models / condition, {**settings, **own})
        predictor = DepthgenPredictor.load(models / condition)
        views = unseen(data, predictor.longest_side, most)
        clock, busy = sampling_time(predictor, views["good"])
        lines.append(f"{condition}: training {took}; {clock:.2f} s a view ({busy:.2f} s of processor time)")
        for kind, some in views.items():
            for samples in (1, 4):
                judged = judge(predictor, some, predictor.references, samples)
                found[condition, kind, samples] = judged
                for stepped, errors in judged.items():
                    lines += [f" {kind} parts, {samples} sample(s), {len_of(errors)} views {STEPS[stepped]}"]
                    lines += [errors.line(method) for method in errors.mm]
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    if named:
        on_steps = found["full", "good", 1][True].relative
        generated, integrated = "generated, as it is", "integrated (DCT), pieces moved onto the truth"
        assert np.mean(on_steps[generated]) < np.mean(on_steps[integrated])
