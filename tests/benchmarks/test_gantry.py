"""What a simulated data set costs, and how near the light solver comes to merely reading its images."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from pentad.gantry.chairs.developing import ShapeOrder, develop_shape
from pentad.gantry.chairs.writer import GOOD
from pentad.gantry.recipe import Recipe
from pentad.gantry.station import lights
from pentad.gantry.writer import write_dataset
from pentad.geometry.photometric_stereo import solve_least_squares

PARTS, WANTED = 4, 24


class _Wanted:
    """A ticket of somebody who waits."""

    def check(self) -> None:
        """Always wanted."""

    def report(self, fraction: float, message: str = "") -> None:
        """Nobody looks."""


@pytest.mark.benchmark
def test_what_24_parts_of_five_views_cost_on_two_processes(tmp_path: Path) -> None:
    at: list[float] = []
    before, begun = os.times(), time.perf_counter()
    recipe = Recipe("pin_connector", PARTS - 2, 0, 2)
    write_dataset(
        tmp_path / "set", [recipe], seed=0, size=768, ticket=_Wanted(), on_part=lambda _: at.append(time.perf_counter())
    )
    after, wall = os.times(), time.perf_counter() - begun
    work = after.children_user + after.children_system - before.children_user - before.children_system
    print(
        f"\n{PARTS} parts at 768 px: {wall:.1f} s here, {work / PARTS:.2f} s of processor time a part; {WANTED} parts: "
        f"{wall / PARTS * WANTED:.0f} s at this pace, {work / PARTS * WANTED / 2:.0f} s on two idle cores (goal 100 s)"
    )
    assert len(at) == PARTS


@pytest.mark.benchmark
@pytest.mark.parametrize("size", [256, 512])
def test_what_a_chair_costs_with_all_that_belongs_to_it(size: int, tmp_path: Path) -> None:
    begun, worked = time.perf_counter(), time.process_time()
    photos = sum(develop_shape(ShapeOrder(str(tmp_path), number, 0, size, GOOD)) for number in (1, 2, 3))
    wall, work = time.perf_counter() - begun, time.process_time() - worked
    print(
        f"\n{photos} photographs of 3 chairs at {size} px, references and annotations with them: "
        f"{work / photos * 1e3:.0f} ms of processor time each ({photos / work:.1f} a second on an idle core), "
        f"{photos / wall:.1f} a second here"
    )
    assert len(list(tmp_path.glob("images/*/*.png"))) == photos


@pytest.mark.benchmark
def test_solving_eight_20_mp_lights_beside_one_pass_over_their_bytes() -> None:
    stack = np.random.default_rng(0).integers(0, 65535, (8, 3648, 5472), np.uint16)
    begun = time.perf_counter()
    totals = [int(plane.sum(dtype=np.uint64)) for plane in stack]
    read = time.perf_counter()
    found = solve_least_squares(stack, lights())
    solved = time.perf_counter()
    print(
        f"\n8 lights of 20 MP: normals in {solved - read:.2f} s, summing the same {stack.nbytes / 1e6:.0f} MB "
        f"{read - begun:.2f} s, {(solved - read) / (read - begun):.1f} times that"
    )
    assert min(totals) > 0
    assert found.normals.shape == (3648, 5472, 3)
