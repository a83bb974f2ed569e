"""The same strokes on 20 MP in Pentad, in napari's Labels layer and in X-AnyLabeling's canvas, in one run.

PENTAD_PEERS_PYTHON names the interpreters that have them (several: parted as in PATH); each is asked in a process of
its own. napari draws through OpenGL, so that on a machine without a graphics card most of its time is software
rendering: its time for the data alone is printed beside it.
"""

import json
import os
import subprocess
import time
from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import QEvent

from pentad.annotation.region import Spans
from pentad.annotation.sweep import capsule
from pentad.canvas import LabelPyramid
from tests.benchmarks.test_paint import MOVES, SIZE, STEP, WAY, Table, Times
from tests.benchmarks.test_paint import table as table
from tests.helpers.sheet import BareSheet

RADII = (10, 100, 200)

NAPARI = """
import json, sys, time
import numpy as np
task = json.loads(sys.argv[1])
from napari.layers import Labels
from napari.utils.interactions import mouse_move_callbacks, mouse_press_callbacks, mouse_release_callbacks
found = {"name": "napari", "screen": {}, "wall": {}, "data": {}}
import napari
found["version"] = napari.__version__
way = [tuple(at) for at in task["way"]]

def median(times):
    return 1e3 * float(np.median(times))

for radius in task["radii"]:
    layer = Labels(np.zeros(task["size"], np.uint8))
    layer.mode, layer.brush_size, layer.selected_label = "paint", 2 * radius, 1
    times = []
    with layer.block_history():
        for last, now in zip(way, way[1:]):
            start = time.process_time()
            layer._draw(1, last, now)
            times.append(time.process_time() - start)
    found["data"][str(radius)] = median(times)

from qtpy.QtWidgets import QApplication
from napari.utils._test_utils import read_only_mouse_event
viewer = napari.Viewer()
viewer.add_image(np.random.default_rng(0).integers(0, 255, (*task["size"], 3), dtype=np.uint8), rgb=True)
layer = viewer.add_labels(np.zeros(task["size"], np.uint8))
viewer.window.resize(*task["canvas"])
app = QApplication.instance()
for _ in range(20):
    app.processEvents()
found["canvas"] = list(viewer._canvas_size) if hasattr(viewer, "_canvas_size") else []

def event(kind, at, dragging):
    return read_only_mouse_event(
        type=kind, is_dragging=dragging, position=at, view_direction=None, dims_displayed=(0, 1)
    )

for radius in task["radii"]:
    layer.data = np.zeros(task["size"], np.uint8)
    layer.mode, layer.brush_size, layer.selected_label = "paint", 2 * radius, 1
    app.processEvents()
    times, wall = [], []
    mouse_press_callbacks(layer, event("mouse_press", way[0], False))
    app.processEvents()
    for at in way[1:]:
        start, clock = time.process_time(), time.perf_counter()
        mouse_move_callbacks(layer, event("mouse_move", at, True))
        app.processEvents()
        times.append(time.process_time() - start)
        wall.append(time.perf_counter() - clock)
    mouse_release_callbacks(layer, event("mouse_release", way[-1], False))
    found["screen"][str(radius)], found["wall"][str(radius)] = median(times), median(wall)
print("FOUND" + json.dumps(found), flush=True)
import os
os._exit(0)
"""

X_ANYLABELING = """
import json, os, sys, time
import numpy as np
task = json.loads(sys.argv[1])
from importlib.metadata import version
from PyQt6 import QtCore, QtGui, QtWidgets
from anylabeling.views.labeling.shape import Shape
from anylabeling.views.labeling.widgets.canvas import Canvas
app = QtWidgets.QApplication([])
found = {"name": "X-AnyLabeling", "version": version("x-anylabeling-cvhub"), "screen": {}, "wall": {}, "data": {}}
height, width = task["size"]
pixels = np.random.default_rng(0).integers(0, 255, (height, width, 4), dtype=np.uint8)
pixmap = QtGui.QPixmap.fromImage(QtGui.QImage(pixels.data, width, height, QtGui.QImage.Format.Format_RGB32))
left, none = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.MouseButton.NoButton

def median(times):
    return 1e3 * float(np.median(times))

for radius in task["radii"]:
    canvas = Canvas(parent=None)
    canvas.load_pixmap(pixmap)
    canvas.resize(*task["canvas"])
    canvas.scale = min(task["canvas"][0] / width, task["canvas"][1] / height)
    shape = Shape(label="defect", shape_type="polygon")
    y, x = task["way"][0]
    for dx, dy in ((0, 0), (40, 0), (40, 40), (0, 40)):
        shape.add_point(QtCore.QPointF(x + dx, y + dy))
    shape.close()
    canvas.load_shapes([shape])
    canvas.set_editing(True)
    canvas.selected_shapes = [shape]
    canvas.set_brush_mode(True)
    assert canvas.is_brush_mode
    canvas.brush_radius = radius
    canvas.show()
    for _ in range(20):
        app.processEvents()
    times, wall = [], []

    def send(kind, at, button, held):
        offset = canvas.offset_to_center()
        point = (QtCore.QPointF(at[1], at[0]) + offset) * canvas.scale
        there = QtCore.QPointF(canvas.mapToGlobal(point.toPoint()))
        event = QtGui.QMouseEvent(kind, point, there, button, held, QtCore.Qt.KeyboardModifier.NoModifier)
        app.sendEvent(canvas, event)
        app.processEvents()

    kind = QtCore.QEvent.Type
    send(kind.MouseButtonPress, task["way"][0], left, left)
    for at in task["way"][1:]:
        start, clock = time.process_time(), time.perf_counter()
        send(kind.MouseMove, at, none, left)
        times.append(time.process_time() - start)
        wall.append(time.perf_counter() - clock)
    assert shape.mask is not None and shape.mask.sum() > 1000, shape.mask
    found["screen"][str(radius)], found["wall"][str(radius)] = median(times), median(wall)
    canvas.hide()
print("FOUND" + json.dumps(found), flush=True)
os._exit(0)
"""


