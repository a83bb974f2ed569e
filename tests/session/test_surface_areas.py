"""What a class covers of the part itself, once the hand rests; against two parallel planes seen by one camera."""

from pathlib import Path

import numpy as np
import pytest

from pentad.core.box import Box
from pentad.core.camera import Camera
from pentad.core.mask import MaskKey
from pentad.geometry.plane_area import label_areas_mm2
from pentad.geometry.projection import project
from pentad.session.annotation import ViewSheet
from tests.helpers.tiny_rig import PART_MM, write_tiny_rig
from tests.helpers.workroom import Workroom


@pytest.fixture
def sheet(room: Workroom, tmp_path: Path) -> ViewSheet:
    """The empty mask of the first part's top view, its rig and mesh read."""
    room.open(write_tiny_rig(tmp_path / "plates"))
    sample = room.session.current
    assert sample is not None
    room.session.annotation.documents.open(sample, "top")
    while room.session.transfer.depths.part(sample) is None:
        room.settle()
    found = room.session.annotation.sheet(MaskKey(sample.id, "top"), Box(0, 0, 1, 1), 1.0)
    assert found is not None
    return found


def top_camera(room: Workroom) -> Camera:
    assert room.session.current is not None
    return room.session.rig.cameras(room.session.current)["top"]


def on_top(camera: Camera) -> Box:
    """Whole pixels that show nothing but the box's upper face."""
    x, y = PART_MM[0] / 2 - 2, PART_MM[1] / 2 - 2
    places = project(camera, np.array([[-x, -y, PART_MM[2]], [x, y, PART_MM[2]], [-x, y, PART_MM[2]]]))
    (left, top), (right, bottom) = np.ceil(places.min(axis=0)), np.floor(places.max(axis=0))
    return Box(int(top), int(left), int(bottom), int(right))


def put(sheet: ViewSheet, box: Box, label: int) -> None:
    stroke = sheet.stroke("Draw")
    stroke.put(box, np.full(box.shape, label, np.uint8))
    sheet.commit(stroke)


def ask(room: Workroom) -> None:
    assert room.session.current is not None
    room.session.surface_areas.ask(room.session.current, "top")


def test_the_faces_own_square_millimetres_are_told_not_the_boards(room: Workroom, sheet: ViewSheet) -> None:
    camera, areas = top_camera(room), room.session.surface_areas
    box = on_top(camera)
    put(sheet, Box(0, 0, 4, 6), 2)
    put(sheet, box, 1)
    ask(room)
    assert areas.of(sheet.key) == {}
    room.settle()
    found = areas.of(sheet.key)
    height = abs(camera.centre[2])
    nearer = ((height - PART_MM[2]) / height) ** 2
    on_board = label_areas_mm2(np.ones(box.shape, np.uint8), box, camera)[1]
    assert found[1].value == pytest.approx(on_board * nearer, rel=1e-4)
    rim = 2 * sum(box.shape) - 4
    assert found[1].sigma == pytest.approx(found[1].value * rim / (box.shape[0] * box.shape[1]), rel=0.02)
    assert list(found) == [1], "what lies beside the part covers nothing of it"
    assert areas.of(MaskKey("nobody", "top")) == {}


def test_a_stroke_ends_what_is_being_measured_and_rest_begins_it_anew(room: Workroom, sheet: ViewSheet) -> None:
    areas, box = room.session.surface_areas, on_top(top_camera(room))
    put(sheet, box, 1)
    ask(room)
    half = Box(box.y0, box.x0, box.y1, (box.x0 + box.x1) // 2)
    put(sheet, half, 3)
    room.settle()
    assert areas.of(sheet.key) == {}
    ask(room)
    room.settle()
    found = areas.of(sheet.key)
    share = half.shape[1] / box.shape[1]
    assert found[3].value / (found[1].value + found[3].value) == pytest.approx(share, rel=1e-3)
    room.session.annotation.undo()
    ask(room)
    assert areas.of(sheet.key) is found, "what was known stays until more is"
    room.settle()
    assert list(areas.of(sheet.key)) == [1]
    known = len(room.session.jobs.unsettled)
    ask(room)
    assert len(room.session.jobs.unsettled) == known, "the same is not measured twice"


def test_where_there_is_no_mesh_or_no_mask_nothing_is_measured(room: Workroom, tmp_path: Path) -> None:
    room.open(write_tiny_rig(tmp_path / "bare", mesh=False))
    for _ in range(2):
        ask(room)
        room.settle()
    assert room.session.current is not None
    assert room.session.surface_areas.of(MaskKey(room.session.current.id, "top")) == {}
