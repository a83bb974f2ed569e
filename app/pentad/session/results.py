"""What the models said: the run on show, its scores, and the predictions at hand."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from psygnal import Signal

from pentad.core.prediction import Prediction, Provenance
from pentad.io.results import read_prediction

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

    def __init__(self) -> None:
        self._run: ShownRun | None = None
        self._scores: dict[str, float] = {}
        self._at_hand: OrderedDict[str, Prediction] = OrderedDict()
        self._threshold: float | None = None

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

    def set_threshold(self, threshold: float | None) -> None:
        if threshold != self._threshold:
            self._threshold = threshold
            self.run_changed.emit()

    def show(self, run: ShownRun | None, scores: Mapping[str, float]) -> None:
        """Put another run on show."""
        self._run, self._scores = run, dict(scores)
        self._at_hand.clear()
        suggested = run.made_by.settings.get("score_threshold") if run is not None else None
        self._threshold = float(suggested) if isinstance(suggested, int | float) else None
        self.run_changed.emit()

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
