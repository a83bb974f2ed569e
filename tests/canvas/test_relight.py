"""A normal map under a lamp shines as Lambert and Phong say."""

from math import pi

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from pentad.canvas import BaseLayer, LayerStack, Pyramid, Viewport, ViewTransform, normals_as_rgb
from pentad.canvas.look import Look
from pentad.canvas.picture import StackPicture
from pentad.canvas.relight import AMBIENT, SHININESS, Relight, relit, shade_table
from pentad.core.arrays import Labels, Normals

SIZE = (60, 80)


def dome() -> Normals:
    """(60, 80, 3) unit normals of a sphere's cap, in camera axes."""
    y, x = np.mgrid[-1 : 1 : SIZE[0] * 1j, -1 : 1 : SIZE[1] * 1j]
    x, y = 0.6 * x, -0.6 * y
    normals: Normals = np.stack([x, y, np.sqrt(1 - x * x - y * y)], axis=2).astype(np.float32)
    return normals


def codes() -> NDArray[np.uint8]:
    return Pyramid.build(normals_as_rgb(dome())).levels[0]


def by_definition(light: Relight) -> NDArray[np.float64]:
    """(60, 80) brightness 0 to 255, pixel by pixel from the law."""
    shown = np.zeros(SIZE)
    lamp = np.array(light.direction)
    half = lamp + np.array([0, 0, 1])
    half /= np.linalg.norm(half)
    for place in np.ndindex(SIZE):
        normal = dome()[place].astype(float) * [light.exaggeration, light.exaggeration, 1]
        normal /= np.linalg.norm(normal)
        lambert = max(0.0, float(normal @ lamp))
        gloss = light.gloss * max(0.0, float(normal @ half)) ** SHININESS if lambert > 0 else 0.0
        shown[place] = 255 * min(1.0, AMBIENT + (1 - AMBIENT) * lambert + gloss)
    return shown


def test_a_matt_surface_follows_lambert() -> None:
    light = Relight(azimuth=0.7, elevation=0.5)
    assert np.abs(relit(codes(), shade_table(light)) - by_definition(light)).max() < 2.5


def test_gloss_and_exaggeration_follow_their_definitions() -> None:
    light = Relight(azimuth=3.9, elevation=0.9, exaggeration=4.0, gloss=0.5)
    difference = np.abs(relit(codes(), shade_table(light)) - by_definition(light))
    # Why: eight-bit codes are steps, and a highlight on a steepened slope makes them tall.
    assert np.median(difference) < 2
    assert difference.max() < 20


def test_a_flat_surface_under_a_lamp_overhead_is_white() -> None:
    flat = np.zeros((4, 4, 3), np.float32)
    flat[..., 2] = 1
    shown = relit(Pyramid.build(normals_as_rgb(flat)).levels[0], shade_table(Relight(0, pi / 2)))
    assert (shown >= 254).all()


def test_where_there_is_no_normal_it_stays_black() -> None:
    nothing = np.zeros((4, 4, 3), np.float32)
    assert not relit(Pyramid.build(normals_as_rgb(nothing)).levels[0], shade_table(Relight(0, 1.0))).any()


def test_a_slope_to_the_right_is_bright_where_the_lamp_is_right_and_dark_where_it_is_left() -> None:
    right, left = (shade_table(Relight(azimuth, 0.4)) for azimuth in (0.0, pi))
    middle = SIZE[0] // 2
    towards = relit(codes(), right)[middle, -5], relit(codes(), left)[middle, -5]
    assert towards[0] > towards[1] + 60


def test_the_canvas_draws_the_lit_surface_and_lights_only_what_is_seen() -> None:
    light = Relight(azimuth=0.7, elevation=0.5)
    stack = LayerStack(SIZE, BaseLayer(Pyramid.build(normals_as_rgb(dome())), relight=light))
    image = QImage(SIZE[1], SIZE[0], QImage.Format.Format_RGB32)
    painter = QPainter(image)
    viewport = Viewport(*SIZE)
    StackPicture(stack).draw_beneath(painter, Look(ViewTransform(1.0, (SIZE[0] - 1) / 2, (SIZE[1] - 1) / 2), viewport))
    painter.end()
    drawn: Labels = np.frombuffer(image.constBits(), np.uint8).reshape(*SIZE, 4)[..., 1].copy()
    assert np.array_equal(drawn, relit(codes(), shade_table(light)))
