"""The lamp goes where the hand puts it."""

from math import isclose, pi

from hypothesis import given
from hypothesis import strategies as st

from pentad.session.lighting import LOWEST, aimed, place_on_dome
from pentad.session.view_state import Lamp

places = st.floats(-1.5, 1.5)


@given(places, places)
def test_the_lamp_is_seen_where_it_was_put_or_in_that_direction_on_the_rim(up: float, right: float) -> None:
    lamp = aimed(Lamp(), up, right)
    seen = place_on_dome(lamp)
    assert lamp.on
    assert LOWEST - 1e-9 <= lamp.elevation <= pi / 2
    if up * up + right * right < 0.95:
        assert isclose(seen[0], up, abs_tol=1e-6)
        assert isclose(seen[1], right, abs_tol=1e-6)
    else:
        assert isclose(seen[0] * right, seen[1] * up, abs_tol=1e-6)


def test_straight_overhead_the_lamp_keeps_the_side_it_came_from() -> None:
    assert aimed(Lamp(azimuth=1.0), 0.0, 0.0).azimuth == 1.0
