"""Where one looks: exact round trips, nothing lost by linking, nothing emptier than it must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.canvas.transform import MAX_SCALE, LinkedTransform, Viewport, ViewTransform, fit_scale

sizes = st.tuples(st.integers(1, 6000), st.integers(1, 6000))
viewports = st.builds(Viewport, st.integers(1, 3000), st.integers(1, 3000), st.sampled_from([1.0, 1.25, 1.5, 2.0]))
places = st.floats(-5000, 5000)
transforms = st.builds(ViewTransform, st.floats(0.01, 64), places, places)


@given(transforms, viewports, places, places)
def test_a_point_goes_to_the_screen_and_comes_back(
    transform: ViewTransform, viewport: Viewport, y: float, x: float
) -> None:
    back = transform.to_image(*transform.to_screen(y, x, viewport), viewport)
    assert back == pytest.approx((y, x), abs=1e-6)


@given(transforms, viewports)
def test_the_centre_stands_in_the_middle_of_the_viewport(transform: ViewTransform, viewport: Viewport) -> None:
    middle = transform.to_screen(transform.centre_y, transform.centre_x, viewport)
    assert middle == pytest.approx((viewport.height / 2, viewport.width / 2), abs=1e-6)


@given(transforms, viewports, st.floats(0.01, 64), st.floats(0, 3000), st.floats(0, 3000))
def test_zooming_leaves_the_point_under_the_cursor_where_it_is(
    transform: ViewTransform, viewport: Viewport, scale: float, y: float, x: float
) -> None:
    before = transform.to_image(y, x, viewport)
    zoomed = transform.zoomed(scale, about=(y, x), viewport=viewport)
    assert zoomed.scale == scale
    assert zoomed.to_screen(*before, viewport) == pytest.approx((y, x), abs=1e-4)


@given(transforms, viewports, st.floats(-500, 500), st.floats(-500, 500))
def test_panning_moves_every_point_by_the_same_screen_pixels(
    transform: ViewTransform, viewport: Viewport, dy: float, dx: float
) -> None:
    y, x = transform.to_screen(3.0, 4.0, viewport)
    assert transform.panned(dy, dx, viewport).to_screen(3.0, 4.0, viewport) == pytest.approx((y + dy, x + dx), abs=1e-6)


@given(sizes, viewports)
def test_fit_shows_the_whole_image_and_touches_two_edges(size: tuple[int, int], viewport: Viewport) -> None:
    fit = ViewTransform.fit(size, viewport)
    top, left = fit.to_screen(-0.5, -0.5, viewport)
    bottom, right = fit.to_screen(size[0] - 0.5, size[1] - 0.5, viewport)
    assert min(top, left) == pytest.approx(0, abs=1e-6)
    assert max(bottom - viewport.height, right - viewport.width) == pytest.approx(0, abs=1e-6)


@given(transforms, sizes, viewports)
def test_a_clamped_image_leaves_no_gap_it_could_fill(
    transform: ViewTransform, size: tuple[int, int], viewport: Viewport
) -> None:
    clamped = transform.clamped(size, viewport)
    assert clamped.clamped(size, viewport).centre_y == pytest.approx(clamped.centre_y)
    fit = fit_scale(size, viewport)
    assert min(fit, 1.0) <= clamped.scale <= max(fit, MAX_SCALE)
    for extent, seen, first in zip(size, viewport.device_size, clamped.corner(viewport), strict=True):
        last = first + extent * clamped.scale
        if extent * clamped.scale >= seen:
            assert first <= 1e-3
            assert last >= seen - 1e-3
        else:
            assert first == pytest.approx(seen - last, abs=1e-3)


@given(transforms, viewports)
def test_snapping_moves_by_at_most_half_a_device_pixel(transform: ViewTransform, viewport: Viewport) -> None:
    before, after = transform.corner(viewport), transform.snapped(viewport).corner(viewport)
    assert after == pytest.approx(before, abs=0.5 + 1e-6)
    assert after == pytest.approx(tuple(round(edge) for edge in after), abs=1e-6)


@given(transforms, sizes, viewports)
def test_a_link_brings_the_same_image_to_the_same_look(
    transform: ViewTransform, size: tuple[int, int], viewport: Viewport
) -> None:
    back = LinkedTransform.of(transform, size, viewport).on(size, viewport)
    assert (back.scale, back.centre_y, back.centre_x) == pytest.approx(
        (transform.scale, transform.centre_y, transform.centre_x), abs=1e-6
    )


@given(st.floats(1, 20), st.floats(0, 1), st.floats(0, 1), sizes, viewports, viewports)
def test_linked_views_of_any_size_show_the_same_share_of_their_image(
    zoom: float, y: float, x: float, size: tuple[int, int], one: Viewport, other: Viewport
) -> None:
    linked = LinkedTransform(zoom, y, x)
    twice = (2 * size[0], 2 * size[1])
    small, large = linked.on(size, one), linked.on(twice, one)
    assert large.scale == pytest.approx(small.scale / 2)
    assert (large.centre_y + 0.5) / twice[0] == pytest.approx((small.centre_y + 0.5) / size[0], abs=1e-9)
    assert linked.on(size, other).scale / fit_scale(size, other) == pytest.approx(zoom)


def test_a_view_may_stand_off_from_the_others() -> None:
    viewport = Viewport(100, 100)
    own = LinkedTransform(2, 0.5, 0.5).shifted(0.1, -0.2).on((100, 200), viewport)
    assert (own.centre_y, own.centre_x) == pytest.approx((59.5, 59.5))
