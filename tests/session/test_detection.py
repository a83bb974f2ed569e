"""A detection can be stopped at any sample, goes on from there, and outlives every bad file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pentad.core.prediction import Prediction, Provenance
from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.io.datasets import open_dataset
from pentad.io.results import Existing, RunFile, each_prediction, read_prediction
from pentad.sdk import Predictor, Request, Ticket
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import PatientTicket
from pentad.session.detection import DetectionReport, detect
from tests.helpers.bright_model import bright_predictor

Twist = Callable[[Prediction], Prediction]


class Judge:
    """The brightness model, counting what it is asked and twisting what it answers."""

    longest_side = 128

    def __init__(self, twist: Twist = lambda prediction: prediction) -> None:
        self._inner: Predictor = bright_predictor("plate")
        self._twist = twist
        self.asked: list[str] = []

    @property
    def made_by(self) -> Provenance:
        return self._inner.made_by

    def predict(self, request: Request, ticket: Ticket) -> Prediction:
        self.asked.append(request.sample[-4:])
        return self._twist(self._inner.predict(request, ticket))


class StopAfter(PatientTicket):
    """A ticket that is taken back once so many samples have arrived."""

    def __init__(self, samples: int) -> None:
        super().__init__()
        self.left = samples

    def arrived(self, prediction: Prediction) -> None:
        self.left -= 1

    def check(self) -> None:
        if self.left <= 0:
            raise Cancelled


def judge_plates(
    plates: Path, out: Path, judge: Judge, *, ticket: Ticket | None = None, existing: Existing = Existing.REFUSE
) -> tuple[DetectionReport, list[Problem]]:
    found, problems = open_dataset(plates), list[Problem]()
    report = detect(
        judge,
        found.tree,
        [sample for sample in found.samples if sample.split is Split.TEST],
        out=out,
        ticket=ticket or PatientTicket(),
        existing=existing,
        noticed=problems.append,
        arrived=ticket.arrived if isinstance(ticket, StopAfter) else lambda prediction: None,
    )
    return report, problems


def maps(run: Path) -> dict[tuple[str, str], tuple[bytes, float]]:
    return {
        (prediction.sample, name): (view.heatmap.values.tobytes(), view.score)
        for prediction in each_prediction(run)
        for name, view in prediction.views.items()
    }


def test_a_run_holds_every_sample_and_view(plates: Path, tmp_path: Path) -> None:
    report, problems = judge_plates(plates, tmp_path / "run.h5", Judge())
    assert (report.samples, report.images, report.skipped, problems) == (6, 30, 0, [])
    assert len(maps(report.run)) == 30
    assert not (tmp_path / "run.h5.parts").exists()


@pytest.mark.parametrize("stop", [1, 3, 5])
def test_a_stopped_detection_judges_only_the_rest_and_comes_to_the_same_run(
    stop: int, plates: Path, tmp_path: Path
) -> None:
    judge_plates(plates, tmp_path / "whole.h5", Judge())
    first, second, out = Judge(), Judge(), tmp_path / "run.h5"
    with pytest.raises(Cancelled):
        judge_plates(plates, out, first, ticket=StopAfter(stop))
    assert not out.exists()
    assert read_prediction(out, f"plate/test/good/{first.asked[0]}") is not None
    report, _ = judge_plates(plates, out, second)
    assert first.asked[:stop] + second.asked == ["G000", "G001", "G002", "S000", "S001", "S002"]
    assert report.images == 5 * (6 - stop)
    assert maps(out) == maps(tmp_path / "whole.h5")


def test_broken_views_are_skipped_with_their_reason_and_tried_again_later(plates: Path, tmp_path: Path) -> None:
    photo = plates / "plate/test/good/G001/east_rgb.png"
    kept = photo.read_bytes()
    photo.write_bytes(kept[:400])
    for other in (plates / "plate/test/spot/S002").glob("*_rgb.png"):
        other.write_bytes(b"no image")
    out = tmp_path / "run.h5"
    report, problems = judge_plates(plates, out, Judge())
    assert (report.images, report.skipped) == (24, 2)
    assert ["G001/east_rgb.png" in str(problems[0]), "S002" in str(problems[1])] == [True, True]
    with RunFile.open(out) as run:
        assert [(skip.sample[-4:], skip.view) for skip in run.skipped] == [("S002", ""), ("G001", "east")]
        assert "east" not in run.prediction("plate/test/good/G001").views
        assert "plate/test/spot/S002" not in run.samples
    for other in (plates / "plate/test/spot/S002").glob("*_rgb.png"):
        other.write_bytes(kept)
    again = Judge()
    judge_plates(plates, out, again, existing=Existing.EXTEND)
    assert again.asked == ["S002"]
    with RunFile.open(out) as run:
        assert [(skip.sample[-4:], skip.view) for skip in run.skipped] == [("G001", "east")]
        assert len(run.samples) == 6


def test_where_nothing_can_be_judged_there_is_no_run(plates: Path, tmp_path: Path) -> None:
    for photo in plates.glob("plate/test/*/*/*_rgb.png"):
        photo.write_bytes(b"no image")
    with pytest.raises(Problem, match=r"None of the 6 samples could be judged: .*_rgb\.png"):
        judge_plates(plates, tmp_path / "run.h5", Judge())
    assert list(tmp_path.glob("run*")) == []


def test_no_samples_are_a_problem_and_not_an_empty_run(tmp_path: Path, plates: Path) -> None:
    tree = open_dataset(plates).tree
    with pytest.raises(Problem, match="no samples to judge"):
        detect(Judge(), tree, [], out=tmp_path / "run.h5", ticket=PatientTicket())
    assert list(tmp_path.glob("run*")) == []


def _refuse(prediction: Prediction) -> Prediction:
    if prediction.sample.endswith("G001"):
        raise Problem("This part is too shiny", remedy="Dim the light")
    return prediction


def _no_number(prediction: Prediction) -> Prediction:
    if not prediction.sample.endswith("G001"):
        return prediction
    view = prediction.views["top"]
    values = np.full_like(view.heatmap.values, np.nan)
    bad = replace(view, heatmap=replace(view.heatmap, values=values))
    return replace(prediction, views={**prediction.views, "top": bad})


@pytest.mark.parametrize(("twist", "said"), [(_refuse, "too shiny"), (_no_number, "no usable heatmap")])
def test_a_sample_the_model_fails_on_does_not_end_the_run(
    twist: Twist, said: str, plates: Path, tmp_path: Path
) -> None:
    report, problems = judge_plates(plates, tmp_path / "run.h5", Judge(twist))
    assert (report.images, report.skipped, len(problems)) == (25, 1, 1)
    with RunFile.open(report.run) as run:
        assert [(skip.sample[-4:], skip.view, said in skip.why) for skip in run.skipped] == [("G001", "", True)]


def test_a_fault_in_the_model_keeps_what_was_judged(plates: Path, tmp_path: Path) -> None:
    def fault(prediction: Prediction) -> Prediction:
        if prediction.sample.endswith("S001"):
            raise ZeroDivisionError
        return prediction

    with pytest.raises(ZeroDivisionError):
        judge_plates(plates, tmp_path / "run.h5", Judge(fault))
    second = Judge()
    judge_plates(plates, tmp_path / "run.h5", second)
    assert second.asked == ["S001", "S002"]
