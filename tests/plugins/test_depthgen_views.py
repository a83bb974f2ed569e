"""What the depth generator is told of views and what it says of them: depth's origin, its places, its Problems."""

from dataclasses import replace

import numpy as np
import pytest

from pentad.core.arrays import Floats
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.sdk import ViewPixels
from pentad.sdk.testing import PatientTicket, RandomParts, made_up_view
from pentad_models.backbones.windows import Window
from pentad_models.depthgen.frames import cut_out, cut_values, filled
from pentad_models.depthgen.info import INFO
from pentad_models.depthgen.lessons import Desk
from pentad_models.depthgen.senses import pairs
from pentad_models.depthgen.truth import Ranges, Source, integrated, placed


def camera(size: tuple[int, int], distance: float) -> Camera:
    matrix = np.array([[400.0, 0, size[1] / 2], [0, 400, size[0] / 2], [0, 0, 1]])
    pose = np.eye(4)
    pose[2, 3] = distance
    return Camera("view0", matrix, pose, size)


def with_depth(view: ViewPixels, low: float = 240.0) -> ViewPixels:
    rows, _ = np.mgrid[: view.rgb.shape[0], : view.rgb.shape[1]]
    depth = (low + rows / 10).astype(np.float32)
    depth[:3] = np.nan
    return replace(view, depth=depth)


def test_true_depth_is_learnt_where_there_is_some_and_integrated_normals_where_not() -> None:
    view = made_up_view("view0", seed=1)
    assert Source.of("auto", with_depth(view)) == Source("true", "mm")
    assert Source.of("auto", view) == Source("normals", "relative")
    assert Source.of("auto", replace(view, camera=camera(view.size, 300.0))) == Source("normals", "mm")
    assert Source.of("normals", with_depth(view)).kind == "normals"


def test_depth_that_is_not_there_is_a_problem() -> None:
    view = made_up_view("view0", seed=1)
    bare = replace(view, normals=None)
    with pytest.raises(Problem, match="no depth"):
        Source.of("true", view)
    with pytest.raises(Problem, match="no depth to learn from"):
        Source.of("auto", bare)
    with pytest.raises(Problem, match="has no depth"):
        Source("true", "mm").depth(view, PatientTicket())
    with pytest.raises(Problem, match="has no normals"):
        Source("normals", "relative").depth(bare, PatientTicket())


def test_views_that_count_depth_in_another_unit_are_a_problem() -> None:
    view = made_up_view("view0", seed=1)
    calibrated = replace(view, camera=camera(view.size, 300.0))
    with pytest.raises(Problem, match="another unit"):
        Source("normals", "relative").depth(calibrated, PatientTicket())
    with pytest.raises(Problem, match="another unit"):
        Source("normals", "mm").depth(view, PatientTicket())


def test_integrated_normals_lie_at_the_rigs_distance() -> None:
    view = made_up_view("view0", seed=1)
    found = integrated(replace(view, camera=camera(view.size, 300.0)), PatientTicket(), unit="mm")
    assert np.nanmean(found) == pytest.approx(300, rel=1e-3)


def test_good_parts_depth_fills_most_of_the_networks_range_and_comes_back_metric() -> None:
    depth = np.linspace(230, 250, 400, dtype=np.float32).reshape(20, 20)
    ranges = Ranges.of([("top", depth), ("left", depth + 100)])
    inward = ranges.inward("top", depth)
    assert 0.7 < np.abs(inward).max() < 1
    assert np.allclose(ranges.outward("top", inward), depth, atol=1e-3)
    assert ranges.half("unknown") > ranges.half("top")


def test_a_shape_is_placed_piece_by_piece_and_stretched_where_its_unit_is_another() -> None:
    truth = np.add.outer(np.arange(6.0), np.arange(8.0) ** 1.5).astype(np.float32)
    labels = np.zeros((6, 8), np.int32)
    labels[:, :3], labels[:, 4:] = 1, 2
    shape: Floats = truth + np.where(labels == 1, 5, -7).astype(np.float32)
    shape[:, 3] = np.nan
    found = placed(shape, truth, labels)
    assert np.allclose(found[labels > 0], truth[labels > 0], atol=1e-4)
    assert np.isnan(found[:, 3]).all()
    one = np.ones((6, 8), np.int32)
    assert np.allclose(placed(truth / 3 + 2, truth, one, scaled=True), truth, atol=1e-3)


def test_what_is_filled_keeps_what_was_there_and_is_smooth_between() -> None:
    depth = np.tile(np.linspace(0, 1, 32, dtype=np.float32), (32, 1))
    valid = np.ones((32, 32), np.bool_)
    valid[8:24, 8:24] = False
    found = filled(np.where(valid, depth, 99), valid)
    assert np.array_equal(found[valid], depth[valid])
    assert found.min() >= 0
    assert found.max() <= 1
    assert np.array_equal(filled(depth, np.zeros_like(valid)), np.zeros_like(depth))


def test_a_view_is_cut_to_its_window_with_unit_normals_and_unmixed_depth() -> None:
    view = with_depth(made_up_view("view0", seed=3))
    window = Window(0.25, 0.0, 1.0, 0.5, 1, 1)
    cut = cut_out(view, window, 32)
    lengths = np.linalg.norm(cut.normals, axis=0)
    assert np.allclose(lengths[cut.seen[0] > 0], 1, atol=1e-5)
    assert np.array_equal(cut.where, cut.seen[0] > 0)
    assert view.depth is not None
    assert set(np.unique(cut_values(view.depth, window, 32))) <= set(np.unique(view.depth))


def test_without_normals_the_part_is_found_by_its_backdrop() -> None:
    rgb = np.full((80, 80, 3), 20, np.uint8)
    rgb[30:60, 30:60] = 200
    cut = cut_out(ViewPixels("top", rgb, None, (80, 80)), Window(0.0, 0.0, 1.0, 1.0, 1, 1), 80)
    assert not cut.has_normals
    assert np.array_equal(cut.where, rgb[..., 0] > 100)


@pytest.mark.parametrize("changes", [{}, {"condition": "normals"}, {"condition": "rgb"}])
def test_training_data_without_normals_is_a_problem_that_says_what_to_do(changes: dict[str, str]) -> None:
    with pytest.raises(Problem, match="no normals") as caught:
        Desk.begin(
            {**{s.key: s.default for s in INFO.settings}, **changes}, RandomParts(normals=False), PatientTicket()
        )
    assert "--set" in str(caught.value.remedy)


def test_the_settings_of_features_are_read_aspairs() -> None:
    assert pairs("preset=quick; input = 308;") == {"preset": "quick", "input": "308"}
    with pytest.raises(Problem):
        pairs("quick")
