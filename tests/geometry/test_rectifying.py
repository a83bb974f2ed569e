"""What a bent, large image looks like to a straight camera at the same place."""

import cv2
import numpy as np

from pentad.core.camera import Camera
from pentad.geometry.projection import project
from pentad.geometry.rectifying import rectified


def camera(focal: float, middle: tuple[float, float], size: tuple[int, int], *, lens: float = 0.0) -> Camera:
    matrix = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1.0]])
    return Camera("a", matrix, np.eye(4), size, np.array([lens, 0.02, 0.001, -0.002, 0.0]) if lens else np.zeros(5))


def test_a_dot_is_where_the_straight_camera_sees_its_point() -> None:
    bent = camera(900, (310, 250), (500, 640), lens=-0.15)
    straight = camera(450, (120, 130), (256, 256))
    for point in ([0.1, -0.08, 1.0], [-0.2, 0.15, 1.0], [0.0, 0.0, 1.0]):
        x, y = project(bent, point)
        dot = np.zeros((500, 640), np.float32)
        dot[round(float(y)), round(float(x))] = 1
        seen = rectified(cv2.GaussianBlur(dot, (0, 0), 3), bent, straight)
        rows, columns = np.indices(seen.shape)
        middle = np.array([(columns * seen).sum(), (rows * seen).sum()]) / seen.sum()
        off = np.array([x, y]) - np.round([x, y])
        np.testing.assert_allclose(middle + off * 0.5, project(straight, point), atol=0.35)


def test_the_same_camera_gives_the_same_image() -> None:
    image = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    same = camera(60, (24, 20), (40, 50))
    np.testing.assert_array_equal(rectified(image, same, same), image)


def test_reducing_is_a_mean_over_areas() -> None:
    image = np.random.default_rng(2).random((120, 160)).astype(np.float32)
    large = camera(400, (79.5, 59.5), (120, 160))
    small = camera(100, (19.5, 14.5), (30, 40))
    np.testing.assert_allclose(rectified(image, large, small), image.reshape(30, 4, 40, 4).mean(axis=(1, 3)), atol=1e-5)


def test_beyond_the_image_is_border() -> None:
    image = np.full((20, 20), 1, np.float32)
    small, wide = camera(30, (9.5, 9.5), (20, 20)), camera(30, (19.5, 9.5), (20, 40))
    seen = rectified(image, small, wide, border=0.0)
    assert seen[10, 20] == 1
    assert not seen[:, :9].any()
    assert not seen[:, 31:].any()


def test_beyond_the_lenss_fold_is_border_and_no_ghost() -> None:
    matrix = np.array([[100.0, 0, 99.5], [0, 100, 99.5], [0, 0, 1]])
    folding = Camera("a", matrix, np.eye(4), (200, 200), np.array([-0.5, 0, 0, 0, 0.0]))
    straight = Camera("b", matrix, np.eye(4), (200, 200))
    seen = rectified(np.ones((200, 200), np.float32), folding, straight)
    fold = np.sqrt(1 / 1.5)  # where d/dr (r - r^3 / 2) is 0
    y, x = (np.indices((200, 200)) - 99.5) / 100
    radius = np.hypot(x, y)
    assert not seen[radius > fold + 0.02].any()
    assert seen[radius < fold - 0.02].all()
