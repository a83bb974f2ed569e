"""Teaching a model what good parts of one category look like."""

from collections.abc import Callable, Sequence
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Sample, Split, View
from pentad.io.tree import FileTree
from pentad.io.view_pixels import load_view
from pentad.sdk import Ticket, Trainer, TrainingReport, ViewPixels
from pentad.sdk.atomic import make_folder


class GoodViews:
    """The views of a category's good training parts, read when asked for.

    In place of one that cannot be read comes the next that can, of the same camera if there is one: a model learns
    from what is good, and one bad file among thousands should not end its training. ``noticed`` hears of each once.
    """

    def __init__(
        self, tree: FileTree, samples: Sequence[Sample], longest_side: int, *, noticed: Callable[[Problem], None]
    ) -> None:
        self._tree = tree
        self._longest = longest_side
        self._category = samples[0].category
        self._views: list[View] = [view for sample in samples for view in sample.views]
        self._noticed = noticed
        self._broken: dict[int, Problem] = {}

    def __len__(self) -> int:
        return len(self._views)

    def __getitem__(self, index: int) -> ViewPixels:
        place = range(len(self._views))[index]
        pixels = self._read(place)
        for other in self._substitutes(place) if pixels is None else ():
            if (pixels := self._read(other)) is not None:
                break
        if pixels is None:
            reason = self._broken[place]
            raise Problem(f"No view of '{self._category}' can be read", str(reason), remedy=reason.remedy)
        return pixels

    def _read(self, place: int) -> ViewPixels | None:
        if place in self._broken:
            return None
        try:
            return load_view(self._tree, self._views[place], self._longest)
        except Problem as problem:
            self._broken[place] = problem
            self._noticed(problem)
            return None

    def _substitutes(self, place: int) -> list[int]:
        """The other views, those of the same camera first, the next ones first."""
        name, count = self._views[place].name, len(self._views)
        others = [other % count for other in range(place + 1, place + count)]
        return sorted(others, key=lambda other: self._views[other].name != name)

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
    trainer: Trainer,
    tree: FileTree,
    samples: Sequence[Sample],
    *,
    folder: Path,
    ticket: Ticket,
    noticed: Callable[[Problem], None] = lambda problem: None,
) -> TrainingReport:
    """Train on ``samples`` (good, one category) and leave the model in ``folder``; resumes what was interrupted.

    ``noticed`` is called on the worker thread for each view that cannot be read; Problem where none can.
    """
    make_folder(folder)
    return trainer.train(GoodViews(tree, samples, trainer.longest_side, noticed=noticed), folder, ticket)
