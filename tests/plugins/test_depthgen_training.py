"""A depth generator is trained in stages, told of while it lasts, and then makes depth that can be made again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from pentad.core.problem import Problem
from pentad.sdk import Request, TrainingNews, Value, ViewPixels
from pentad.sdk.depth import DepthMade, DepthMaker, DepthWish
from pentad.sdk.testing import PatientTicket, RandomParts, made_up_view
from pentad_models.depthgen import MODEL
from pentad_models.depthgen.predictor import DepthgenPredictor
from tests.plugins.small import small_depthgen

DISTANCE = 250.0


@dataclass
class Hearing(PatientTicket):
    """A ticket that keeps the news."""

    news: list[TrainingNews] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def hear(self, news: TrainingNews) -> None:
        self.news.append(news)


class DeepParts(RandomParts):
    """Good views with a true depth that says where their normals point."""

    def __getitem__(self, index: int) -> ViewPixels:
        return deep_view(f"view{index % 5}", seed=index, normals=self._normals)


def deep_view(name: str, *, seed: int, normals: bool = True) -> ViewPixels:
    view = made_up_view(name, seed=seed, normals=normals)
    y, x = np.mgrid[: view.rgb.shape[0], : view.rgb.shape[1]] / 20.0
    depth = (DISTANCE + 8 * np.sin(x + seed) - 8 * np.cos(y)).astype(np.float32)
    depth[:5, :5] = np.nan
    return replace(view, depth=depth)


def request(*, normals: bool = True) -> Request:
    return Request("part", tuple(made_up_view(f"view{k}", seed=100 + k, normals=normals) for k in range(2)))


def learnt(folder: Path, settings: Mapping[str, Value], ticket: PatientTicket | None = None) -> DepthgenPredictor:
    MODEL.trainer(settings).train(DeepParts(), folder, ticket or PatientTicket())
    return DepthgenPredictor.load(folder)


@pytest.fixture(scope="module")
def heard() -> Hearing:
    return Hearing()


@pytest.fixture(scope="module")
def folder(tiny: str, heard: Hearing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("depthgen") / "model"
    learnt(folder, small_depthgen(tiny), heard)
    return folder


@pytest.fixture(scope="module")
def predictor(folder: Path) -> DepthgenPredictor:
    return DepthgenPredictor.load(folder)


def same(one: DepthMade, other: DepthMade) -> bool:
    pairs = [(view, other.views[name]) for name, view in one.views.items()]
    return all(a.depth.tobytes() == b.depth.tobytes() and a.spread.tobytes() == b.spread.tobytes() for a, b in pairs)


def test_depth_is_metric_where_the_training_was_and_lies_where_the_part_does(predictor: DepthgenPredictor) -> None:
    assert isinstance(predictor, DepthMaker)
    made = predictor.make_depth(request(), DepthWish(seed=3, samples=3), PatientTicket())
    assert (made.seed, made.samples, made.steps) == (3, 3, 2)
    for view in made.views.values():
        assert view.unit == "mm"
        assert view.depth.shape == view.spread.shape == (32, 32)
        assert DISTANCE - 80 < np.nanmean(view.depth) < DISTANCE + 80
        assert np.nanmin(view.spread) >= 0
        assert np.nanmax(view.spread) > 0
        assert view.integrated is not None
        assert np.array_equal(np.isnan(view.depth), np.isnan(view.spread))


def test_the_same_wish_gives_the_same_bytes(predictor: DepthgenPredictor, folder: Path) -> None:
    wish = DepthWish(seed=5, samples=2, steps=3)
    made = predictor.make_depth(request(), wish, PatientTicket())
    assert same(made, predictor.make_depth(request(), wish, PatientTicket()))
    assert same(made, DepthgenPredictor.load(folder).make_depth(request(), wish, PatientTicket()))
    assert not same(made, predictor.make_depth(request(), replace(wish, seed=6), PatientTicket()))


def test_a_single_sample_has_no_spread(predictor: DepthgenPredictor) -> None:
    made = predictor.make_depth(request(), DepthWish(), PatientTicket())
    assert all(np.nanmax(view.spread) == 0 for view in made.views.values())


def test_depth_is_made_without_normals_where_that_was_practised(predictor: DepthgenPredictor) -> None:
    made = predictor.make_depth(request(normals=False), DepthWish(), PatientTicket())
    assert all(np.isfinite(view.depth).any() and view.integrated is None for view in made.views.values())
    with pytest.raises(Problem, match="no normals"):
        predictor.predict(request(normals=False), PatientTicket())


def test_the_stages_tell_their_losses_and_show_what_they_make(folder: Path, heard: Hearing) -> None:
    assert folder.is_dir()
    stages = list(dict.fromkeys(news.stage for news in heard.news))
    assert stages == ["Reconstruction", "Autoencoder", "Diffusion", "Decoder"]
    last = [news for news in heard.news if news.stage == "Diffusion"][-1]
    assert last.step == last.steps
    assert [shown.title for shown in last.maps] == ["generated depth", "true depth"]
    assert all(np.isfinite(value) for news in heard.news for value in news.losses.values())


def test_features_and_autoencoder_are_taken_over(folder: Path, tiny: str, tmp_path: Path) -> None:
    ticket = Hearing()
    own: dict[str, Value] = {
        "features": str(folder / "features"),
        "autoencoder": str(folder),
        "condition": "normals",
        "deviation": "reference",
        "finetune_steps": 0,
        "dropout": 0.0,
    }
    predictor = learnt(tmp_path / "second", {**small_depthgen(tiny), **own}, ticket)
    assert {news.stage for news in ticket.news} == {"Diffusion"}
    judged = predictor.predict(request(), PatientTicket())
    assert list(judged.views) == ["view0", "view1"]
    with pytest.raises(Problem, match="no reference depth"):
        predictor.predict(Request("part", (made_up_view("another", seed=1),)), PatientTicket())
    with pytest.raises(Problem, match="no normals"):
        predictor.make_depth(request(normals=False), DepthWish(), PatientTicket())


def test_an_autoencoder_of_another_size_is_a_problem(folder: Path, tiny: str, tmp_path: Path) -> None:
    shared: dict[str, Value] = {"features": str(folder / "features"), "autoencoder": str(folder)}
    with pytest.raises(Problem, match="does not fit"):
        learnt(tmp_path / "wide", {**small_depthgen(tiny), **shared, "coder_width": 16})


def test_features_that_are_no_model_are_a_problem(tiny: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no trained model"):
        learnt(tmp_path / "none", {**small_depthgen(tiny), "features": str(tmp_path / "nowhere")})


def test_without_a_camera_normals_teach_relative_depth_even_to_colour_alone(tiny: str, tmp_path: Path) -> None:
    own: dict[str, Value] = {"depth": "normals", "condition": "rgb", "finetune_steps": 0}
    settings = {**small_depthgen(tiny), **own}
    made = learnt(tmp_path / "relative", settings).make_depth(request(), DepthWish(), PatientTicket())
    assert {view.unit for view in made.views.values()} == {"relative"}
