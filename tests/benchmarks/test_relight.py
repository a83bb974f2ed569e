"""How fast a 20 MP normal map follows the lamp, and what one frame of it would cost if shaded pixel by pixel."""

import time

import cv2
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pentad.canvas import BaseLayer, Canvas, LabelPyramid, LayerStack, MaskLayer, Pyramid
from pentad.canvas.relight import Relight, relit, shade_table
from pentad.core.mask import Mask

SIZE, FRAMES = (3648, 5472), 40


def bumps() -> Pyramid:
    """A 20 MP map of codes; any codes cost the same."""
    small = np.random.default_rng(0).integers(90, 166, (57, 86, 3), dtype=np.uint8)
    return Pyramid.build(cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_CUBIC).astype(np.uint8))


@pytest.mark.benchmark
def test_a_lamp_that_is_dragged_is_followed_at_thirty_frames_a_second(qtbot: QtBot) -> None:
    canvas, codes, labels = Canvas(), bumps(), LabelPyramid(Mask(np.zeros(SIZE, np.uint8)))
    qtbot.addWidget(canvas)
    canvas.resize(950, 850)
    canvas.show()
    qtbot.waitExposed(canvas)
    for name, zoom in (("fit", None), ("1:1", 1.0)):
        canvas.fit() if zoom is None else canvas.zoom_to(zoom)
        spent = []
        for frame in range(FRAMES):
            begun = time.perf_counter()
            lamp = Relight(0.15 * frame, 0.6, exaggeration=2, gloss=0.2)
            canvas.show_picture(LayerStack(SIZE, BaseLayer(codes, relight=lamp), mask=MaskLayer(labels)))
            canvas.viewport().repaint()
            QApplication.processEvents()
            spent.append(1e3 * (time.perf_counter() - begun))
        median = float(np.median(spent))
        print(f"\nlamp dragged over 20 MP at {name}: {median:.1f} ms a frame, p95 {np.percentile(spent, 95):.1f} ms")
        assert median < 1000 / 30
    begun = time.perf_counter()
    relit(codes.levels[0], shade_table(Relight(1.0, 0.6)))
    print(f"the whole map at full size, for comparison: {1e3 * (time.perf_counter() - begun):.0f} ms")
