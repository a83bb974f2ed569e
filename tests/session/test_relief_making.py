"""A region of a sphere's normals becomes the sphere's cap, in the right unit, with the photo's colours on it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from pentad.core.box import Box
from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Sample, Split, View
from pentad.geometry.integration.relief import Method
from pentad.io.tree import FileTree, open_tree
from pentad.sdk.testing import PatientTicket
from pentad.session import relief_making
from pentad.session.relief_making import Patch, Region, height_range, make_patch
from tests.session.test_sectioning import camera
from tests.session.test_shape_mapping import RADIUS, SIZE, sphere

BOX = Box(90, 100, 211, 201)


@pytest.fixture
def tree(tmp_path: Path) -> FileTree:
    """A sphere's normals, and a photo that is red above the middle and green below."""
    np.save(tmp_path / "n.npy", sphere()[0])
    photo = np.zeros((SIZE, SIZE, 3), np.uint8)
    photo[: SIZE // 2, :, 2] = 200
    photo[SIZE // 2 :, :, 1] = 200
    cv2.imwrite(str(tmp_path / "p.png"), photo)
    return open_tree(tmp_path)


def sample() -> Sample:
    normals = RasterRef("n.npy", encoding=NormalEncoding.FLOAT_OPENGL)
    view = View("top", {Modality.RGB: RasterRef("p.png"), Modality.NORMAL: normals})
    return Sample("ball/S1", "ball", Split.TEST, None, (view,))


def made(tree: FileTree, method: Method = "dct", *, calibrated: bool = False, box: Box = BOX) -> Patch:
    part = sample()
    region = Region(part, part.view("top"), box, method)
    return make_patch(tree, region, camera() if calibrated else None, None, None, PatientTicket())[0]


@pytest.mark.parametrize("method", ["dct", "bilateral"])
def test_it_is_the_spheres_cap_bulging_to_the_eye(tree: FileTree, method: Method) -> None:
    patch = made(tree, method)
    x, y, z = patch.still.vertices.astype(float).T
    # The box's middle is the sphere's; heights are to their middle.
    true = np.sqrt(RADIUS**2 - x**2 - y**2)
    assert np.abs(z - z.mean() - (true - true.mean())).max() < 0.5
    assert patch.unit == "px"
    assert "101 x 121 px" in patch.words


def test_a_calibrated_camera_makes_millimetres_of_it(tree: FileTree) -> None:
    patch, in_pixels = made(tree, calibrated=True), made(tree)
    np.testing.assert_allclose(patch.still.vertices, 0.2 * in_pixels.still.vertices, atol=1e-4)
    assert patch.unit == "mm"
    assert "20.20 x 24.20 mm" in patch.words


def test_the_photo_lies_on_it_the_right_way_up(tree: FileTree) -> None:
    patch = made(tree)
    upper, lower = (patch.still_colours[side * patch.still.vertices[:, 1] > 3] for side in (1, -1))
    assert (upper == [200, 0, 0]).all()
    assert (lower == [0, 200, 0]).all()


def test_front_faces_look_to_the_eye(tree: FileTree) -> None:
    triangles = made(tree).still
    a, b, c = (triangles.vertices[triangles.faces[:, corner]] for corner in range(3))
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()


def test_heights_can_be_drawn_higher_and_level(tree: FileTree) -> None:
    patch = made(tree, box=Box(90, 150, 211, 261))
    low, high = height_range(patch.drawable(times=1, level=False).still)
    assert np.ptp(height_range(patch.drawable(times=3, level=False).still)) == pytest.approx(3 * (high - low), rel=1e-5)
    level = patch.drawable(times=1, level=True).still.vertices.astype(float)
    plane = np.linalg.lstsq(np.c_[level[:, :2], np.ones(len(level))], level[:, 2], rcond=None)[0]
    assert np.abs(plane).max() < 1e-3


def test_a_large_region_is_taken_coarser_and_says_so(tree: FileTree, monkeypatch: pytest.MonkeyPatch) -> None:
    fine = made(tree)
    monkeypatch.setitem(relief_making.MOST, "dct", 3_500)
    patch = made(tree)
    assert "each 2 x 2 px taken as one" in patch.words
    assert len(patch.still.vertices) < len(fine.still.vertices) / 3
    assert np.ptp(height_range(patch.still)) == pytest.approx(np.ptp(height_range(fine.still)), rel=0.05)


def test_only_what_is_marked_is_made(tree: FileTree) -> None:
    part = sample()
    labels = np.zeros(BOX.shape, np.uint8)
    labels[20:60, 30:70] = 3
    region = Region(part, part.view("top"), BOX, "dct")
    patch = make_patch(tree, region, None, None, labels, PatientTicket())[0]
    assert len(patch.still.vertices) == 1600


def test_a_region_beside_the_part_is_refused_in_words(tree: FileTree) -> None:
    for box, why in ((Box(0, 0, 9, 9), "no normals"), (Box(900, 900, 950, 950), "beside the image")):
        with pytest.raises(Problem, match=why):
            made(tree, box=box)
