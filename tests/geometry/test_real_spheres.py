"""Real chrome balls give lights that agree with each other and with the photographs lit by them."""

from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest

from pentad.core.arrays import Doubles, Image
from pentad.geometry.chrome_sphere import Circle, fit_circle, light_of
from pentad.geometry.photometric_stereo import Lighting, LightStack, Method, doubt_order, solve


def picture(path: Path) -> Image:
    image = cast(Image, cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
    return np.ascontiguousarray(image[..., ::-1]) if image.ndim == 3 else image


def angles(one: Doubles, other: Doubles) -> Doubles:
    return np.asarray(np.degrees(np.arccos(np.clip((one * other).sum(axis=1), -1, 1))))


def test_the_chrome_ball_lights_explain_the_cat_as_well_as_the_published_ones(real_data: Path) -> None:
    folder = real_data / "ps_uw"
    ball = fit_circle(picture(folder / "chrome/chrome.mask.png").reshape(340, 512, -1).max(axis=2) > 127)
    found = np.array([light_of(picture(folder / f"chrome/chrome.{number}.png"), ball) for number in range(12)])
    published = np.loadtxt(folder / "lights.txt", skiprows=1)
    # Why so far for some: where their files put lights 1 and 2, those photographs show no highlight.
    assert np.median(angles(found, published)) < 2.5
    assert angles(found, published).max() < 9
    cat = LightStack.of([picture(folder / f"cat/cat.{number}.png") for number in range(12)])
    inside = picture(folder / "cat/cat.mask.png").reshape(*cat.shape, -1).max(axis=2) > 127
    ours, theirs = (
        solve(cat, Lighting.distant(lights), method=Method.MASK, valid=inside) for lights in (found, published)
    )
    assert ours.residual_rms < 1.1 * theirs.residual_rms
    assert doubt_order(cat, Lighting.distant(found), valid=inside) is None


def test_two_balls_in_one_box_see_the_same_lights(real_data: Path) -> None:
    seen = []
    for number in (1, 2):
        folder = real_data / f"ps_psbox/data/LightProbe-{number}"
        # Why turned: their y counts from the bottom.
        x, y, radius = np.loadtxt(folder / "circle_data.txt")
        height = picture(folder / "ref.JPG").shape[0]
        ball = Circle(x - 1, height - y, radius, 0)
        rows, columns = np.ogrid[:height, : picture(folder / "ref.JPG").shape[1]]
        refound = fit_circle(np.asarray(np.hypot(columns - ball.x, rows - ball.y) <= radius))
        assert (refound.x, refound.y, refound.radius) == pytest.approx((ball.x, ball.y, radius), abs=0.5)
        seen.append([light_of(picture(folder / f"Image_{image:02d}.JPG"), refound) for image in range(1, 13)])
    apart = angles(np.array(seen[0]), np.array(seen[1]))
    assert apart.mean() < 2.5
    assert apart.max() < 4
