"""How near poses from silhouettes come to the truth, of both methods on the same queries, and what they cost."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pentad.core.arrays import Doubles
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import PoseTrace
from pentad.gantry.recipe import Recipe, make_part
from pentad.gantry.render import shoot
from pentad.gantry.scene import Target
from pentad.gantry.station import gantry_rig, lights
from pentad.geometry.silhouette import mask_of_photo
from pentad.sdk import Look, PoseRequest, Value
from pentad.sdk.testing import PatientTicket
from pentad_models.ptad import ALIGNER
from tests.benchmarks.pose_queries import HELD_OUT, Query, chair_query, mesh_queries, spoilt, symmetries
from tests.helpers.silhouettes import degrees_apart

CHAIRS, EACH = 60, 4
"""With twelve meshes, 108 queries."""
MISSING = 100
FAMILIES = ("ribbed_housing", "pin_connector", "crimp_terminal")
GANTRY_PX = 1152


@dataclass(frozen=True)
class Row:
    """How one method did on one query."""

    name: str
    error_deg: float
    seconds: float
    cpu_seconds: float
    renders: int
    sure: bool


def aligned(query: Query, settings: dict[str, Value]) -> tuple[PoseTrace, float]:
    """The run, and the seconds of processors it took."""
    request = PoseRequest(query.mesh, (Look(query.camera, query.mask),))
    spent = time.process_time()
    trace = ALIGNER.align(request, {"up": query.up, **settings}, PatientTicket(), watch=lambda step: None)
    return trace, time.process_time() - spent


def measured(queries: Iterable[Query], method: str) -> list[Row]:
    rows = []
    for query in queries:
        trace, cpu = aligned(query, {"method": method})
        error = query.error_deg(trace.pose)
        rows.append(Row(query.name, error, trace.seconds, cpu, trace.renders, not trace.ambiguous))
    return rows


def told(method: str, what: str, rows: list[Row]) -> tuple[float, float]:
    """Print a row of the table and the failures; the median error in degrees, and the share under 5."""
    errors = np.array([row.error_deg for row in rows])
    wall, cpu, renders = (
        np.median([getattr(row, key) for row in rows]) for key in ("seconds", "cpu_seconds", "renders")
    )
    median, under = float(np.median(errors)), float((errors < 5).mean())
    warned = sum(not row.sure for row in rows if row.error_deg >= 5)
    print(
        f"\n{method:5} {what:22} n {len(rows):3}  median {median:.2f} deg  < 5: {100 * under:5.1f} %  "
        f"< 2: {100 * (errors < 2).mean():5.1f} %  {wall:.2f} s ({cpu:.2f} s of processors)  {renders:.0f} renders",
        flush=True,
    )
    failed = [f"{row.name} {row.error_deg:.0f}" for row in rows if row.error_deg >= 5]
    if failed:
        print(f"      failed ({warned} of {len(failed)} said that they were in doubt): {', '.join(failed)}", flush=True)
    return median, under


def whole_queries(folder: Path) -> list[Query]:
    return [*(chair_query(HELD_OUT + number) for number in range(CHAIRS)), *mesh_queries(folder, EACH)]


@pytest.mark.benchmark
@pytest.mark.data
def test_poses_of_whole_parts(real_data: Path) -> None:
    queries = whole_queries(real_data / "meshes")
    print(f"\n{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    told("ptad", "whole", measured(queries, "ptad"))
    rows = measured(queries, "lm")
    median, under = told("lm", "whole", rows)
    assert median <= 0.4
    assert under >= 0.98
    # Why of processors: others may hold the cores meanwhile.
    assert np.median([row.cpu_seconds for row in rows]) <= 2 * 2.0


@pytest.mark.benchmark
def test_poses_of_chairs_with_a_part_missing() -> None:
    queries = [chair_query(HELD_OUT + 500 + number, missing=True) for number in range(MISSING)]
    told("ptad", "a part missing", measured(queries, "ptad"))
    median, under = told("lm", "a part missing", measured(queries, "lm"))
    assert median <= 0.5
    assert under >= 0.95


@pytest.mark.benchmark
@pytest.mark.data
def test_poses_from_noisy_masks(real_data: Path) -> None:
    queries = [spoilt(query, HELD_OUT + k) for k, query in enumerate(whole_queries(real_data / "meshes"))]
    told("ptad", "noisy masks", measured(queries, "ptad"))
    _, under = told("lm", "noisy masks", measured(queries, "lm"))
    assert under >= 0.9


def test_a_few_held_out_chairs_are_found_within_a_degree() -> None:
    queries = [chair_query(HELD_OUT + 900), chair_query(HELD_OUT + 901, missing=True)]
    assert [row.error_deg < 1 for row in measured(queries, "lm")] == [True, True]


def gantry_errors(family: str, parts: int) -> list[tuple[float, float, float]]:
    """Degrees, millimetres at the part's middle, and seconds of processors of each of some parts photographed by all
    five cameras; masks come from the photographs."""
    rig = gantry_rig(GANTRY_PX)
    found = []
    for number, order in enumerate(Recipe(family, parts, 0, 0).orders()):
        part = make_part(order, rig, HELD_OUT)
        shot = partial(shoot, part, Target.of(part.surface), light_directions=lights())
        photos = [shot(camera, rng=np.random.default_rng(number)).rgb for camera in rig.cameras]
        looks = tuple(Look(camera, mask_of_photo(rgb)) for camera, rgb in zip(rig.cameras, photos, strict=True))
        mesh = Mesh(np.asarray(part.surface.vertices, np.float64), np.asarray(part.surface.faces, np.int32))
        spent = time.process_time()
        trace = ALIGNER.align(PoseRequest(mesh, looks), {"up": "z"}, PatientTicket(), watch=lambda step: None)
        spent = time.process_time() - spent
        middle = mesh.bounds.mean(axis=0)
        apart = _carried(trace.pose, middle) - _carried(part.pose, middle)
        # Why over symmetries: some housings are the same after half a turn, and then both answers are right.
        turned = min(degrees_apart(trace.pose, part.pose[:3, :3] @ same) for same in symmetries(mesh))
        found.append((turned, float(np.linalg.norm(apart)), spent))
    return found


def _carried(pose: Doubles, point: Doubles) -> Doubles:
    return np.asarray(pose[:3, :3] @ point + pose[:3, 3])


@pytest.mark.benchmark
def test_poses_from_all_views_of_the_gantry() -> None:
    every: list[tuple[float, float, float]] = []
    for family in FAMILIES:
        found = gantry_errors(family, 4)
        every += found
        for turned, shifted, spent in found:
            print(f"\n{family}: {turned:.3f} deg, {shifted:.4f} mm, {spent:.1f} s of processors", end="", flush=True)
    turned, shifted, _ = np.median(np.array(every), axis=0)
    print(f"\n{len(every)} parts, 5 views of {GANTRY_PX} px: median {turned:.3f} deg, {shifted:.4f} mm (aim 0.1, 0.1)")
    assert turned <= 0.1
    assert shifted <= 0.1
