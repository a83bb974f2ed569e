"""What is drawn of depth is what was measured or made, and what there is none of says how to get it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from pentad.core.problem import Problem
from pentad.io.view_pixels import load_view
from pentad.session.depth_maps import DepthMap
from pentad.session.modelling import start_training
from pentad.session.view_state import DepthKind
from tests.helpers.depth_model import FAR_MM, RELIEF_MM, depth_models, depth_of_grey, drawn
from tests.helpers.gantry import RenderedPart
from tests.helpers.tiny_dataset import VIEWS
from tests.helpers.workroom import Workroom, open_workroom


@pytest.fixture
def studio(plates: Path) -> Iterator[Workroom]:
    """A spotted plate is on screen, and the depth of grey can be made."""
    with open_workroom(depth_models()) as room:
        room.open(plates)
        room.result(start_training(room.session, "grey"))
        room.session.open(room.sample("S000").id)
        yield room


def make(room: Workroom, *, samples: int = 1) -> None:
    depths = room.session.depths
    depths.options.set("samples", samples)
    job = depths.make(depths.models()[0])
    assert job is not None
    room.result(job)


def shown(room: Workroom, view: str, kind: DepthKind) -> DepthMap | Problem | None:
    """What the view shows of depth, once it is there."""
    room.session.view_state.set(depth=kind)
    room.session.depth_maps.show(room.session.current, VIEWS)
    room.settle()
    return room.session.depth_maps.shown(view)


def test_what_there_is_none_of_says_how_to_get_it(studio: Workroom) -> None:
    assert not studio.session.depth_maps.offered(studio.sample("S000"), "top")
    found = shown(studio, "top", DepthKind.GENERATED)
    assert isinstance(found, Problem)
    assert "Make depth" in found.remedy


def test_generated_depth_and_its_spread_are_the_models_own_values(studio: Workroom) -> None:
    make(studio, samples=3)
    pixels = load_view(studio.project.tree, studio.sample("S000").view("top"), 128)
    each = np.stack([drawn(pixels, seed) for seed in range(3)])
    found = shown(studio, "top", DepthKind.GENERATED)
    assert isinstance(found, DepthMap)
    assert np.allclose(found.pyramid.levels[0], each.mean(axis=0), atol=1e-3)
    assert found.unit == "mm"
    assert FAR_MM - RELIEF_MM < found.low < found.high < FAR_MM
    spread = shown(studio, "top", DepthKind.SPREAD)
    assert isinstance(spread, DepthMap)
    assert np.allclose(spread.pyramid.levels[0], each.std(axis=0), atol=1e-3)
    assert spread.low == 0
    off = shown(studio, "top", DepthKind.OFF_INTEGRATED)
    assert isinstance(off, DepthMap)
    assert np.allclose(off.pyramid.levels[0], each.mean(axis=0) - depth_of_grey(pixels) - 1, atol=1e-3)
    assert off.low == -off.high
    for kind in (DepthKind.TRUE, DepthKind.OFF_TRUE):
        missing = shown(studio, "top", kind)
        assert isinstance(missing, Problem)
        assert "no depth of this view" in str(missing)


def test_another_depth_of_the_sample_takes_the_place_of_the_last(studio: Workroom) -> None:
    make(studio)
    first = shown(studio, "east", DepthKind.GENERATED)
    studio.session.depths.options.set("seed", 9)
    make(studio)
    second = shown(studio, "east", DepthKind.GENERATED)
    assert isinstance(first, DepthMap)
    assert isinstance(second, DepthMap)
    assert not np.array_equal(first.pyramid.levels[0], second.pyramid.levels[0])
    studio.session.depths.choose(studio.session.depths.files[0])
    again = shown(studio, "east", DepthKind.GENERATED)
    assert isinstance(again, DepthMap)
    assert np.array_equal(first.pyramid.levels[0], again.pyramid.levels[0])


def test_the_data_sets_own_depth_shows_without_any_model(part: RenderedPart) -> None:
    with open_workroom(depth_models()) as room:
        room.open(part.folder)
        room.session.depth_maps.show(room.session.current, ["top"])
        room.settle()
        found = room.session.depth_maps.shown("top")
        assert isinstance(found, DepthMap)
        assert found.kind is DepthKind.TRUE
        place = part.camera("top").rig_to_camera
        expected = (part.points("top") @ place[:3, :3].T + place[:3, 3])[..., 2]
        assert np.allclose(found.pyramid.levels[0], expected, atol=1e-2, equal_nan=True)
        y, x = np.argwhere(np.isfinite(expected))[500].tolist()
        assert found.words_at(y, x) == f"true {expected[y, x]:.2f} mm"
        assert found.words_at(0, 0) == ""


def test_a_depth_that_cannot_be_read_says_why_and_is_tried_again(part: RenderedPart, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(part.folder, folder)
    file = folder / part.sample / "truth" / "top_depth.png"
    good = file.read_bytes()
    file.write_bytes(b"nonsense")
    with open_workroom(depth_models()) as room:
        room.open(folder)
        room.session.depth_maps.show(room.session.current, ["top"])
        room.settle()
        assert isinstance(room.session.depth_maps.shown("top"), Problem)
        file.write_bytes(good)
        room.session.depth_maps.show(None, ())
        room.session.depth_maps.show(room.session.current, ["top"])
        room.settle()
        assert isinstance(room.session.depth_maps.shown("top"), DepthMap)
