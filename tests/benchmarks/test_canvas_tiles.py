"""Drawing the layers directly, beside compositing them once into tiles and keeping those (decision 0003)."""

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from pentad.canvas import BaseLayer, HeatLayer, LabelPyramid, LayerStack, MaskLayer, Pyramid, Viewport, ViewTransform
from pentad.canvas.look import Look
from pentad.canvas.picture import StackPicture
from pentad.core.box import Box
from pentad.core.heatmap import Heatmap
from pentad.core.mask import Mask

SIZE, SCREEN, TILE = (3648, 5472), Viewport(1080, 1920), 512


def draw(picture: StackPicture, painter: QPainter, look: Look) -> None:
    picture.draw_beneath(painter, look)
    if picture.mask is not None:
        picture.mask.draw(painter, look, Box(0, 0, *look.device_size))


class Direct:
    """Every layer drawn in every frame: what the canvas does."""

    def __init__(self, picture: StackPicture) -> None:
        self._picture = picture

    def draw(self, painter: QPainter, transform: ViewTransform) -> None:
        draw(self._picture, painter, Look(transform, SCREEN))


class Tiled:
    """Tiles of composited layers at the scale of the frame, kept: the alternative."""

    def __init__(self, picture: StackPicture) -> None:
        self._picture = picture
        self._tiles: dict[tuple[float, int, int], QImage] = {}

    def draw(self, painter: QPainter, transform: ViewTransform) -> None:
        look = Look(transform, SCREEN)
        for row in range(int(-look.top // TILE), int((look.height - look.top) // TILE) + 1):
            for column in range(int(-look.left // TILE), int((look.width - look.left) // TILE) + 1):
                key = (transform.scale, row, column)
                if key not in self._tiles:
                    self._tiles[key] = self._composited(*key)
                painter.drawImage(QPointF(look.left + column * TILE, look.top + row * TILE), self._tiles[key])

    def _composited(self, scale: float, row: int, column: int) -> QImage:
        tile = QImage(TILE, TILE, QImage.Format.Format_RGB32)
        painter = QPainter(tile)
        middle = ViewTransform(scale, (row + 0.5) * TILE / scale - 0.5, (column + 0.5) * TILE / scale - 0.5)
        draw(self._picture, painter, Look(middle, Viewport(TILE, TILE)))
        painter.end()
        return tile


def picture() -> StackPicture:
    rng = np.random.default_rng(0)
    rgb = cv2.resize(rng.integers(0, 255, (365, 547, 3), dtype=np.uint8), SIZE[::-1]).astype(np.uint8)
    labels = np.zeros(SIZE, np.uint8)
    cv2.circle(labels, (3000, 1500), 300, 1, -1)
    cv2.line(labels, (500, 3000), (4500, 500), 2, 2)
    heat = HeatLayer(Heatmap(rng.random((28, 28), dtype=np.float32), 0, 1), 0, 1)
    return StackPicture(LayerStack(SIZE, BaseLayer(Pyramid.build(rgb)), heat, MaskLayer(LabelPyramid(Mask(labels)))))


def figures(draw: Callable[[QPainter, ViewTransform], None], looks: list[ViewTransform]) -> str:
    screen, times = QImage(1920, 1080, QImage.Format.Format_RGB32), []
    for look in looks:
        painter = QPainter(screen)
        start = time.perf_counter()
        draw(painter, look)
        times.append(1e3 * (time.perf_counter() - start))
        painter.end()
    return f"{np.median(times):5.1f} /{np.percentile(times, 95):5.1f}"


@pytest.mark.benchmark
@pytest.mark.usefixtures("qapp")
def test_direct_drawing_beside_composited_tiles(capsys: pytest.CaptureFixture[str]) -> None:
    layers = picture()
    walks = {
        "1:1 pan": [ViewTransform(1, 1500 + 13 * i, 2000 + 29 * i) for i in range(60)],
        "4:1 pan": [ViewTransform(4, 1500 + 3 * i, 2000 + 7 * i) for i in range(60)],
        "zoom": [ViewTransform(0.3 * 1.06**i, 1500, 2000) for i in range(60)],
    }
    with capsys.disabled():
        print("\n  three layers of 20 MP, 1920 x 1080, median / 95 % in ms")
        for name, looks in walks.items():
            direct, tiled = figures(Direct(layers).draw, looks), figures(Tiled(layers).draw, looks)
            print(f"  {name:8} direct {direct}   tiled {tiled}")
