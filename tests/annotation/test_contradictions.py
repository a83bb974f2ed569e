"""Where views of a cube contradict each other, against what geometry in closed form says of it."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import trimesh

from pentad.annotation.contradictions import Contradiction, MarkedView, contradictions, regions
from pentad.core.arrays import Doubles, Labels
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.heatmap import Heatmap
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.footprint import footprints
from pentad.geometry.projection import project
from pentad.geometry.surface import Surface
from pentad.sdk.testing import PatientTicket
from tests.helpers.looking import looking_from

SIDE_MM = 40.0
SIZE = (300, 400)
_MESH = trimesh.creation.box((SIDE_MM,) * 3)
CUBE = Surface.of(_MESH.vertices, _MESH.faces)
VIEWS: dict[str, tuple[float, float, float]] = {
    "top": (5, 4, 200),
    "tilted": (120, 10, 160),
    "other": (-110, 30, 170),
    "below": (3, 5, -200),
}


def camera(name: str) -> Camera:
    """A pinhole at a place of VIEWS that looks at the cube's middle."""
    matrix = np.array([[900.0, 0, 199.5], [0, 900.0, 149.5], [0, 0, 1]])
    return Camera(name, matrix, looking_from(VIEWS[name], up=(0.3, 1.0, 0.1)), SIZE, np.zeros(5))


def square(view: Camera, low: float, high: float, label: int = 1) -> Labels:
    """The pixels that look at low <= x, y < high on the cube's upper side, found by their own rays, one by one."""
    labels = np.zeros(SIZE, np.uint8)
    y, x = np.indices(SIZE)
    ways = np.stack([x, y, np.ones(SIZE)], axis=-1) @ np.linalg.inv(view.matrix).T @ view.rig_to_camera[:3, :3]
    along = (SIDE_MM / 2 - view.centre[2]) / ways[..., 2]
    points = view.centre + ways * along[..., None]
    inside = ((points[..., :2] >= low) & (points[..., :2] < high)).all(axis=-1) & (view.centre[2] > SIDE_MM / 2)
    labels[inside] = label
    return labels


def found(marks: dict[str, Labels]) -> list[Contradiction]:
    views = []
    for name in VIEWS:
        depth = DepthRaster.render(CUBE, camera(name), step=1, ticket=PatientTicket())
        views.append(MarkedView(name, camera(name), depth, marks.get(name)))
    return contradictions("part", views, CUBE, tolerance_mm=0.2, ticket=PatientTicket())


def everywhere(low: float, high: float, label: int = 1) -> dict[str, Labels]:
    return {name: square(camera(name), low, high, label) for name in VIEWS}


def centre_of(one: Contradiction) -> Doubles:
    box = one.where
    return np.array([(box.y0 + box.y1 - 1) / 2, (box.x0 + box.x1 - 1) / 2])


def test_marks_that_agree_contradict_nobody_and_what_is_hidden_is_not_asked_for() -> None:
    assert found(everywhere(-6, 8)) == []
    assert found({}) == []


@pytest.mark.parametrize(("low", "high", "step"), [(-6.0, 8.0, 1), (-17.0, 18.0, 2)])
def test_a_view_that_lacks_the_marks_is_named_once_with_the_place_and_its_area(
    low: float, high: float, step: int
) -> None:
    """A place of 20,000 pixels and more is compared by larger cells."""
    marks = everywhere(low, high)
    del marks["tilted"]
    (one,) = found(marks)
    assert (one.to_view, one.label, one.marked_as) == ("tilted", 1, 0)
    assert {one.from_view, *one.also_from} == {"top", "other"}
    truth = square(camera("tilted"), low, high)
    assert one.step == step
    rows, columns = np.nonzero(truth)
    box = np.array([rows.min(), columns.min(), rows.max() + 1, columns.max() + 1])
    assert np.abs(box - (one.where.y0, one.where.x0, one.where.y1, one.where.x1)).max() <= 2 * one.step
    assert one.visible_area_px == pytest.approx(np.count_nonzero(truth), rel=0.03)
    assert one.visible_area_mm2 == pytest.approx((high - low) ** 2, rel=0.03)
    assert one.weight == 2 * one.visible_area_px  # two views say so


def test_what_only_one_view_marks_is_asked_of_every_view_that_sees_it_the_largest_first() -> None:
    marks = {"top": square(camera("top"), -6, 8)}
    marks["top"] |= square(camera("top"), 14, 17, label=2)
    queue = found(marks)
    assert [one.label for one in queue] == [1, 1, 2, 2]
    assert {(one.to_view, one.label) for one in queue} == {(v, n) for v in ("tilted", "other") for n in (1, 2)}
    assert [one.weight for one in queue] == sorted((one.weight for one in queue), reverse=True)