def ask(python: str, script: str, task: str) -> dict[str, dict[str, float]] | str:
    """What a peer found, or why it could not be asked."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [python, "-c", script, task], env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    for line in done.stdout.splitlines():
        if line.startswith("FOUND"):
            found: dict[str, dict[str, float]] = json.loads(line.removeprefix("FOUND"))
            return found
    return (done.stderr.strip().splitlines() or ["no answer"])[-1]


def ours(table: Table) -> tuple[dict[int, Times], dict[int, Times]]:
    """Whole moves, and the data alone: the capsule, the labels and their pyramid."""
    screen, data = {}, {}
    for radius in RADII:
        screen[radius], data[radius] = Times(), Times()
        table.begin(0.0, radius=radius, outline=False)
        table.stroke(screen[radius])
        bare = BareSheet(SIZE)
        pyramid = LabelPyramid(bare.mask)
        stroke = bare.stroke("Brush")
        for last, now in zip(image_way(table), image_way(table)[1:], strict=False):
            start = time.process_time()
            spans: Spans = capsule(last, now, radius)
            stroke.paint(spans, 1)
            data[radius].work.append(1e3 * (time.process_time() - start))
        assert pyramid.levels[-1].any()
    return screen, data


def image_way(table: Table) -> list[tuple[float, float]]:
    """The way of the hand at fit, as (y, x) of the image."""
    look = table.canvas.view_transform
    assert look is not None
    middle_x, middle_y = WAY[0][0] - MOVES * STEP / 2, WAY[0][1]
    return [(look.centre_y + (y - middle_y) / look.scale, look.centre_x + (x - middle_x) / look.scale) for x, y in WAY]


@pytest.mark.benchmark
def test_strokes_beside_those_of_napari_and_x_anylabeling(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    pythons = [python for python in os.environ.get("PENTAD_PEERS_PYTHON", "").split(os.pathsep) if python]
    if not pythons:
        pytest.skip("PENTAD_PEERS_PYTHON names no interpreter that has napari or X-AnyLabeling")
    table.begin(0.0, radius=10, outline=False)
    table.canvas.setFocus()
    table.send(QEvent.Type.MouseMove, WAY[0], held=False)
    canvas = [table.canvas.width(), table.canvas.height()]
    task = json.dumps({"size": SIZE, "canvas": canvas, "radii": RADII, "way": image_way(table)})
    screen, data = ours(table)
    with capsys.disabled():
        say = partial(print, end="")
        say("\n  a move of the brush at fit, 20 MP, CPU ms (median): to the screen, and for the data alone\n")
        for radius in RADII:
            mine, bare = float(np.median(screen[radius].work)), float(np.median(data[radius].work))
            say(f"  {'Pentad':24} r = {radius:<4} screen {mine:7.2f}   data {bare:6.2f}\n")
        for python in pythons:
            for script in (NAPARI, X_ANYLABELING):
                found = ask(python, script, task)
                if isinstance(found, str):
                    if "No module named" not in found:
                        say(f"  {python}: {found}\n")
                    continue
                for radius in RADII:
                    theirs, alone = found["screen"][str(radius)], found["data"].get(str(radius))
                    mine, bare = float(np.median(screen[radius].work)), float(np.median(data[radius].work))
                    name = f"{found['name']} {found['version']}"
                    say(f"  {name:24} r = {radius:<4} screen {theirs:7.2f} ({theirs / mine:5.1f} x)")
                    if alone is not None:
                        say(f"   data {alone:6.2f} ({alone / bare:4.1f} x)")
                    say("\n")
        say("  napari draws through OpenGL: without a graphics card most of its time is software rendering.\n")
