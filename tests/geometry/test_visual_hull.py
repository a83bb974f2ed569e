"""A body carved by silhouettes projects back into them; what lies in it lies in every silhouette."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh

from pentad.core.arrays import Bools, Doubles, Image
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.visual_hull import visual_hull
from pentad.io.calibration import read_rig
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket
from tests.geometry.rigs import LENS, ball, by_opencv, looking
from tests.helpers.silhouettes import overlap

TICKET = PatientTicket()
AROUND = [(80.0, 0.0, 20.0), (0.0, 80.0, 25.0), (-60.0, -60.0, 15.0), (60.0, -50.0, 40.0), (5.0, 8.0, 90.0)]
CAMERAS = [looking(at, size=(240, 320), focal=500.0, lens=0.5 * LENS) for at in AROUND]
BOUNDS = np.array([[-20.0, -20, -20], [20, 20, 20]])


def silhouette(camera: Camera, radius: float = 15.0) -> Bools:
    return np.isfinite(DepthRaster.render(ball(radius), camera, step=1, ticket=TICKET).values)


def test_the_hull_of_a_ball_projects_back_and_holds_what_every_view_shows() -> None:
    shown = [silhouette(camera) for camera in CAMERAS]
    hull = visual_hull(shown, CAMERAS, BOUNDS, cell_mm=0.5, ticket=TICKET)
    for camera, each in zip(CAMERAS, shown, strict=True):
        back = np.isfinite(DepthRaster.render(hull, camera, step=1, ticket=TICKET).values)
        assert overlap(back, each) > 0.985
    solid = trimesh.Trimesh(hull.vertices, hull.faces, process=False)
    assert solid.volume > 0.99 * 4 / 3 * np.pi * 15**3
    places = np.random.default_rng(1).uniform(-20, 20, (150, 3))
    margin = np.array([deepest(place, shown) for place in places])
    for place, depth in zip(places, margin, strict=True):
        if abs(depth) > 4:
            assert hull.surrounds(place) == (depth > 0)
    assert 10 < (margin > 4).sum() < 140


def deepest(place: Doubles, shown: list[Bools]) -> float:
    """Pixels to the nearest silhouette's edge, negative outside one; views that do not show the place say nothing."""
    found = np.inf
    for camera, each in zip(CAMERAS, shown, strict=True):
        y, x = np.rint(by_opencv(camera, place[None])[0]).astype(int)
        if 0 <= y < each.shape[0] and 0 <= x < each.shape[1]:
            within = cv2.distanceTransform(each.astype(np.uint8), cv2.DIST_L2, 5)[y, x]
            without = cv2.distanceTransform(1 - each.astype(np.uint8), cv2.DIST_L2, 5)[y, x]
            found = min(found, float(within - without))
    return found


def test_silhouettes_that_do_not_fit_are_refused() -> None:
    shown = [silhouette(camera) for camera in CAMERAS[:2]]
    with pytest.raises(Problem, match="needs its camera"):
        visual_hull(shown, CAMERAS, BOUNDS, cell_mm=1.0, ticket=TICKET)
    with pytest.raises(Problem, match="another size"):
        visual_hull([shown[0], shown[1][1:]], CAMERAS[:2], BOUNDS, cell_mm=1.0, ticket=TICKET)
    with pytest.raises(Problem, match="no body in common"):
        visual_hull([shown[0], shown[1] & False], CAMERAS[:2], 0.5 * BOUNDS, cell_mm=1.0, ticket=TICKET)
    for bounds, cell in ((BOUNDS[::-1], 1.0), (BOUNDS * np.nan, 1.0), (BOUNDS, 0.0), (BOUNDS[0], 1.0)):
        with pytest.raises(Problem, match="hold nothing"):
            visual_hull(shown, CAMERAS[:2], bounds, cell_mm=cell, ticket=TICKET)
    with pytest.raises(Problem, match="too fine"):
        visual_hull(shown, CAMERAS[:2], BOUNDS, cell_mm=0.01, ticket=TICKET)
    with pytest.raises(Cancelled):
        visual_hull(shown, CAMERAS[:2], BOUNDS, cell_mm=1.0, ticket=ImpatientTicket(0))


def bright_body(photo: Image) -> Bools:
    """The largest bright thing before a dark background, its outline filled."""
    bright = cv2.morphologyEx((photo > 55).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(np.asarray(bright, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = np.zeros(photo.shape, np.uint8)
    cv2.drawContours(filled, [max(outlines, key=cv2.contourArea)], -1, 1, -1)
    return filled > 0


@pytest.mark.data
def test_the_hull_of_the_temple_projects_back_into_its_silhouettes(real_data: Path) -> None:
    folder = real_data / "multiview" / "templeSparseRing"
    cameras = read_rig(folder / "templeSR_par.txt", scale=1000.0).rig.cameras
    photos = [cv2.imread(str(folder / f"{camera.name}.png"), cv2.IMREAD_GRAYSCALE) for camera in cameras]
    shown = [bright_body(np.asarray(photo)) for photo in photos]
    # The tight box that comes with the data, its floor left open by the margin.
    bounds = np.array([[-73.568, 21.728, -12.445], [28.855, 181.892, 62.736]]) + np.array([[-15.0], [15.0]])
    hull = visual_hull(shown, cameras, bounds, cell_mm=0.7, ticket=TICKET)
    found = [
        overlap(np.isfinite(DepthRaster.render(hull, camera, step=1, ticket=TICKET).values), each)
        for camera, each in zip(cameras, shown, strict=True)
    ]
    print(f"\ntempleSparseRing: IoU {min(found):.3f} to {max(found):.3f}, mean {np.mean(found):.3f}")
    assert min(found) >= 0.97
