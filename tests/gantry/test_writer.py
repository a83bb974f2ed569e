"""A simulated data set on disk: the same bytes each time, whole parts only, and nothing left behind."""

import hashlib
import multiprocessing
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

import cv2
import numpy as np
import pytest
import trimesh

from pentad.core.problem import Problem
from pentad.core.sample import Modality, Sample
from pentad.gantry.developing import DEPTH_STEP_MM, Shooting, develop
from pentad.gantry.recipe import Recipe
from pentad.gantry.writer import write_dataset
from pentad.geometry.projection import project
from pentad.io.calibration import read_rig
from pentad.io.datasets import open_dataset
from pentad.io.light_files import read_lights
from pentad.sdk.cancelled import Cancelled
from tests.helpers.disks import small_disk
from tests.helpers.silhouettes import filled

SEED, SIZE = 7, 96
RECIPES = (Recipe("pin_connector", 2, 0, 2), Recipe("crimp_terminal", 1, 0, 1))


class Wanted:
    """A ticket whose answer is wanted until ``stop`` says otherwise."""

    def __init__(self, stop: Callable[[], bool] = lambda: False) -> None:
        self.stop = stop
        self.fractions: list[float] = []

    def check(self) -> None:
        if self.stop():
            raise Cancelled

    def report(self, fraction: float, message: str = "") -> None:
        self.fractions.append(fraction)
        self.check()


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def no_children(within_s: float = 5.0) -> bool:
    end = time.monotonic() + within_s
    while multiprocessing.active_children() and time.monotonic() < end:
        time.sleep(0.05)
    return not multiprocessing.active_children()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Sample]]:
    folder = tmp_path_factory.mktemp("gantry") / "set"
    ticket = Wanted()
    samples = write_dataset(folder, RECIPES, seed=SEED, size=SIZE, ticket=ticket, processes=2)
    assert ticket.fractions == sorted(ticket.fractions)
    assert ticket.fractions[-1] == 1
    return folder, samples


def test_one_process_and_another_number_of_parts_give_the_same_bytes(
    made: tuple[Path, list[Sample]], tmp_path: Path
) -> None:
    folder, samples = made
    orders = {order.folder: order for recipe in RECIPES for order in recipe.orders()}
    alone = [samples[0].id, samples[2].id, samples[5].id]
    for name in alone:
        develop(Shooting(str(tmp_path), orders[name], SEED, SIZE, orders[name].number == 1))
    assert len(hashes(tmp_path)) > 3 * 20
    whole = hashes(folder)
    assert hashes(tmp_path) == {name: digest for name, digest in whole.items() if name.startswith(tuple(alone))}


def test_a_part_is_the_same_in_a_larger_set(made: tuple[Path, list[Sample]], tmp_path: Path) -> None:
    one, *_ = Recipe("pin_connector", 25, 3, 4).orders()
    develop(Shooting(str(tmp_path), one, SEED, SIZE, keep_lights=True))
    assert hashes(tmp_path / one.folder) == hashes(made[0] / one.folder)


def test_another_seed_makes_another_part(made: tuple[Path, list[Sample]], tmp_path: Path) -> None:
    one = RECIPES[0].orders()[0]
    develop(Shooting(str(tmp_path), one, SEED + 1, SIZE, keep_lights=True))
    other, here = hashes(tmp_path / one.folder), hashes(made[0] / one.folder)
    assert other.keys() == here.keys()
    assert all(other[name] != here[name] for name in here)


def test_the_manifest_lists_exactly_what_was_made(made: tuple[Path, list[Sample]]) -> None:
    folder, samples = made
    dataset = open_dataset(folder)
    assert dataset.problems == ()
    assert {sample.id: sample for sample in dataset.samples} == {sample.id: sample for sample in samples}


