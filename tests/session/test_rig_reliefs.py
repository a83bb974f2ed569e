"""Depth becomes a surface where its camera saw it, cut where it steps, in the colours of the photo."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import KDTree

from pentad.core.arrays import Floats
from pentad.core.sample import Sample
from pentad.geometry.depth_maps import region_camera
from pentad.geometry.projection import ideal
from pentad.geometry.resizing import scaled
from pentad.io import rasters
from pentad.io.datasets import open_dataset
from pentad.io.tree import FileTree
from pentad.io.view_pixels import load_depth
from pentad.sdk import DepthEstimate
from pentad.sdk.testing import PatientTicket
from pentad.session.jobs import Jobs
from pentad.session.plain_lane import Inbox, PlainLanes, run_here
from pentad.session.rig_reliefs import ReliefWish, RigReliefs, relief_of, surface_kind, work_out
from pentad.session.view_state import DepthKind
from tests.helpers.gantry import RenderedPart


@pytest.fixture
def data(part: RenderedPart) -> tuple[FileTree, Sample]:
    found = open_dataset(part.folder)
    return found.tree, next(sample for sample in found.samples if sample.id == part.sample)


def true_depth(data: tuple[FileTree, Sample], view: str, part: RenderedPart) -> Floats:
    depth = load_depth(data[0], data[1].view(view), part.camera(view).size)
    assert depth is not None
    return depth


def test_a_true_relief_lies_where_the_renderer_saw_the_part(data: tuple[FileTree, Sample], part: RenderedPart) -> None:
    tree, sample = data
    camera = part.camera("front")
    relief = relief_of(tree, ReliefWish(sample.view("front"), camera, DepthKind.TRUE), still=10**6, moving=5000)
    seen = part.points("front")
    seen = seen[np.isfinite(seen).all(axis=-1)]
    apart, nearest = KDTree(seen).query(relief.still.vertices)
    assert apart.max() < 0.01
    assert len(np.unique(nearest)) > 0.9 * len(seen)
    corners = relief.still.vertices[relief.still.faces]
    depth = (corners @ camera.rig_to_camera[2, :3]) + camera.rig_to_camera[2, 3]
    footprint = depth.mean() / camera.matrix[0, 0]
    assert np.ptp(depth, axis=1).max() < 3.2 * footprint
    assert 0 < len(relief.moving.faces) <= 5000
    assert len(relief.moving_colours) == len(relief.moving.vertices)


def test_its_colours_are_the_photos(data: tuple[FileTree, Sample], part: RenderedPart) -> None:
    tree, sample = data
    view, camera = sample.view("top"), part.camera("top")
    relief = relief_of(tree, ReliefWish(view, camera, DepthKind.TRUE), still=10**6, moving=10**6)
    place = relief.still.vertices @ camera.rig_to_camera[:3, :3].T + camera.rig_to_camera[:3, 3]
    flat = place @ camera.matrix.T
    x, y = (np.rint(flat[:, k] / flat[:, 2]).astype(int) for k in (0, 1))
    photo = rasters.read_rgb(tree, view.rasters[next(iter(view.rasters))])
    assert np.array_equal(relief.still_colours, photo[y, x])
    assert relief.moving is relief.still


def test_a_generated_cut_out_lies_in_the_same_place(data: tuple[FileTree, Sample], part: RenderedPart) -> None:
    tree, sample = data
    camera, depth = part.camera("left"), true_depth(data, "left", part)
    height, width = depth.shape
    top, left, bottom, right = 40, 90, height - 30, width - 110
    region = (top / height, left / width, bottom / height, right / width)
    cut = depth[top:bottom, left:right]
    estimate = DepthEstimate(cut, np.zeros_like(cut), region, "mm")
    wish = ReliefWish(sample.view("left"), camera, DepthKind.GENERATED, estimate)
    relief = relief_of(tree, wish, still=10**6, moving=10**6)
    seen = part.points("left")[top:bottom, left:right]
    assert KDTree(seen[np.isfinite(seen).all(axis=-1)]).query(relief.still.vertices)[0].max() < 0.01


def test_a_regions_camera_sees_what_the_whole_one_sees_there(part: RenderedPart) -> None:
    camera = replace(part.camera("right"), distortion=np.array([-0.1, 0.02, 1e-3, -1e-3, 0]))
    height, width = camera.size
    half = scaled(camera, size=(height // 2, width // 2))
    same = region_camera(camera, (0, 0, 1, 1), (height // 2, width // 2))
    assert np.allclose(half.matrix, same.matrix)
    assert same.size == half.size
    cut = region_camera(camera, (60 / height, 90 / width, 180 / height, 250 / width), (240, 480))
    found = ideal(cut, np.array([0.5 * 6 - 0.5, 0.5 * 4 - 0.5]))
    across, down = 480 / 160, 240 / 120
    expected = ideal(camera, np.array([90 + (0.5 * 6 / across) - 0.5, 60 + (0.5 * 4 / down) - 0.5]))
    assert np.allclose(found, expected)


def test_depth_without_a_unit_or_without_any_is_a_problem_of_its_view(
    data: tuple[FileTree, Sample], part: RenderedPart
) -> None:
    tree, sample = data
    flat = np.ones((4, 4), np.float32)
    wishes = [
        ReliefWish(sample.view("top"), part.camera("top"), DepthKind.GENERATED,
                   DepthEstimate(flat, flat * 0, (0, 0, 1, 1), "relative")),
        ReliefWish(replace(sample.view("front"), rasters={}), part.camera("front"), DepthKind.TRUE),
        ReliefWish(sample.view("left"), part.camera("left"), DepthKind.TRUE),
    ]  # fmt: skip
    found = work_out(tree, wishes, PatientTicket())
    assert [relief.view for relief in found.found] == ["left"]
    assert set(found.problems) == {"top", "front"}


def test_the_same_wishes_are_worked_out_once(data: tuple[FileTree, Sample], part: RenderedPart) -> None:
    tree, sample = data
    inbox = Inbox()
    jobs = Jobs(PlainLanes(), inbox)
    reliefs, wish = RigReliefs(jobs), ReliefWish(sample.view("top"), part.camera("top"), DepthKind.TRUE)
    reliefs.ask(tree, sample, [wish])
    for job in jobs.unsettled:
        run_here(jobs, inbox, job)
    first = reliefs.reliefs
    assert first is not None
    reliefs.ask(tree, sample, [replace(wish, camera=wish.camera)])
    assert jobs.unsettled == ()
    reliefs.ask(tree, sample, [])
    assert reliefs.reliefs is None
    jobs.close()


def test_what_is_no_surface_shows_the_generated_one() -> None:
    assert surface_kind(DepthKind.TRUE) is DepthKind.TRUE
    assert surface_kind(DepthKind.INTEGRATED) is DepthKind.INTEGRATED
    assert surface_kind(DepthKind.SPREAD) is surface_kind(DepthKind.OFF_TRUE) is DepthKind.GENERATED
