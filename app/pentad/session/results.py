"""What the models said: the run on show, its scores, and the predictions at hand."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from psygnal import Signal

from pentad.core.prediction import Prediction, Provenance
from pentad.io.results import read_prediction

if TYPE_CHECKING:
    from pentad.evaluation.report import Evaluation  # Why: metrics are not needed to put a window on screen.

AT_HAND = 48
"""Predictions kept in memory; five maps of 256 x 256 float32 are 1.3 MB a sample."""


@dataclass(frozen=True, slots=True)
class ShownRun:
    """The run whose heatmaps are on screen; ``file`` may still be in the making."""

    file: Path
    made_by: Provenance


class Results:
    """The run on show. Scores of all its samples are here, predictions are fetched when asked for."""

    run_changed: ClassVar[Signal] = Signal()
    arrived: ClassVar[Signal] = Signal(str)
    """A sample's score or prediction is new."""
    evaluated: ClassVar[Signal] = Signal()
    """The run on show was measured, or is another one that was not."""

    def __init__(self) -> None:
        self._run: ShownRun | None = None
        self._scores: dict[str, float] = {}
        self._at_hand: OrderedDict[str, Prediction] = OrderedDict()
        self._threshold: float | None = None
        self._evaluation: Evaluation | None = None

    @property
    def run(self) -> ShownRun | None:
        return self._run

    @property
    def scores(self) -> Mapping[str, float]:
        """Sample id to the sample's score."""
        return self._scores

    @property
    def threshold(self) -> float | None:
        """The score above which a sample is flagged."""
        return self._threshold

    @property
    def evaluation(self) -> "Evaluation | None":
        """What the run on show is worth, once it has been measured."""
        return self._evaluation

    def keep_evaluation(self, run: ShownRun, evaluation: "Evaluation") -> None:
        """``run`` was measured; dropped where another run is on show by now."""
        if run == self._run:
            self._evaluation = evaluation
            self.evaluated.emit()

    def set_threshold(self, threshold: float | None) -> None:
        if threshold != self._threshold:
            self._threshold = threshold
            self.run_changed.emit()

    def show(self, run: ShownRun | None, scores: Mapping[str, float]) -> None:
        """Put another run on show."""
        self._run, self._scores = run, dict(scores)
        self._at_hand.clear()
        self._evaluation = None
        suggested = run.made_by.settings.get("threshold") if run is not None else None
        self._threshold = float(suggested) if isinstance(suggested, int | float) else None
        self.run_changed.emit()
        self.evaluated.emit()

    def add(self, prediction: Prediction) -> None:
        """A prediction of the run on show came in."""
        self._scores[prediction.sample] = prediction.score
        self._at_hand[prediction.sample] = prediction
        self._at_hand.move_to_end(prediction.sample)
        while len(self._at_hand) > AT_HAND:
            self._at_hand.popitem(last=False)
        self.arrived.emit(prediction.sample)

    def prediction(self, sample: str) -> Prediction | None:
        """The sample's prediction if it is at hand; ``fetch`` gets the others."""
        return self._at_hand.get(sample)


def fetch(run: ShownRun, sample: str) -> Prediction | None:
    """Read one sample's prediction from a run, finished or not; None where the run has none. For a worker thread."""
    return read_prediction(run.file, sample)
