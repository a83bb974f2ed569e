"""Where a data set says how far away things are, its points stand in the rig, on the part."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from pentad.core.sample import Modality
from pentad.gantry.station import VIEWS, gantry_rig
from pentad.io.datasets import open_dataset
from pentad.sdk.testing import PatientTicket
from pentad.session.rig_points import Cloud, RigPoints, read_cloud
from tests.helpers.gantry import render_part
from tests.helpers.layouts import WRITERS
from tests.helpers.workroom import open_workroom

SIZE = 240


@pytest.fixture(scope="module")
def gantry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_part(tmp_path_factory.mktemp("gantry"), family="pin_connector", size=SIZE).folder


def cloud_of(folder: Path, *, most: int = 50_000, rig: bool = False) -> Cloud:
    dataset = open_dataset(folder)
    cameras = {camera.name: camera for camera in gantry_rig(SIZE).cameras} if rig else {}
    return read_cloud(dataset.tree, dataset.samples[0], cameras, ticket=PatientTicket(), most=most)


def test_the_points_of_all_five_views_lie_on_the_part(gantry: Path) -> None:
    cloud = cloud_of(gantry, rig=True)
    assert cloud.views == VIEWS
    assert cloud.placed
    assert not cloud.problems
    assert cloud.points is not None
    assert 5000 < len(cloud.points.places) <= 50_000
    part = trimesh.load(next(gantry.rglob("part.stl")), force="mesh")
    _, away, _ = trimesh.proximity.closest_point(part, cloud.points.places[:500])
    assert away.max() < 0.01
    assert (cloud.points.colours.max(axis=0) > 100).all()


def test_a_damaged_raster_is_told_of_and_the_other_views_are_there(gantry: Path) -> None:
    file = next(gantry.rglob("right_depth.png"))
    whole = file.read_bytes()
    file.write_bytes(whole[:200])
    cloud = cloud_of(gantry, rig=True)
    file.write_bytes(whole)
    assert list(cloud.problems) == ["right"]
    assert set(cloud.views) == set(VIEWS) - {"right"}


@pytest.mark.parametrize(("layout", "rows"), [("mvtec3d", 11), ("realiad_d3", 11), ("eyecandies", 11)])
def test_public_layouts_without_a_rig_show_what_their_sensor_saw(layout: str, rows: int, tmp_path: Path) -> None:
    WRITERS[layout](tmp_path)
    cloud = cloud_of(tmp_path)
    assert not cloud.placed
    assert cloud.points is not None
    assert len(cloud.points.places) == rows * 16
    assert abs(float(np.median(cloud.points.places[:, 2]))) < 1e-3
    assert not cloud.hardly_mm


def test_points_come_when_they_are_asked_for_once_and_go_with_their_sample(tmp_path: Path) -> None:
    WRITERS["mvtec3d"](tmp_path / "set")
    with open_workroom() as room:
        project = room.open(tmp_path / "set")
        points = RigPoints(room.session.jobs)
        sample = project.samples[0]
        assert Modality.XYZ in sample.views[0].rasters
        points.ask(project.tree, sample, {})
        assert points.reading
        room.settle()
        cloud = points.cloud
        assert cloud is not None
        points.ask(project.tree, sample, {})
        assert points.cloud is cloud
        assert not points.reading
        points.ask(project.tree, None, {})
        assert points.cloud is None
