"""From a move of the mouse to pixels on the screen: 20 MP, photo, heat and labels, a canvas of 950 x 850."""

import gc
import time
from collections.abc import Callable
from functools import partial
from math import cos, pi, sin

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from pentad.annotation.brush import Brush, brushes
from pentad.annotation.pointer import Pointer
from pentad.canvas import BaseLayer, Canvas, HeatLayer, LabelPyramid, LayerStack, MaskLayer, Pyramid
from pentad.canvas.colours import CLASS_COLOURS
from pentad.core.arrays import Labels
from pentad.core.heatmap import Heatmap
from tests.canvas.scenes import settle
from tests.helpers.sheet import BareSheet

SIZE = (3648, 5472)
CANVAS = (850, 950)
MOVES = 100
STEP = 4.0
"""Screen pixels between two moves."""
RADII = (10, 50, 100, 200)
ZOOMS = (("fit", 0.0), ("1:1", 1.0), ("4:1", 4.0))
WAY = [
    (CANVAS[1] / 2 + MOVES * STEP / 2 * cos(pi * i / MOVES), CANVAS[0] / 2 + MOVES * STEP / pi * sin(pi * i / MOVES))
    for i in range(MOVES + 1)
]
"""An arc about 400 screen pixels wide."""


class Times:
    """Milliseconds of something done again and again: of this process's work, and by the clock."""

    def __init__(self) -> None:
        self.work: list[float] = []
        self.wall: list[float] = []

    def measure(self, act: Callable[[], object]) -> None:
        """``act``, and everything on the screen that comes of it."""
        work, wall = time.process_time(), time.perf_counter()
        act()
        QCoreApplication.processEvents()
        self.work.append(1e3 * (time.process_time() - work))
        self.wall.append(1e3 * (time.perf_counter() - wall))

    def __str__(self) -> str:
        work, wall = np.array(self.work), np.array(self.wall)
        return f"{np.median(work):5.2f} /{np.percentile(work, 95):5.2f} ({np.median(wall):5.2f})"


