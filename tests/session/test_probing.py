"""What the probe says of places pointed at and clicked, against the renderer's own points."""

from collections.abc import Iterator

import numpy as np
import pytest

from pentad.annotation.pointer import Pointer
from pentad.annotation.probe import Probe
from pentad.core.arrays import Doubles
from pentad.core.mask import MaskKey
from pentad.geometry.measuring import Gauge
from tests.helpers.gantry import RenderedPart
from tests.helpers.workroom import Workroom, open_workroom
from tests.session.test_transfer import begin, document, mark, middle


@pytest.fixture
def room(part: RenderedPart) -> Iterator[Workroom]:
    with open_workroom() as room:
        begin(room, part.folder)
        yield room


def near(points: Doubles, place: Doubles) -> tuple[int, int]:
    """The pixel of a view that shows what lies nearest to a place."""
    row, column = np.unravel_index(np.nanargmin(np.linalg.norm(points - place, axis=-1)), points.shape[:2])
    return int(row), int(column)


def pin(room: Workroom, view: str, at: tuple[int, int]) -> None:
    room.session.annotation.toolbox.probe.pin(document(room, view).key, Pointer(float(at[0]), float(at[1])))
    room.settle()


def test_two_places_of_two_views_are_as_far_apart_as_the_renderer_says(room: Workroom, part: RenderedPart) -> None:
    spot = middle(part)
    one, other = near(part.points("top"), spot), near(part.points("front"), np.add(spot, [5.0, 0, 0]))
    pin(room, "top", one)
    pin(room, "front", other)
    apart = np.linalg.norm(part.points("top")[one] - part.points("front")[other])
    said = room.session.probing.words
    assert float(said.split(" ± ")[0]) == pytest.approx(apart, abs=0.2)
    assert "along" not in said  # there is no straight line from view to view


def test_what_lies_between_two_clicks_is_measured_once(
    room: Workroom, part: RenderedPart, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, column = near(part.points("top"), middle(part))
    pin(room, "top", (row, column))
    pin(room, "top", (row, column + 9))
    measured = room.session.probing.answer.measured
    assert measured
    assert "mm apart" in measured
    monkeypatch.setattr(Gauge, "distance_mm", None)
    for step in range(3):
        room.session.annotation.toolbox.probe.point(
            document(room, "top").key, Pointer(float(row), float(column + step))
        )
        room.settle()
    assert room.session.probing.answer.measured == measured


def test_over_an_edge_no_way_along_the_surface_is_told(room: Workroom, part: RenderedPart) -> None:
    height = part.points("top")[..., 2]
    on_part = (height[:, :-7] > 0.5) & (height[:, 7:] > 0.5)  # the board is no part of the mesh
    falls = np.where(on_part, np.abs(np.diff(height[:, 3:-3], axis=1)), 0.0)
    row, column = (int(at) for at in np.unravel_index(np.nanargmax(falls), falls.shape))
    pin(room, "top", (row, column))
    pin(room, "top", (row, column + 7))
    apart, way, _ = str(room.session.probing.answer.measured).split(", ")
    assert apart.endswith("mm apart")
    assert float(apart.split(" ")[0]) > falls[row, column] - 0.1 > 1
    assert way == "no way along the surface"


def test_a_click_in_a_marked_region_tells_its_area_on_the_surface(room: Workroom, part: RenderedPart) -> None:
    spot = middle(part)
    where = part.ball("top", spot, 0.9)
    mark(room, where)
    pin(room, "top", near(part.points("top"), spot))
    value, sigma = room.session.probing.words.split(" mm² on the surface")[0].split(" ± ")
    # On the flat upper side a ball cuts out a disc; of a pixel's breadth at its rim nothing is said.
    assert float(value) == pytest.approx(np.pi * 0.9**2, abs=float(sigma))
    assert 0 < float(sigma) < 0.5 * float(value)


def test_a_click_on_another_part_begins_anew() -> None:
    probe, here, there = Probe(), MaskKey("one", "top"), MaskKey("other", "top")
    for key in (here, there):
        probe.pin(key, Pointer(3.0, 4.0))
    assert [place.key for place in probe.pins] == [there]
    probe.pin(there, Pointer(5.0, 6.0))
    assert len(probe.pins) == 2
