"""Areas per class follow every edit exactly, and are measured on the board where the camera is calibrated."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.camera import Camera, Rig
from pentad.core.mask import MaskKey
from pentad.gantry.station import gantry_rig
from pentad.geometry.plane_area import label_areas_mm2
from pentad.io.calibration import format_rig
from pentad.session.annotation import ViewSheet
from pentad.session.areas import NO_CAMERA, NO_RIG, Area
from tests.helpers.tiny_dataset import write_tiny_dataset
from tests.helpers.workroom import Workroom, open_workroom

SIZE = (300, 520)
"""More than one tile each way."""


def calibrate(data: Path, *, size: tuple[int, int] = SIZE, cameras: str = 'top = "first"') -> Camera:
    """Give the data set a rig of one camera for its top view."""
    camera = replace(gantry_rig(SIZE[1]).cameras[1], name="first", size=size)
    (data / "rig.toml").write_text(format_rig(Rig((camera,))), "utf-8")
    with (data / "pentad.toml").open("a", encoding="utf-8") as manifest:
        manifest.write(f'[rig]\nfile = "rig.toml"\ncameras = {{ {cameras} }}\n')
    return camera


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    return write_tiny_dataset(tmp_path / "plates", train=1, good=1, bad=1, size=SIZE)


def look(room: Workroom, data: Path, view: str = "top") -> ViewSheet:
    room.open(data)
    sample = room.sample("S000")
    room.session.annotation.documents.open(sample, view)
    room.settle()
    sheet = room.session.annotation.sheet(MaskKey(sample.id, view), Box(0, 0, *SIZE), 1.0)
    assert sheet is not None
    return sheet


def measured(room: Workroom, sheet: ViewSheet) -> dict[int, Area]:
    """The areas when everything is worked out."""
    for _ in range(2):
        counted(room, sheet)
    return dict(room.session.areas.of(sheet.key))


def counted(room: Workroom, sheet: ViewSheet) -> dict[int, Area]:
    """The areas when the pixels are counted."""
    room.session.areas.of(sheet.key)
    room.settle()
    return dict(room.session.areas.of(sheet.key))


def put(sheet: ViewSheet, box: Box, labels: Labels) -> None:
    stroke = sheet.stroke("Draw")
    stroke.put(box, labels)
    sheet.commit(stroke)


def test_a_marked_defect_of_the_data_set_is_counted_when_it_is_opened(room: Workroom, plates: Path) -> None:
    sheet = look(room, plates)
    areas = measured(room, sheet)
    assert areas == {1: Area(int(np.count_nonzero(sheet.mask.labels)), None, NO_RIG)}
    assert room.session.areas.of(MaskKey("nobody", "top")) == {}


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Camera]:
    data = write_tiny_dataset(tmp_path_factory.mktemp("data") / "plates", train=1, good=1, bad=1, size=SIZE)
    return data, calibrate(data)


boxes = st.tuples(st.integers(-20, 290), st.integers(-20, 500), st.integers(1, 200), st.integers(1, 200))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(boxes, st.integers(0, 3), st.sampled_from(["draw", "undo", "redo"])), max_size=12))
def test_areas_follow_every_edit(
    calibrated: tuple[Path, Camera], steps: list[tuple[tuple[int, int, int, int], int, str]]
) -> None:
    data, camera = calibrated
    with open_workroom() as room:
        sheet = look(room, data)
        annotation = room.session.annotation
        measured(room, sheet)
        for (y, x, height, width), label, what in steps:
            if what == "draw":
                put(sheet, Box(y, x, y + height, x + width), np.full((height, width), label, np.uint8))
            else:
                annotation.undo() if what == "undo" else annotation.redo()
            counts = np.bincount(sheet.mask.labels.ravel(), minlength=4)[1:]
            now = {label: area.pixels for label, area in counted(room, sheet).items()}
            assert now == {label: count for label, count in enumerate(counts.tolist(), 1) if count}
        expected = label_areas_mm2(sheet.mask.labels, sheet.mask.box, camera)
        assert {label: area.mm2 for label, area in measured(room, sheet).items()} == {
            label: pytest.approx(square, rel=1e-6) for label, square in expected.items()
        }


def test_an_area_that_is_being_measured_says_so_and_then_what_it_is(room: Workroom, plates: Path) -> None:
    calibrate(plates)
    sheet = look(room, plates)
    heard: list[MaskKey] = []
    room.session.areas.changed.connect(heard.append)
    first = counted(room, sheet)[1]
    assert (first.mm2, bool(first.why_none)) == (None, True)
    assert measured(room, sheet)[1].mm2 is not None
    assert set(heard) == {sheet.key}


def test_no_scale_is_made_up(plates: Path) -> None:
    calibrate(plates, size=(3000, 4096))
    with open_workroom() as room:
        area = measured(room, look(room, plates))[1]
        assert area.mm2 is None
        assert "4096 x 3000" in area.why_none
        assert "520 x 300" in area.why_none
        assert measured(room, look(room, plates, "east"))[1].why_none == NO_CAMERA


def test_a_damaged_calibration_is_named(room: Workroom, plates: Path) -> None:
    calibrate(plates)
    (plates / "rig.toml").write_text("format = 1\n", "utf-8")
    assert "rig.toml" in measured(room, look(room, plates))[1].why_none


def test_a_measurement_that_was_stopped_is_made_again(room: Workroom, plates: Path) -> None:
    camera = calibrate(plates)
    sheet = look(room, plates)
    measured(room, sheet)
    put(sheet, Box(0, 0, 50, 50), np.full((50, 50), 2, np.uint8))
    room.session.jobs.cancel_all()
    room.settle()
    expected = label_areas_mm2(sheet.mask.labels, sheet.mask.box, camera)[2]
    assert measured(room, sheet)[2].mm2 == pytest.approx(expected, rel=1e-9)
