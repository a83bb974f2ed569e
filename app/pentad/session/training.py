"""Teaching a model what the parts of one category look like."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Sample, Split
from pentad.io.datasets.geometry import PartGeometry
from pentad.io.tree import FileTree
from pentad.sdk import Ticket, Trainer, TrainingReport
from pentad.sdk.atomic import make_folder
from pentad.sdk.model import LearnsFrom
from pentad.session.training_views import GoodViews, LabelledViews


def training_samples(
    samples: Sequence[Sample], category: str | None, *, learns_from: LearnsFrom = "good"
) -> list[Sample]:
    """The training samples of ``category`` (None: of the only one), good ones or all.

    Problem where that is not one clear set.
    """
    categories = sorted({sample.category for sample in samples})
    if category is None and len(categories) > 1:
        raise Problem("The data set has several categories", remedy=f"Choose one of: {', '.join(categories)}.")
    wanted = category or (categories[0] if categories else "")
    if wanted not in categories:
        raise Problem(f"There is no category '{wanted}'", remedy=f"Categories here: {', '.join(categories) or 'none'}.")
    inside = [sample for sample in samples if sample.category == wanted and sample.split is Split.TRAIN]
    chosen = [sample for sample in inside if sample.good or learns_from == "all"]
    if not any(sample.good for sample in chosen):
        remedy = "A model learns from good parts of the train split; check the layout with `pentad info`."
        raise Problem(f"'{wanted}' has no good training samples", remedy=remedy)
    if learns_from == "all" and all(sample.good for sample in chosen):
        remedy = "This model learns from both; choose one that needs good parts only, such as cprn."
        raise Problem(f"'{wanted}' has no training samples with defects", remedy=remedy)
    return chosen


def train(
    trainer: Trainer,
    tree: FileTree,
    samples: Sequence[Sample],
    *,
    folder: Path,
    ticket: Ticket,
    learns_from: LearnsFrom = "good",
    with_depth: bool = False,
    geometry: PartGeometry | None = None,
    noticed: Callable[[Problem], None] = lambda problem: None,
) -> TrainingReport:
    """Train on ``samples`` (one category) and leave the model in ``folder``; resumes what was interrupted.

    ``with_depth`` and ``geometry`` are for models that learn depth, or need cameras and meshes. ``noticed`` is called
    on the worker thread for each view that cannot be read; Problem where none can.
    """
    make_folder(folder)
    views = GoodViews if learns_from == "good" else LabelledViews
    data = views(tree, samples, trainer.longest_side, noticed=noticed, geometry=geometry, with_depth=with_depth)
    return trainer.train(data, folder, ticket)