def test_a_set_that_keeps_its_lights_lists_them_and_its_normals_are_theirs(tmp_path: Path) -> None:
    recipe, folder = Recipe("ribbed_housing", 1, 0, 1), tmp_path / "set"
    samples = write_dataset(folder, [recipe], seed=SEED, size=SIZE, ticket=Wanted(), keep_lights=True)
    assert {sample.id: sample for sample in open_dataset(folder).samples} == {sample.id: sample for sample in samples}
    directions = read_lights(folder / "lights.txt")
    view = samples[1].view("right")
    planes = [cv2.imread(str(folder / plane.path), cv2.IMREAD_UNCHANGED) for plane in view.lights]
    stack = np.array(planes, np.float64).reshape(len(directions), -1)
    solved = np.linalg.lstsq(directions, stack, rcond=None)[0].T.reshape(64, 96, 3)
    codes = cv2.imread(str(folder / view.rasters[Modality.NORMAL].path), cv2.IMREAD_UNCHANGED)
    assert codes is not None
    measured = codes[..., ::-1] / 65535 * 2 - 1
    known = codes.max(axis=2) > 0
    assert 0.1 < known.mean() < 0.9
    solved /= np.maximum(np.linalg.norm(solved, axis=2, keepdims=True), 1e-9)
    assert np.abs(measured - solved)[known].max() < 1e-3


def test_good_parts_have_no_masks_and_spoilt_ones_have(made: tuple[Path, list[Sample]]) -> None:
    for sample in made[1]:
        masked = [view.name for view in sample.views if Modality.MASK in view.rasters]
        assert (masked == []) == sample.good
        for name in masked:
            mask = cv2.imread(str(made[0] / sample.id / f"{name}_mask.png"), cv2.IMREAD_UNCHANGED)
            assert mask is not None
            assert set(np.unique(mask)) == {0, 255}


def test_light_stacks_of_the_first_part_lie_beside_it(made: tuple[Path, list[Sample]]) -> None:
    folder, samples = made
    assert len(read_lights(folder / "lights.txt")) == 8
    assert len(list((folder / samples[0].id / "lights").glob("top_*.png"))) == 8
    assert not (folder / samples[1].id / "lights").exists()


