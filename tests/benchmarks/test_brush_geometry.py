"""What exact brushes and outlines cost on 20 megapixels, beside simpler ways of painting nearly the same."""

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from time import perf_counter

import cv2
import numpy as np
import pytest

from pentad.annotation.brush import brushes
from pentad.annotation.outline import polygon
from pentad.annotation.pointer import Pointer
from pentad.annotation.preview import Point
from pentad.annotation.region import Patch, Region
from pentad.annotation.sweep import capsule
from pentad.core.box import Box
from tests.helpers.sheet import BareSheet

SIZE = (3648, 5472)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    def aloud(line: str) -> None:
        with capsys.disabled():
            print(f"\n  {line}", end="")

    return aloud


def seconds(work: Iterable[Callable[[], object]]) -> list[float]:
    """What each piece of work takes."""
    took = []
    for piece in work:
        start = perf_counter()
        piece()
        took.append(perf_counter() - start)
    return took


def told(took: list[float]) -> str:
    return f"{1000 * np.median(took):.3f} / {1000 * np.percentile(took, 95):.3f} ms"


def hand(moves: int) -> list[Point]:
    """Short moves of a hand, 5 px on average."""
    steps = np.random.default_rng(3).normal((2.0, 3.0), 4.0, (moves, 2))
    return [(float(y), float(x)) for y, x in np.cumsum(steps, axis=0) + np.array((1000.3, 1000.7))]


def dense(start: Point, end: Point, radius: float) -> Patch:
    """The same disc-swept line the simple way: every pixel of its box is asked."""
    (top, bottom), (left, right) = (sorted(pair) for pair in zip(start, end, strict=True))
    box = Box(int(top - radius), int(left - radius), int(bottom + radius) + 2, int(right + radius) + 2)
    y, x = np.ogrid[box.slices]
    dy, dx = end[0] - start[0], end[1] - start[1]
    t = np.clip(((y - start[0]) * dy + (x - start[1]) * dx) / (dy * dy + dx * dx), 0, 1)
    return Patch(box, (y - start[0] - t * dy) ** 2 + (x - start[1] - t * dx) ** 2 <= radius * radius)


def strokes(sheet: BareSheet, swept: Callable[[Point, Point, float], Region], radius: float) -> list[float]:
    """Painting move by move."""
    stroke = sheet.stroke("Brush")
    took = seconds(partial(lambda a, b: stroke.paint(swept(a, b, radius), 1), a, b) for a, b in pairwise(hand(300)))
    sheet.commit(stroke)
    return took


@pytest.mark.benchmark
@pytest.mark.parametrize("radius", [10.0, 50.0, 100.0, 200.0])
def test_a_short_move_of_the_brush(radius: float, say: Callable[[str], None]) -> None:
    sheet, way = BareSheet(SIZE), hand(300)
    exact, simple = strokes(sheet, capsule, radius), strokes(sheet, dense, radius)
    brush = brushes()[0]
    brush.options.set("radius", radius)
    brush.press(Pointer(*way[0]), sheet)
    tool = seconds(partial(brush.drag, Pointer(y, x), sheet) for y, x in way[1:])
    brush.release(Pointer(*way[-1]), sheet)
    say(
        f"a move at radius {radius:.0f} (median / p95): exact {told(exact)}, every pixel asked {told(simple)}, "
        f"ratio {np.median(simple) / np.median(exact):.1f}; with the tool around it {told(tool)}"
    )
    assert np.median(exact) < 0.003


@pytest.mark.benchmark
@pytest.mark.parametrize("kind", ["round", "star", "star on whole pixels", "tangle"])
def test_a_polygon_of_a_thousand_corners(kind: str, say: Callable[[str], None]) -> None:
    random = np.random.default_rng(0)
    turn = np.linspace(0, 2 * np.pi, 1000, endpoint=False)
    reach = random.uniform(0.3, 1, 1000) if kind.startswith("star") else np.ones(1000)
    line = np.stack([1824 + 1823 * reach * np.sin(turn), 2736 + 2735 * reach * np.cos(turn)], axis=1)
    if kind == "tangle":
        line = random.uniform((0, 0), SIZE, (1000, 2))
    if kind == "star on whole pixels":
        line = np.round(line)
    points = [(float(y), float(x)) for y, x in line]
    exact = 1000 * np.median(seconds([lambda: polygon(points, Box(0, 0, *SIZE))] * 7))
    whole = np.round(line[:, ::-1]).astype(np.int32)
    rounded = 1000 * np.median(seconds([lambda: cv2.fillPoly(np.zeros(SIZE, np.uint8), [whole], 1)] * 7))
    sheet = BareSheet(SIZE)
    stroke = sheet.stroke("Polygon")
    painted = sum(seconds([lambda: stroke.paint(polygon(points, Box(0, 0, *SIZE)), 1)]))
    packed = sum(seconds([lambda: sheet.commit(stroke)]))
    say(
        f"{kind}: exact {exact:.0f} ms, cv2.fillPoly on rounded corners {rounded:.0f} ms; "
        f"with painting {1000 * painted:.0f} ms, packing for undo {1000 * packed:.0f} ms"
    )
    assert exact < 1500
