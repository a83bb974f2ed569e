"""Judging many samples with one model, so that it can be stopped and taken up again."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pentad.core.prediction import Prediction
from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.results import Existing, RunWriter
from pentad.io.tree import FileTree
from pentad.io.view_pixels import load_request
from pentad.sdk import Predictor, Ticket
from pentad.sdk.atomic import WriteProblem


@dataclass(frozen=True, slots=True)
class DetectionReport:
    """What a detection came to; ``images`` counts views judged in this go, not those found done."""

    run: Path
    samples: int
    images: int
    skipped: int
    seconds: float

    @property
    def images_per_second(self) -> float:
        return self.images / self.seconds if self.seconds > 0 else 0.0


def detect(
    predictor: Predictor,
    tree: FileTree,
    samples: Sequence[Sample],
    *,
    out: Path,
    ticket: Ticket,
    existing: Existing = Existing.REFUSE,
    data: Mapping[str, str] | None = None,
    geometry: PartGeometry | None = None,
    arrived: Callable[[Prediction], None] = lambda prediction: None,
    noticed: Callable[[Problem], None] = lambda problem: None,
) -> DetectionReport:
    """Judge ``samples`` and leave the run in ``out``; what an earlier, stopped go has done is not done again.

    A view that cannot be read is recorded in the run with its Problem and the rest goes on. ``data`` says where the
    data set is, for whoever measures the run later; ``geometry`` is for models that need cameras and meshes;
    ``arrived`` is called on the worker thread as each prediction is safely stored, ``noticed`` as each Problem is
    recorded. Problem where nothing at all could be judged, or where the disk takes no more: what was judged before is
    kept.
    """
    begun = time.monotonic()
    images = skipped = 0
    last: Problem | None = None
    if not samples:
        raise Problem(
            "There are no samples to judge", remedy="Choose samples of the category the model was trained on."
        )
    with RunWriter(out, predictor.made_by, existing=existing, data=data) as writer:
        todo = [sample for sample in samples if sample.id not in writer.done]
        for count, sample in enumerate(todo):
            ticket.report(count / len(todo), f"{sample.id} ({count + 1} of {len(todo)})")
            try:
                request, problems = load_request(tree, sample, predictor.longest_side, geometry=geometry)
                for view, broken in problems.items():
                    writer.skip(sample.id, view, broken)
                    noticed(broken)
                prediction = predictor.predict(request, ticket)
                writer.add(prediction)
            except WriteProblem:
                raise
            except Problem as problem:
                writer.skip(sample.id, "", problem)
                noticed(problem)
                skipped, last = skipped + 1, problem
                continue
            skipped += len(problems)
            images += len(prediction.views)
            arrived(prediction)
        if last is not None and not writer.done:
            raise Problem(f"None of the {len(samples)} samples could be judged", str(last), remedy=last.remedy)
        writer.finish()
    return DetectionReport(out, len(samples), images, skipped, time.monotonic() - begun)