class Table:
    """A canvas with a tool on it, wired as the window wires them."""

    def __init__(self, canvas: Canvas, stack: LayerStack, sheet: BareSheet) -> None:
        self.canvas, self.stack, self.sheet = canvas, stack, sheet
        tool = brushes()[0]
        assert isinstance(tool, Brush)
        self.tool = tool
        canvas.set_pointing(pointing=True)
        canvas.pressed.connect(partial(self._tell, tool.press))
        canvas.dragged.connect(partial(self._tell, tool.drag))
        canvas.released.connect(partial(self._tell, tool.release))
        canvas.passed.connect(partial(self._tell, tool.hover))
        tool.preview_changed.connect(self._show)

    def _tell(self, act: Callable[[Pointer, BareSheet], None], at: Pointer | None) -> None:
        if at is not None:
            act(at, self.sheet)

    def _show(self) -> None:
        self.canvas.show_preview(self.tool.preview, CLASS_COLOURS[0])

    def begin(self, zoom: float, *, radius: float, outline: bool) -> None:
        """An empty mask under a tip of this size."""
        self.sheet.mask.put(self.sheet.mask.box, np.zeros(SIZE, np.uint8))
        mask = self.stack.mask
        assert mask is not None
        self.canvas.show_picture(
            LayerStack(SIZE, self.stack.base, self.stack.heat, MaskLayer(mask.pyramid, outline=outline))
        )
        self.canvas.fit()
        if zoom:
            self.canvas.zoom_to(zoom)
        self.tool.options.set("radius", radius)
        settle()

    def send(self, kind: QEvent.Type, at: tuple[float, float], *, held: bool) -> None:
        port, point = self.canvas.viewport(), QPointF(round(at[0]), round(at[1]))
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        button = none if kind == QEvent.Type.MouseMove else left
        there = QPointF(port.mapToGlobal(point))
        event = QMouseEvent(kind, point, there, button, left if held else none, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(port, event)

    def stroke(self, times: Times) -> None:
        """Only the moves are timed."""
        self.send(QEvent.Type.MouseButtonPress, WAY[0], held=True)
        settle()
        for at in WAY[1:]:
            times.measure(partial(self.send, QEvent.Type.MouseMove, at, held=True))
        self.send(QEvent.Type.MouseButtonRelease, WAY[-1], held=False)
        settle()


@pytest.fixture
def table(qtbot: QtBot) -> Table:
    rng = np.random.default_rng(0)
    coarse = rng.integers(40, 200, (57, 86, 3), dtype=np.uint8)
    rgb = cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    rgb += rng.integers(0, 40, (*SIZE, 1), dtype=np.uint8)
    values = cv2.GaussianBlur(rng.random((37, 56), dtype=np.float32), (0, 0), 2).astype(np.float32)
    sheet = BareSheet(SIZE)
    mask = MaskLayer(LabelPyramid(sheet.mask))
    heat = HeatLayer(Heatmap(values, 0, 1), 0.4, 0.6)
    stack = LayerStack(SIZE, BaseLayer(Pyramid.build(rgb)), heat, mask)
    canvas = Canvas()
    qtbot.addWidget(canvas)
    canvas.resize(CANVAS[1], CANVAS[0])
    with qtbot.waitExposed(canvas):
        canvas.show()
    gc.collect()
    return Table(canvas, stack, sheet)


@pytest.mark.benchmark
def test_a_move_of_the_brush_reaches_the_screen(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n  a move to pixels, CPU ms, median / 95 % (median by the clock); aims: 1 / 3")
        print(f"  {'':18}" + "".join(f"{name:>26}" for name, _ in ZOOMS))
        for outline in (False, True):
            for radius in RADII:
                line = f"  {'outline' if outline else 'fill':8} r = {radius:<5}"
                for _, zoom in ZOOMS:
                    times = Times()
                    table.begin(zoom, radius=radius, outline=outline)
                    for label in (1, 2, 3):
                        table.sheet.label = label
                        table.stroke(times)
                    line += f"{times!s:>26}"
                print(line)


@pytest.mark.benchmark
def test_hovering_with_a_brush(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n  hovering over a mask that is full of labels, CPU ms, median / 95 % (median by the clock); aim: 1")
        labels: Labels = np.random.default_rng(1).integers(0, 3, SIZE, dtype=np.uint8)
        for radius in RADII:
            line = f"  r = {radius:<5}"
            for _, zoom in ZOOMS:
                times = Times()
                table.begin(zoom, radius=radius, outline=False)
                table.sheet.mask.put(table.sheet.mask.box, labels)
                settle()
                for at in WAY:
                    times.measure(partial(table.send, QEvent.Type.MouseMove, at, held=False))
                line += f"{times!s:>26}"
            print(line)


@pytest.mark.benchmark
def test_a_stroke_is_taken_back_and_done_again(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print("\n  undo and redo of a stroke of 100 moves, redraw included, CPU ms as above; aim: 12")
        for radius in RADII:
            line = f"  r = {radius:<5}"
            for _, zoom in ZOOMS:
                table.begin(zoom, radius=radius, outline=False)
                table.stroke(Times())
                undo, redo = Times(), Times()
                for _ in range(10):
                    undo.measure(table.sheet.history.undo)
                    redo.measure(table.sheet.history.redo)
                line += f"{undo!s:>26}{redo!s:>26}"
            print(line)


@pytest.mark.benchmark
def test_a_mask_is_shown_for_the_first_time(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    """What the main thread does of it; reducing pictures and labels is a worker's."""
    stack, show, paint = table.stack, Times(), Times()
    with capsys.disabled():
        for heat in (None, stack.heat):
            table.canvas.show_waiting("")
            settle()
            start = time.process_time()
            table.canvas.show_picture(LayerStack(SIZE, stack.base, heat, stack.mask))
            show.work.append(1e3 * (time.process_time() - start))
            paint.measure(lambda: None)
        print(f"\n  show_picture without and with heat {show.work[0]:.1f}, {show.work[1]:.1f} ms; ", end="")
        print(f"then the first frame {paint.work[0]:.1f}, {paint.work[1]:.1f} ms (aim: 10)")
