"""Teaching a model what good parts of one category look like."""

from collections.abc import Sequence
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Sample, Split, View
from pentad.io.tree import FileTree
from pentad.io.view_pixels import load_view
from pentad.sdk import Ticket, Trainer, TrainingReport, ViewPixels


class GoodViews:
    """The views of a category's good training parts, read when asked for."""

    def __init__(self, tree: FileTree, samples: Sequence[Sample], longest_side: int) -> None:
        self._tree = tree
        self._longest = longest_side
        self._category = samples[0].category
        self._views: list[View] = [view for sample in samples for view in sample.views]

    def __len__(self) -> int:
        return len(self._views)

    def __getitem__(self, index: int) -> ViewPixels:
        return load_view(self._tree, self._views[index], self._longest)

    @property
    def category(self) -> str:
        return self._category


def good_training_samples(samples: Sequence[Sample], category: str | None) -> list[Sample]:
    """The good training samples of ``category`` (None: of the only one); Problem where that is not one clear set."""
    categories = sorted({sample.category for sample in samples})
    if category is None and len(categories) > 1:
        raise Problem("The data set has several categories", remedy=f"Choose one of: {', '.join(categories)}.")
    wanted = category or (categories[0] if categories else "")
    if wanted not in categories:
        raise Problem(f"There is no category '{wanted}'", remedy=f"Categories here: {', '.join(categories) or 'none'}.")
    chosen = [s for s in samples if s.category == wanted and s.split is Split.TRAIN and s.good]
    if not chosen:
        remedy = "A model learns from good parts of the train split; check the layout with `pentad info`."
        raise Problem(f"'{wanted}' has no good training samples", remedy=remedy)
    return chosen


def train(
    trainer: Trainer, tree: FileTree, samples: Sequence[Sample], *, folder: Path, ticket: Ticket
) -> TrainingReport:
    """Train on ``samples`` (good, one category) and leave the model in ``folder``; resumes what was interrupted."""
    folder.mkdir(parents=True, exist_ok=True)
    return trainer.train(GoodViews(tree, samples, trainer.longest_side), folder, ticket)