@pytest.mark.parametrize("which", [0, 4])
def test_the_rigs_cameras_put_the_parts_mesh_onto_its_picture(made: tuple[Path, list[Sample]], which: int) -> None:
    folder, samples = made
    place = folder / samples[which].id / "truth"
    mesh = cast(trimesh.Trimesh, trimesh.load(str(place / "part.stl"), force="mesh"))
    for camera in read_rig(folder / "rig.toml").rig.cameras:
        corners = project(camera, np.asarray(mesh.triangles))
        assert corners.min() >= 0
        assert (corners.max(axis=(0, 1)) <= np.array(camera.size[::-1]) - 1).all()
        depth = cv2.imread(str(place / f"{camera.name}_depth.png"), cv2.IMREAD_UNCHANGED)
        assert depth is not None
        seen = filled(corners, camera.size)
        # Why: OpenCV fills every pixel that a triangle touches, slits of a pixel included; rays meet centres only.
        assert (depth[~seen] == 0).mean() > 0.999
        core = cv2.erode(seen.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        assert (depth[core] > 0).mean() > 0.98
        nearest = np.linalg.norm(np.asarray(mesh.vertices) - camera.centre, axis=1).min()
        assert depth[depth > 0].min() * DEPTH_STEP_MM == pytest.approx(nearest, rel=0.02)


def test_a_stopped_set_is_gone_on_with_to_the_same_bytes(made: tuple[Path, list[Sample]], tmp_path: Path) -> None:
    finished: list[Sample] = []
    folder = tmp_path / "set"
    stop = Wanted(lambda: bool(finished))
    with pytest.raises(Cancelled):
        write_dataset(folder, RECIPES, seed=SEED, size=SIZE, ticket=stop, on_part=finished.append)
    assert no_children()
    assert 1 <= len(finished) < 6
    stale = folder / ".making-pin_connector-99"
    (stale / "truth").mkdir(parents=True)
    (stale / "top_rgb.png").write_bytes(b"half")
    here = {path: path.stat().st_mtime_ns for path in (folder / finished[0].id).rglob("*")}
    write_dataset(folder, RECIPES, seed=SEED, size=SIZE, ticket=Wanted())
    assert hashes(folder) == hashes(made[0])
    assert {path: path.stat().st_mtime_ns for path in here} == here
    assert list(folder.glob(".making-*")) == []


def test_a_killed_worker_is_a_problem_and_finished_parts_are_kept(tmp_path: Path) -> None:
    finished: list[Sample] = []

    def kill(sample: Sample) -> None:
        finished.append(sample)
        for child in multiprocessing.active_children():
            if child.pid is not None:
                os.kill(child.pid, signal.SIGKILL)

    recipe = Recipe("crimp_terminal", 6, 0, 0)
    with pytest.raises(Problem, match="worker process died") as caught:
        write_dataset(tmp_path / "set", [recipe], seed=1, size=SIZE, ticket=Wanted(), on_part=kill)
    assert "run it again" in caught.value.remedy
    assert no_children()
    assert (tmp_path / "set" / finished[0].id / "top_rgb.png").is_file()


def test_workers_are_gone_and_nothing_is_half_made_where_the_listener_fails(tmp_path: Path) -> None:
    def fail(sample: Sample) -> None:
        raise LookupError(sample.id)

    with pytest.raises(LookupError):
        write_dataset(
            tmp_path / "set", [Recipe("crimp_terminal", 6, 0, 0)], seed=1, size=SIZE, ticket=Wanted(), on_part=fail
        )
    assert multiprocessing.active_children() == []
    assert list((tmp_path / "set").glob(".making-*")) == []


def test_a_full_disk_is_a_problem_and_what_fitted_is_whole(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kilobytes=1200) as disk:
        folder = disk / "set"
        with pytest.raises(Problem, match="cannot be written") as caught:
            write_dataset(folder, [Recipe("crimp_terminal", 6, 0, 0)], seed=1, size=SIZE, ticket=Wanted())
        assert "free disk space" in caught.value.remedy
        assert list(folder.glob(".making-*")) == []
        for part in (folder / "crimp_terminal" / "train" / "good").glob("S*"):
            assert (part / "truth" / "part.stl").is_file()
        assert no_children()


def test_another_seed_or_size_in_the_same_folder_is_refused(made: tuple[Path, list[Sample]]) -> None:
    before = hashes(made[0])
    for seed, size in ((SEED + 1, SIZE), (SEED, SIZE + 1)):
        with pytest.raises(Problem, match="holds another data set"):
            write_dataset(made[0], RECIPES, seed=seed, size=size, ticket=Wanted())
    assert hashes(made[0]) == before


def test_a_manifest_that_a_person_changed_and_other_lights_are_left_alone(made: tuple[Path, list[Sample]]) -> None:
    manifest = made[0] / "pentad.toml"
    before = manifest.read_bytes()
    manifest.write_bytes(before.replace(b'encoding = "opengl"', b'encoding = "directx"'))
    changed = hashes(made[0])
    with pytest.raises(Problem, match="holds another data set"):
        write_dataset(made[0], RECIPES, seed=SEED, size=SIZE, ticket=Wanted())
    assert hashes(made[0]) == changed
    manifest.write_bytes(before)
    lit = b"_{light}.png" in before
    with pytest.raises(Problem, match="holds another data set"):
        write_dataset(made[0], RECIPES, seed=SEED, size=SIZE, keep_lights=not lit, ticket=Wanted())


@pytest.mark.parametrize("meshes", [True, False])
def test_a_data_set_of_an_earlier_pentad_goes_on_and_learns_of_its_meshes_and_depth(
    made: tuple[Path, list[Sample]], meshes: bool
) -> None:
    manifest = made[0] / "pentad.toml"
    now = manifest.read_text("utf-8")
    kept = [line for line in now.split("\n") if not line.startswith("depth ")]
    earlier = "\n".join(kept).replace("[depth]\nscale = 0.005\n\n", "")
    assert "depth" not in earlier
    manifest.write_text(earlier if meshes else earlier.split("\n[mesh]")[0], "utf-8")
    assert len(write_dataset(made[0], RECIPES, seed=SEED, size=SIZE, ticket=Wanted())) == len(made[1])
    assert manifest.read_text("utf-8") == now


def test_a_part_without_room_on_the_disk_is_a_problem_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "pin_connector").write_bytes(b"a file where a folder belongs")
    with pytest.raises(Problem, match="cannot be written"):
        develop(Shooting(str(tmp_path), RECIPES[0].orders()[0], SEED, 48, keep_lights=False))
    assert list(tmp_path.glob(".making-*")) == []


@pytest.mark.parametrize("size", [47, 8193, 0, -1])
def test_sizes_beyond_reason_are_refused(size: int, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="px wide"):
        write_dataset(tmp_path / "set", RECIPES, seed=1, size=size, ticket=Wanted())
    shutil.rmtree(tmp_path / "set", ignore_errors=True)
