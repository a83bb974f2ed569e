"""Cross-sections of a sphere and a plane have the numbers that geometry gives them, in the right unit."""

import csv
import io
from pathlib import Path

import numpy as np
import pytest

from pentad.annotation.section_line import Line
from pentad.core.camera import Camera
from pentad.core.sample import Modality, RasterRef, View
from pentad.io.tree import open_tree
from pentad.session.pixel_scale import pixel_scale
from pentad.session.sectioning import Source, as_csv, section_of
from tests.session.test_shape_mapping import RADIUS, SIZE, sphere

MIDDLE = (SIZE - 1) / 2
LINE = Line("top", (MIDDLE, MIDDLE - 100), (MIDDLE, MIDDLE + 100))


def camera(distance: float = 200.0, focal: float = 1000.0) -> Camera:
    """Looks straight down at the board from ``distance`` mm: a pixel is distance / focal mm."""
    matrix = np.array([[focal, 0, MIDDLE], [0, focal, MIDDLE], [0, 0, 1.0]])
    pose = np.diag([1.0, -1.0, -1.0, 1.0])
    pose[2, 3] = distance
    return Camera("top", matrix, pose, (SIZE, SIZE))


def test_across_a_sphere_the_height_is_its_circle_and_the_slope_the_angle_to_its_middle() -> None:
    found = section_of(Source("S1", "top", (SIZE, SIZE), sphere()[0]), LINE, None)
    off = found.found.along - 100
    circle = np.sqrt(RADIUS**2 - off**2)
    np.testing.assert_allclose(found.found.height, circle - circle[0], atol=0.02)
    np.testing.assert_allclose(found.found.slope_deg, -np.degrees(np.arcsin(off / RADIUS)), atol=0.05)
    np.testing.assert_allclose(found.found.normals[:, 0], off / RADIUS, atol=1e-4)
    assert found.unit == "px"


def test_a_calibrated_camera_makes_millimetres_of_it_at_the_boards_distance() -> None:
    source = Source("S1", "top", (SIZE, SIZE), sphere()[0], camera=camera(), on_board=True)
    found = section_of(source, LINE, None)
    assert found.unit == "mm"
    assert found.length == pytest.approx(200 * 0.2)
    assert float(np.nanmax(found.found.height)) == pytest.approx(0.2 * (RADIUS - np.sqrt(RADIUS**2 - 100**2)), abs=0.01)
    assert "0.2 mm/px at 200 mm (board)" in found.words


def test_a_measured_depth_says_better_how_large_a_pixel_is_and_stands_beside() -> None:
    depth = np.full((SIZE, SIZE), 150.0, np.float32)
    source = Source("S1", "top", (SIZE, SIZE), sphere()[0], depth, camera(), on_board=True)
    found = section_of(source, LINE, None)
    assert found.length == pytest.approx(200 * 0.15)
    assert (found.depth == 150).all()
    assert "depth 150.00 mm" in found.words_at(0.5)


def test_normals_of_half_the_photos_size_lie_under_the_same_line() -> None:
    whole = section_of(Source("S1", "top", (SIZE, SIZE), sphere()[0]), LINE, None)
    half = section_of(Source("S1", "top", (2 * SIZE, 2 * SIZE), sphere()[0]), _doubled(LINE), doubled_source())
    assert half.length == pytest.approx(2 * whole.length)
    np.testing.assert_allclose(half.found.height, 2 * whole.found.height, atol=0.02)
    assert half.reference is not None
    np.testing.assert_allclose(half.reference.height, half.found.height, atol=1e-9)


def test_what_is_copied_can_be_read_back_and_leaves_out_what_is_not_known() -> None:
    normals = sphere()[0]
    normals[:, : int(MIDDLE) - 90] = 0
    found = section_of(Source("S1", "top", (SIZE, SIZE), normals), LINE, whole_source())
    rows = list(csv.DictReader(io.StringIO(as_csv(found))))
    assert len(rows) == len(found.found.along)
    assert rows[0]["height [px]"] == ""
    assert float(rows[100]["slope [deg]"]) == pytest.approx(found.found.slope_deg[100], abs=1e-3)
    assert "height of S2 [px]" in rows[0]
    assert "depth [mm]" not in rows[0]


def doubled_source() -> Source:
    return Source("S2", "top", (2 * SIZE, 2 * SIZE), sphere()[0])


def whole_source() -> Source:
    return Source("S2", "top", (SIZE, SIZE), sphere()[0])


def _doubled(line: Line) -> Line:
    """The same places in a photo twice as large, pixel centres at integers in both."""
    (y0, x0), (y1, x1) = line.start, line.end
    return Line(line.view, (2 * y0 + 0.5, 2 * x0 + 0.5), (2 * y1 + 0.5, 2 * x1 + 0.5))


def test_a_depth_raster_that_cannot_be_read_leaves_a_view_in_pixels(tmp_path: Path) -> None:
    (tmp_path / "top.tif").write_bytes(b"no picture")
    view = View("top", {Modality.DEPTH: RasterRef("top.tif", focal=900.0)})
    assert pixel_scale(open_tree(tmp_path), view, None, (SIZE, SIZE)) is None
