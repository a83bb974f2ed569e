"""How long the operations on a class take on a mask of 20 megapixels with 200 blobs, beside scipy's."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from scipy import ndimage as scipy_ndimage

from pentad.annotation.components import region_at
from pentad.annotation.moving import move_tool
from pentad.annotation.operations import Kind, Operation, changes
from pentad.annotation.pointer import Pointer
from pentad.core.arrays import Labels
from pentad.core.box import Box
from pentad.core.mask import MaskKey
from pentad.sdk.testing import PatientTicket
from pentad.session.jobs import Call, Deliver
from tests.helpers.sheet import BareSheet
from tests.helpers.tiny_dataset import write_tiny_dataset
from tests.helpers.workroom import open_workroom

# Why: the type checker does not find the functions that scipy.ndimage gathers from its modules.
ndimage: Any = scipy_ndimage
SIZE = (3648, 5472)


def blobs() -> Labels:
    """200 discs of radius 10 to 120 with holes, ragged edges and specks."""
    generator = np.random.default_rng(5)
    labels = np.zeros(SIZE, np.uint8)
    for _ in range(200):
        at = int(generator.integers(SIZE[1])), int(generator.integers(SIZE[0]))
        radius = int(generator.integers(10, 120))
        cv2.circle(labels, at, radius, 1, -1)
        cv2.circle(labels, at, radius // 4, 0, -1)
    labels[generator.integers(0, SIZE[0], 2000), generator.integers(0, SIZE[1], 2000)] ^= 1
    return labels


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@pytest.mark.benchmark
def test_each_operation_takes_about_a_second_at_most() -> None:
    labels = blobs()
    figures = {}
    for kind in Kind:
        operation = Operation(kind, 1, other=2, radius=5, gap=5)
        figures[operation.name] = seconds(partial(changes, labels, operation, PatientTicket()))
    peer = seconds(lambda: ndimage.distance_transform_edt(labels == 0) <= 5)
    print("\n20 MP, 200 blobs:", ", ".join(f"{name} {took * 1000:.0f} ms" for name, took in figures.items()))
    print(f"Grow 5 px by scipy's distance transform: {peer * 1000:.0f} ms")
    assert max(figures.values()) < 3
    assert figures["Grow 5 px"] < peer


def watched(deliver: Deliver, took: list[float]) -> Deliver:
    """``deliver``, noting how long each call held the main thread."""

    def carry(call: Call) -> None:
        deliver(lambda: took.append(seconds(call)))

    return carry


@pytest.mark.benchmark
def test_an_operation_hardly_holds_the_main_thread(tmp_path: Path) -> None:
    data = write_tiny_dataset(tmp_path / "plates", train=0, good=0, bad=1, size=SIZE)
    with open_workroom() as room:
        room.open(data)
        sample, annotation = room.sample("S000"), room.session.annotation
        key, took = MaskKey(sample.id, "top"), [0.0]
        room.session.jobs.deliver = watched(room.session.jobs.deliver, took)
        annotation.sheet_here = lambda: annotation.sheet(key, Box(0, 0, *SIZE), 1.0)
        annotation.documents.open(sample, "top")
        room.settle()
        opened = max(took)
        sheet = annotation.sheet_here()
        assert sheet is not None
        stroke = sheet.stroke("Draw")
        stroke.put(Box(0, 0, *SIZE), blobs())
        sheet.commit(stroke)
        room.settle()
        took.clear()
        begun = seconds(lambda: room.session.operations.start(Kind.GROW))
        whole = seconds(room.settle)
        counted, undone = seconds(lambda: room.session.areas.of(key)), seconds(annotation.undo)
    figures = {
        "opening": opened,
        "starting": begun,
        "laying down": max(took),
        "counting areas": counted,
        "undo": undone,
    }
    print("\nGrow 3 px, 20 MP, nearly every tile changes, held the main thread for:", end=" ")
    print(", ".join(f"{name} {took * 1000:.0f} ms" for name, took in figures.items()), f"({whole:.2f} s in all)")
    assert max(figures.values()) < 0.25


@pytest.mark.benchmark
def test_a_region_is_taken_up_and_laid_down_between_two_frames() -> None:
    labels = blobs()
    sheet, tool = BareSheet(labels), move_tool()
    y, x = (int(place) for place in np.argwhere(labels)[len(np.argwhere(labels)) // 2])
    here, there = Pointer(y, x), Pointer(y + 40, x + 60)
    hover, press = seconds(lambda: tool.hover(here, sheet)), seconds(lambda: tool.press(here, sheet))
    drag, commit = seconds(lambda: tool.drag(there, sheet)), seconds(tool.commit)
    figures = {"hover": hover, "press": press, "drag": drag, "laying down": commit}
    print("\nmoving a blob:", ", ".join(f"{name} {took * 1000:.2f} ms" for name, took in figures.items()))
    assert max(figures.values()) < 0.05


@pytest.mark.benchmark
def test_the_region_under_the_hand_is_found_between_two_frames() -> None:
    labels, full = blobs(), np.ones(SIZE, np.uint8)
    y, x = (int(place) for place in np.argwhere(labels)[len(np.argwhere(labels)) // 2])
    blob, whole = seconds(lambda: region_at(labels, y, x)), seconds(lambda: region_at(full, y, x))
    print(f"\nregion under the hand: a blob {blob * 1000:.1f} ms, all 20 MP {whole * 1000:.0f} ms")
    assert blob < 0.016