def test_another_class_in_the_same_place_is_said() -> None:
    marks = everywhere(-6, 8)
    marks["other"] = square(camera("other"), -6, 8, label=3)
    queue = found(marks)
    assert ("other", 1, 3) in {(one.to_view, one.label, one.marked_as) for one in queue}
    assert ("top", 3, 1) in {(one.to_view, one.label, one.marked_as) for one in queue}


def test_marks_a_little_off_agree_still_and_marks_elsewhere_do_not() -> None:
    marks = everywhere(-6, 8)
    marks["top"] = square(camera("top"), -5.5, 8.5)
    assert found(marks) == []
    marks["top"] = square(camera("top"), -20, -12)
    queue = found(marks)
    assert {one.to_view for one in queue} == {"top", "tilted", "other"}


def test_something_missing_in_the_air_is_agreed_on_by_rays_that_meet() -> None:
    missing = trimesh.creation.box((8, 8, 12))
    missing.apply_translation((0, 0, SIDE_MM / 2 - 6))
    hollow = trimesh.creation.box((SIDE_MM, SIDE_MM, 10)).apply_translation((0, 0, -SIDE_MM / 2 + 5))
    frame = trimesh.creation.box((2, 2, 30)).apply_translation((18, 18, 5))
    corners = np.concatenate([hollow.vertices, frame.vertices])
    part = Surface.of(corners, np.concatenate([hollow.faces, frame.faces + len(hollow.vertices)]))
    views = []
    for name in ("top", "tilted", "other"):
        outline = np.rint(project(camera(name), missing.vertices)).astype(np.int32)
        labels = np.zeros(SIZE, np.uint8)
        cv2.fillConvexPoly(labels, cv2.convexHull(outline), 1)
        depth = DepthRaster.render(part, camera(name), step=1, ticket=PatientTicket())
        views.append(MarkedView(name, camera(name), depth, labels))
    without = [*views[:2], replace(views[2], labels=None)]
    assert contradictions("part", views, part, tolerance_mm=0.2, ticket=PatientTicket()) == []
    asked = contradictions("part", without, part, tolerance_mm=0.2, ticket=PatientTicket())
    assert {one.to_view for one in asked} == {"other"}


def test_heat_in_the_place_moves_it_up_the_queue() -> None:
    (one,) = [one for one in found({"top": square(camera("top"), -6, 8)}) if one.to_view == "tilted"]
    values = np.zeros((30, 40), np.float32)
    middle = (centre_of(one) / 10).astype(int)
    values[middle[0], middle[1]] = 3.0
    hot = one.with_heat(Heatmap(values, 1.0, 5.0))
    assert hot.heat_max == 3.0
    assert hot.heat_rank == 0.5
    assert hot.heat_mean is not None
    assert 0 < hot.heat_mean < 3.0
    assert hot.weight == 3 * one.weight
    assert hot.with_heat(None).weight == one.weight == one.visible_area_px


def test_regions_are_the_islands_of_each_class_the_largest_first_and_specks_are_none() -> None:
    labels = np.zeros((50, 60), np.uint8)
    labels[5:10, 5:10], labels[20:40, 20:30], labels[0, 0], labels[10:14, 10:14] = 1, 1, 1, 2
    assert [(label, patch.box) for label, patch in regions(labels)] == [
        (1, Box(20, 20, 40, 30)),
        (1, Box(5, 5, 10, 10)),
        (2, Box(10, 10, 14, 14)),
    ]
    assert list(regions(None)) == list(regions(np.zeros((4, 4), np.uint8))) == []


def test_a_pixels_place_on_a_slanting_plane_is_as_large_as_the_formula_says() -> None:
    view = camera("tilted")
    pixel = project(view, [3.0, -2.0, SIDE_MM / 2])[::-1]
    away = np.array([3.0, -2.0, SIDE_MM / 2]) - view.centre
    z = float(view.rig_to_camera[2, :3] @ away)
    # A pixel's solid angle by its depth and its focal lengths, over the cosine of the surface's slant.
    expected = z**3 / 900.0**2 / abs(away[2])
    assert footprints(view, CUBE, pixel[None]) == pytest.approx(expected, rel=1e-3)
    assert np.isnan(footprints(view, CUBE, np.array([[0.0, 0.0]]))).all()
