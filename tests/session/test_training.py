"""A model learns from the good training parts of one category, whatever lies beside them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.io.datasets import Dataset, open_dataset
from pentad.sdk import Ticket, TrainingReport, TrainingSet
from pentad.sdk.testing import PatientTicket
from pentad.session.training import train, training_samples
from tests.helpers.tiny_dataset import VIEWS


class Reader:
    """A trainer that notes what it was given."""

    longest_side = 64

    def __init__(self) -> None:
        self.seen: list[tuple[str, tuple[int, ...]]] = []
        self.means: list[float] = []

    def train(self, data: TrainingSet, folder: Path, ticket: Ticket) -> TrainingReport:
        for index in range(len(data)):
            view = data[index]
            self.seen.append((view.view, view.rgb.shape))
            self.means.append(float(view.rgb.mean()))
        return TrainingReport("reader", "none", 1, (), 0.0, 0)


def learn(plates: Path, trainer: Reader, folder: Path) -> list[Problem]:
    found, problems = open_dataset(plates), list[Problem]()
    samples = training_samples(found.samples, None)
    train(trainer, found.tree, samples, folder=folder, ticket=PatientTicket(), noticed=problems.append)
    return problems


def two_categories(plates: Path) -> Dataset:
    shutil.copytree(plates / "plate", plates / "lid")
    return open_dataset(plates)


def ids(samples: list[Sample]) -> Mapping[str, int]:
    return {sample.id: len(sample.views) for sample in samples}


def test_only_good_parts_of_the_train_split_are_learnt(plates: Path, tmp_path: Path) -> None:
    shutil.copytree(plates / "plate/test/spot/S000", plates / "plate/train/spot/S000")
    chosen = training_samples(open_dataset(plates).samples, None)
    assert ids(chosen) == {f"plate/train/good/T{number:03d}": 5 for number in range(4)}
    trainer = Reader()
    assert learn(plates, trainer, tmp_path / "model") == []
    assert trainer.seen == [(view, (48, 64, 3)) for _ in range(4) for view in VIEWS]


def test_several_categories_have_to_be_told_apart(plates: Path) -> None:
    samples = two_categories(plates).samples
    with pytest.raises(Problem, match="several categories") as caught:
        training_samples(samples, None)
    assert "lid, plate" in caught.value.remedy
    assert {sample.category for sample in training_samples(samples, "lid")} == {"lid"}
    with pytest.raises(Problem, match="no category 'nut'") as caught:
        training_samples(samples, "nut")
    assert "lid, plate" in caught.value.remedy


def test_a_category_without_good_training_parts_is_a_problem(plates: Path) -> None:
    shutil.rmtree(plates / "plate/train")
    with pytest.raises(Problem, match="'plate' has no good training samples"):
        training_samples(open_dataset(plates).samples, None)


def test_in_place_of_a_broken_view_comes_the_next_part_s_view_of_the_same_camera(plates: Path, tmp_path: Path) -> None:
    whole, damaged = Reader(), Reader()
    learn(plates, whole, tmp_path / "whole")
    photo = plates / "plate/train/good/T003/north_rgb.png"
    photo.write_bytes(photo.read_bytes()[:300])
    problems = learn(plates, damaged, tmp_path / "damaged")
    assert ["T003/north_rgb.png" in str(problem) for problem in problems] == [True]
    assert damaged.seen == whole.seen
    assert damaged.means == [*whole.means[:16], whole.means[1], *whole.means[17:]]


def test_where_no_view_can_be_read_nothing_is_learnt(plates: Path, tmp_path: Path) -> None:
    for photo in plates.glob("plate/train/good/*/*_rgb.png"):
        photo.write_bytes(b"not an image")
    with pytest.raises(Problem, match=r"No view of 'plate' can be read: .*T000/top_rgb\.png"):
        learn(plates, Reader(), tmp_path / "model")


def test_a_file_in_the_models_place_is_a_problem(plates: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Problem, match="could not be written"):
        learn(plates, Reader(), tmp_path / "file/model")
