"""A chrome ball's highlight gives back the light that made it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.arrays import Bools, Doubles, Image
from pentad.core.problem import Problem
from pentad.geometry.chrome_sphere import Circle, fit_circle, light_of

SIZE = (200, 240)


def disc(x: float, y: float, radius: float) -> Bools:
    rows, columns = np.ogrid[: SIZE[0], : SIZE[1]]
    return np.asarray(np.hypot(columns - x, rows - y) <= radius)


def chrome(ball: Circle, light: Doubles) -> Image:
    """8 bit: a mirror's lobe, each pixel by how near it throws its ray to the light, over the dim room."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    across, up = (columns - ball.x) / ball.radius, (ball.y - rows) / ball.radius
    square = across**2 + up**2
    n = np.stack([across, up, np.sqrt(np.clip(1 - square, 0, 1))], axis=2)
    thrown = 2 * n[..., 2:] * n - [0, 0, 1]
    lit = 20 + 300 * np.exp(400 * (thrown @ light - 1))
    return np.where(square < 1, np.clip(lit, 0, 255), 5).astype(np.uint8)


@settings(max_examples=40, deadline=None)
@given(x=st.floats(95, 140), y=st.floats(85, 110), radius=st.floats(30, 80))
def test_a_disc_gives_its_circle(x: float, y: float, radius: float) -> None:
    found = fit_circle(disc(x, y, radius))
    assert (found.x, found.y) == pytest.approx((x, y), abs=0.3)
    assert found.radius == pytest.approx(radius, abs=0.5)


def test_a_ball_cut_by_the_picture_and_a_hand_in_the_mask_do_not_move_the_circle() -> None:
    cut = fit_circle(disc(20, 100, 60))
    assert (cut.x, cut.y, cut.radius) == pytest.approx((20, 100, 60), abs=0.5)
    held = disc(120, 90, 60)
    held[140:, 112:128] = True
    found = fit_circle(held)
    assert (found.x, found.y, found.radius) == pytest.approx((120, 90, 60), abs=1)


@settings(max_examples=40, deadline=None)
@given(slant=st.floats(0, 1.2), around=st.floats(0, 6.28))
def test_the_light_is_where_the_highlight_throws_back_to(slant: float, around: float) -> None:
    light = np.array([np.sin(slant) * np.cos(around), np.sin(slant) * np.sin(around), np.cos(slant)])
    ball = Circle(118.3, 97.6, 80, 0)
    found = light_of(chrome(ball, light), ball)
    assert np.degrees(np.linalg.norm(found - light)) < 1.0
    assert np.linalg.norm(found) == pytest.approx(1)


@pytest.mark.parametrize("mask", [np.zeros(SIZE, np.bool_), disc(100, 100, 1), np.ones(SIZE, np.bool_)])
def test_masks_without_a_ball_are_refused(mask: Bools) -> None:
    with pytest.raises(Problem, match=r"no pixels|no ball"):
        fit_circle(mask)


def test_a_square_is_no_ball() -> None:
    square = np.zeros(SIZE, np.bool_)
    square[40:160, 50:170] = True
    with pytest.raises(Problem, match="away from a circle"):
        fit_circle(square)


@pytest.mark.parametrize(
    ("image", "word"),
    [
        (np.zeros(SIZE, np.uint8), "brighter"),
        (np.full(SIZE, 255, np.uint8), "brighter"),
        (np.where(np.arange(240) < 110, 200, 10).astype(np.uint8)[None].repeat(200, 0), "too large|brighter"),
        (np.full(SIZE, np.nan), "no numbers"),
    ],
)
def test_pictures_without_a_highlight_are_refused_by_name(image: Image, word: str) -> None:
    with pytest.raises(Problem, match=word) as caught:
        light_of(image, Circle(118, 97, 80, 0), name="ball_3.png")
    assert "ball_3.png" in str(caught.value)
