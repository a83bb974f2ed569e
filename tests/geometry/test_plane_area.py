"""Areas on the board's plane against polygons mapped exactly and against integrals over pixels."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from pentad.core.arrays import Doubles, Labels
from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.gantry.station import gantry_rig
from pentad.geometry.plane_area import label_areas_mm2, plane_points
from pentad.geometry.projection import project

RIG = gantry_rig(768)
LENS = replace(RIG.cameras[1], distortion=np.array([-0.2, 0.1, 0.002, -0.001, 0.05]))
CAMERAS = [*RIG.cameras, LENS]


def plane_homography(camera: Camera) -> Doubles:
    """(3, 3) K [r1 r2 t]: rig millimetres (x, y, 1) on the plane z = 0 to pixels, the lens left out."""
    return np.asarray(camera.matrix @ camera.rig_to_camera[:3, [0, 1, 3]])


def polygon_area(points: Doubles) -> float:
    x, y = points[:, 0], points[:, 1]
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def by_jacobian(camera: Camera, labels: Labels, box: Box, label: int, cells: int = 8) -> float:
    """The sum over sub-pixels of |det H^-1| / w^3: the closed form of the local scale, integrated numerically."""
    back = np.linalg.inv(plane_homography(camera))
    fine = (np.arange(cells) + 0.5) / cells - 0.5
    total = 0.0
    for row, column in np.argwhere(labels == label):
        y, x = np.meshgrid(box.y0 + row + fine, box.x0 + column + fine, indexing="ij")
        w = back[2, 0] * x + back[2, 1] * y + back[2, 2]
        total += float((abs(np.linalg.det(back)) / np.abs(w) ** 3).mean())
    return total


@pytest.mark.parametrize("camera", RIG.cameras, ids=lambda camera: camera.name)
def test_a_rectangle_is_as_large_as_its_four_corners_say(camera: Camera) -> None:
    box = Box(100, 120, 330, 520)
    corners = np.array([[119.5, 99.5], [519.5, 99.5], [519.5, 329.5], [119.5, 329.5]])
    mapped = cv2.perspectiveTransform(corners[None], np.linalg.inv(plane_homography(camera)))[0]
    areas = label_areas_mm2(3 * np.ones(box.shape, np.uint8), box, camera)
    assert areas == {3: pytest.approx(polygon_area(np.asarray(mapped, np.float64)), rel=1e-10)}


@settings(max_examples=20, deadline=None)
@given(arrays(np.uint8, (6, 7), elements=st.integers(0, 2)), st.sampled_from(RIG.cameras), st.integers(0, 500))
def test_any_mask_is_as_large_as_the_integral_over_its_pixels(labels: Labels, camera: Camera, at: int) -> None:
    box = Box(at, at, at + 6, at + 7)
    areas = label_areas_mm2(labels, box, camera)
    assert set(areas) == set(np.unique(labels).tolist()) - {0}
    for label, area in areas.items():
        assert area == pytest.approx(by_jacobian(camera, labels, box, label), rel=1e-6)


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: f"{camera.name}{camera.distortion.any()}")
def test_a_disc_on_the_board_is_found_as_large_as_it_is(camera: Camera) -> None:
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    rim = project(camera, np.stack([8 * np.cos(angle), 8 * np.sin(angle), np.zeros_like(angle)], axis=1))
    labels = np.zeros(camera.size, np.uint8)
    cv2.fillPoly(labels, [np.rint(rim * 16).astype(np.int32)], 1, shift=4)
    inner = cv2.erode(labels, np.ones((3, 3), np.uint8))
    sets = (np.asarray(each, np.uint8) for each in (labels, inner))
    most, least = (label_areas_mm2(each, Box(0, 0, *camera.size), camera)[1] for each in sets)
    assert least < np.pi * 64 < most
    assert (least + most) / 2 == pytest.approx(np.pi * 64, rel=0.01)


@pytest.mark.parametrize("camera", CAMERAS, ids=lambda camera: f"{camera.name}{camera.distortion.any()}")
def test_points_of_the_plane_come_back(camera: Camera) -> None:
    places = np.random.default_rng(4).uniform(-10, 10, (50, 3)) * [1, 1, 0]
    assert np.allclose(plane_points(camera, project(camera, places)), places[:, :2], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(arrays(np.uint8, (24, 31), elements=st.integers(0, 3)), st.integers(1, 23), st.integers(1, 30))
def test_the_parts_add_up_to_the_whole(labels: Labels, y: int, x: int) -> None:
    box = Box(40, 50, 64, 81)
    whole = label_areas_mm2(labels, box, LENS)
    sums = dict.fromkeys(whole, 0.0)
    for part in (Box(0, 0, y, x), Box(0, x, y, 31), Box(y, 0, 24, x), Box(y, x, 24, 31)):
        at = Box(part.y0 + 40, part.x0 + 50, part.y1 + 40, part.x1 + 50)
        for label, area in label_areas_mm2(labels[part.slices], at, LENS).items():
            sums[label] += area
    assert sums == {label: pytest.approx(area, rel=1e-9) for label, area in whole.items()}


def test_what_does_not_look_at_the_board_has_no_area() -> None:
    pose = np.eye(4)
    pose[:3, :3] = [[1, 0, 0], [0, 0, -1], [0, 1, 0]]  # looking along the board, whose horizon is the middle row
    pose[1, 3] = 50.0
    level = Camera("level", np.array([[500.0, 0, 50], [0, 500.0, 50], [0, 0, 1]]), pose, (100, 100))
    below, across = Box(60, 10, 90, 20), Box(40, 10, 60, 20)
    assert np.isfinite(label_areas_mm2(np.ones(below.shape, np.uint8), below, level)[1])
    assert np.isnan(label_areas_mm2(np.ones(across.shape, np.uint8), across, level)[1])
