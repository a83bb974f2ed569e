"""From light stacks to a data set, or into the project: whole, right, never over anything, and gone on with."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pentad.core.arrays import Normals
from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef
from pentad.gantry.recipe import Recipe as Parts
from pentad.gantry.writer import write_dataset
from pentad.geometry.photometric_stereo import Method
from pentad.io import rasters
from pentad.io.datasets import open_dataset
from pentad.io.store_check import check
from pentad.io.tree import open_tree
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import PatientTicket
from pentad.session.jobs import State
from pentad.session.light_assistant import LightAssistant
from pentad.session.light_import import FORMATS, Cut, Preview, Recipe, ViewWish
from pentad.session.light_lamps import Lamps, Source, lighting_of
from pentad.session.light_project import ProjectWish
from pentad.session.light_running import start_in_project, start_light_import
from pentad.session.light_stacks import find_stacks
from pentad.session.light_writing import Place, begin_anew, check_place, done_before, make_sample
from pentad.session.project import open_project
from tests.helpers.light_stacks import LIGHTS, degrees_apart, hill_normals, write_photographs, write_views
from tests.helpers.workroom import Workroom, open_workroom

VIEWS = ("top", "left")


@pytest.fixture
def room() -> Iterator[Workroom]:
    with open_workroom() as room:
        yield room


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    return write_views(tmp_path / "shots", VIEWS)


@pytest.fixture(scope="module")
def gantry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of one part that keeps its light stacks."""
    folder = tmp_path_factory.mktemp("gantry") / "g"
    parts = [Parts("ribbed_housing", 1, 0, 0)]
    write_dataset(folder, parts, seed=2, size=192, ticket=PatientTicket(), keep_lights=True)
    return folder


def wishes(folder: Path) -> list[ViewWish]:
    lamps = Lamps(file=folder / "lights.txt")
    return [ViewWish(stack, lighting_of(lamps, stack)) for stack in find_stacks([folder])]


def taken(room: Workroom, folder: Path) -> LightAssistant:
    assistant = LightAssistant(room.session)
    assistant.take([folder])
    room.settle(until=lambda: assistant.settled)
    return assistant


def normals_in(folder: Path, sample: str, view: str) -> Normals:
    dataset = open_dataset(folder)
    ref = next(one for one in dataset.samples if one.id == sample).view(view).rasters[Modality.NORMAL]
    return rasters.read_normals(dataset.tree, ref)


def test_a_folder_of_photographs_becomes_a_data_set_with_the_right_normals_and_is_opened(
    room: Workroom, shots: Path, tmp_path: Path
) -> None:
    assistant = taken(room, shots)
    assert isinstance(assistant.preview, Preview)
    assert assistant.preview.residual_percent < 0.01
    place = Place(tmp_path / "set", "P1", "plates")
    made = room.result(start_light_import(room.session, place, assistant.wishes(), assistant.recipe))
    assert [one.view for one in made] == sorted(VIEWS)
    assert room.session.current is not None
    assert room.session.current.id == "plates/test/good/P1"
    for number, view in enumerate(VIEWS):
        found = normals_in(tmp_path / "set", place.id, view)
        assert degrees_apart(found, hill_normals(phase=float(number))).max() < 0.02
    files = {file.name for file in (tmp_path / "set" / place.id).iterdir()}
    maps = {f"{view}_{name}" for view in VIEWS for name in ("rgb.png", "normal.png", "albedo.tif", "lights.txt")}
    assert maps <= files
    assert json.loads((tmp_path / "set" / place.id / "stereo.json").read_text())["method"] == "l1"
    albedo = rasters.read_raw(open_tree(tmp_path / "set" / place.id), RasterRef("top_albedo.tif"))
    assert albedo == pytest.approx(0.8 * 60_000, rel=1e-3)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("encoding", [NormalEncoding.OPENGL, NormalEncoding.DIRECTX])
def test_every_format_and_encoding_reads_back_as_the_same_normals(
    shots: Path, tmp_path: Path, format: str, encoding: NormalEncoding
) -> None:
    recipe = Recipe(method=Method.LS, format=format, encoding=encoding, maps=False)
    make_sample(Place(tmp_path / "set", "P1"), wishes(shots), recipe, ticket=PatientTicket())
    found = normals_in(tmp_path / "set", "parts/test/good/P1", "top")
    assert degrees_apart(found, hill_normals()).max() < (0.6 if format == "png8" else 0.02)


def test_the_gantrys_own_stacks_are_nearer_to_the_truth_than_its_normals(gantry: Path, tmp_path: Path) -> None:
    folder = gantry / open_dataset(gantry).samples[0].id
    lamps = Lamps(file=gantry / "lights.txt")
    todo = [
        ViewWish(stack, lighting_of(lamps, stack))
        for stack in find_stacks([folder / "lights"])
        if stack.view in ("top", "front")
    ]
    make_sample(Place(tmp_path / "set", "P1"), todo, Recipe(cut=Cut.AUTOMATIC), ticket=PatientTicket())
    for view in ("top", "front"):
        found = normals_in(tmp_path / "set", "parts/test/good/P1", view)
        published, true = (
            rasters.read_normals(
                open_tree(folder), RasterRef(f"{inside}{view}_normal.png", encoding=NormalEncoding.OPENGL)
            )
            for inside in ("", "truth/")
        )
        both = found.any(axis=2) & true.any(axis=2) & published.any(axis=2)
        assert both.mean() > 0.05
        # Why its own beside: gloss, shadow and light from neighbours are part of the gantry, and of no Lambert model.
        ours, theirs = (float(np.median(degrees_apart(one, true)[both])) for one in (found, published))
        assert ours < theirs


class Stopping(PatientTicket):
    """A ticket that is taken back when more than a share is done."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self._share = share

    def report(self, fraction: float, message: str = "") -> None:
        if fraction > self._share:
            raise Cancelled


def test_what_a_stopped_run_has_finished_is_kept_and_not_made_again(shots: Path, tmp_path: Path) -> None:
    place, recipe, todo = Place(tmp_path / "set", "P1"), Recipe(), wishes(shots)
    second: list[str] = []

    with pytest.raises(Cancelled):
        make_sample(place, todo, recipe, ticket=Stopping(0.6))
    assert not (tmp_path / "set" / "pentad.toml").exists()
    assert not (tmp_path / "set" / place.id).exists()
    assert done_before(place, todo, recipe) == ("left",)
    assert done_before(place, todo, replace(recipe, method=Method.LS)) == ()
    kept = place.making / "left_normal.png"
    before = kept.stat().st_mtime_ns
    make_sample(place, todo, recipe, ticket=PatientTicket(), made_one=lambda made: second.append(made.view))
    assert (tmp_path / "set" / place.id / "left_normal.png").stat().st_mtime_ns == before
    assert second == ["left", "top"]
    assert [entry.name for entry in (tmp_path / "set").iterdir() if entry.name.startswith(".")] == []


def test_a_changed_photograph_is_made_again_and_a_run_can_begin_anew(shots: Path, tmp_path: Path) -> None:
    place, recipe, todo = Place(tmp_path / "set", "P1"), Recipe(), wishes(shots)
    with pytest.raises(Cancelled):
        make_sample(place, todo, recipe, ticket=Stopping(0.6))
    assert done_before(place, todo, recipe) == ("left",)
    write_photographs(shots, hill_normals(phase=2.0), name="left_{light}.png")
    assert done_before(place, todo, recipe) == ()
    begin_anew(place)
    assert not place.making.exists()


def test_nothing_is_ever_written_over(shots: Path, tmp_path: Path) -> None:
    place, recipe, todo = Place(tmp_path / "set", "P1"), Recipe(), wishes(shots)
    make_sample(place, todo, recipe, ticket=PatientTicket())
    with pytest.raises(Problem, match="is there already"):
        make_sample(place, todo, recipe, ticket=PatientTicket())
    make_sample(replace(place, sample="P2", label="dent"), todo, recipe, ticket=PatientTicket())
    listed = {sample.id: sample.anomaly for sample in open_dataset(tmp_path / "set").samples}
    assert listed == {"parts/test/good/P1": None, "parts/test/dent/P2": "dent"}
    with pytest.raises(Problem, match="holds another data set"):
        make_sample(replace(place, sample="P3"), todo[:1], recipe, ticket=PatientTicket())
    with pytest.raises(Problem, match="is not empty"):
        make_sample(replace(place, folder=shots), todo, recipe, ticket=PatientTicket())
    with pytest.raises(Problem, match="cannot be used"):
        check_place(replace(place, folder=tmp_path / ("a" * 300)), VIEWS, recipe)
    for name in ("", "a/b", "..", ".x", "con"):
        with pytest.raises(Problem, match="is no name for a part"):
            make_sample(replace(place, sample=name), todo, recipe, ticket=PatientTicket())


def test_a_view_that_cannot_be_made_is_named_and_nothing_is_published(shots: Path, tmp_path: Path) -> None:
    todo = wishes(shots)
    (shots / "top_3.png").write_bytes(b"spoilt meanwhile")
    with pytest.raises(Problem, match=r"top: top_3\.png cannot be read"):
        make_sample(Place(tmp_path / "set", "P1"), todo, Recipe(), ticket=PatientTicket())
    assert not (tmp_path / "set" / "parts").exists()


def test_a_mask_without_pixels_and_a_mask_of_another_size_are_said_in_the_preview(room: Workroom, shots: Path) -> None:
    cv2.imwrite(str(shots / "mask.png"), np.zeros((96, 144), np.uint8))
    assistant = taken(room, shots)
    assert assistant.recipe.cut is Cut.FILE
    assert isinstance(assistant.preview, Problem)
    assert assistant.preview.what == "The mask has no pixels"
    cv2.imwrite(str(shots / "small.png"), np.full((9, 9), 255, np.uint8))
    assistant.set_mask(assistant.shown, shots / "small.png")
    room.settle(until=lambda: isinstance(assistant.preview, Problem) and "not fit" in assistant.preview.what)


def test_a_wrong_order_is_doubted_and_the_better_one_can_be_used(room: Workroom, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    uneven = LIGHTS * np.array([1.0, 0.7, 1.0]) + np.linspace(0, 0.4, 6)[:, None] * np.array([0.5, -0.3, 0.2])
    write_photographs(folder, hill_normals((96, 128)), lights=uneven)
    np.savetxt(folder / "lights.txt", uneven[::-1])
    assistant = taken(room, folder)
    assert isinstance(assistant.preview, Preview)
    assert assistant.preview.doubt is not None
    assert assistant.preview.doubt.name == "reversed"
    before = assistant.preview
    assistant.follow_doubt()
    room.settle(until=lambda: assistant.preview is not before)
    assert isinstance(assistant.preview, Preview)
    assert assistant.preview.doubt is None
    assert assistant.preview.residual_percent < 0.01


def test_lamps_near_the_part_are_right_in_the_preview_and_at_full_size(room: Workroom, tmp_path: Path) -> None:
    """Photographs 600 px wide of a plane with bumps of no height, 50 mm wide, lit from 60 mm: by the inverse square."""
    normals, unit = hill_normals((400, 600)), 50 / 600
    places = LIGHTS / np.linalg.norm(LIGHTS, axis=1, keepdims=True) * 60
    rows, columns = np.indices(normals.shape[:2])
    points = np.stack([(columns - 299.5) * unit, (199.5 - rows) * unit, np.zeros(rows.shape)], axis=2)
    (tmp_path / "s").mkdir()
    for number, place in enumerate(places):
        way = place - points
        far = np.linalg.norm(way, axis=2)
        shade = np.clip((normals * way).sum(axis=2) / far, 0, None) * (60 / far) ** 2
        cv2.imwrite(str(tmp_path / "s" / f"{number}.png"), np.rint(shade * 20_000).astype(np.uint16))
    np.savetxt(tmp_path / "s" / "lights.txt", places)
    assistant = taken(room, tmp_path / "s")
    assert isinstance(assistant.preview, Preview)
    as_distant = assistant.preview.residual_percent
    assistant.set_lamps("s", replace(assistant.lamps_of("s"), source=Source.NEAR, mm_per_pixel=unit))
    room.settle(until=lambda: assistant.settled)
    assert isinstance(assistant.preview, Preview)
    assert assistant.preview.residual_percent < min(0.5, 0.2 * as_distant)
    room.result(start_light_import(room.session, Place(tmp_path / "set", "P"), assistant.wishes(), assistant.recipe))
    assert degrees_apart(normals_in(tmp_path / "set", "parts/test/good/P", "s"), normals).max() < 0.2


def test_values_that_are_not_numbers_are_counted_and_left_out(room: Workroom, tmp_path: Path) -> None:
    normals = hill_normals()
    (tmp_path / "s").mkdir()
    for number, light in enumerate(LIGHTS / np.linalg.norm(LIGHTS, axis=1, keepdims=True)):
        image = (normals @ light).astype(np.float32)
        if number == 2:
            image[10:14, 20:30] = np.nan
        np.save(tmp_path / "s" / f"{number}.npy", image)
    np.savetxt(tmp_path / "s" / "lights.txt", LIGHTS)
    assistant = taken(room, tmp_path / "s")
    assert isinstance(assistant.preview, Preview)
    assert [str(note) for note in assistant.preview.notes] == [
        "40 values of the photographs are not numbers: they were left out"
    ]
    job = start_light_import(room.session, Place(tmp_path / "set", "P"), assistant.wishes(), assistant.recipe)
    (made,) = room.result(job)
    assert made.pixels == 96 * 144
    assert degrees_apart(normals_in(tmp_path / "set", "parts/test/good/P", "s"), normals).max() < 0.02


def test_more_than_five_stacks_are_cut_to_five_and_that_is_said(room: Workroom, tmp_path: Path) -> None:
    write_views(tmp_path / "s", tuple(f"view{letter}" for letter in "abcdefg"), size=(24, 36))
    assistant = taken(room, tmp_path / "s")
    assert len(assistant.stacks) == 5
    assert assistant.problem is not None
    assert assistant.problem.why == "left out: viewf, viewg"


def test_normals_of_a_projects_own_stacks_are_kept_in_the_project(room: Workroom, gantry: Path) -> None:
    files = {file: file.read_bytes() for file in gantry.rglob("*") if file.is_file()}
    project = room.open(gantry)
    sample = project.samples[0]
    assistant = LightAssistant(room.session)
    assistant.take_sample(project, sample)
    room.settle(until=lambda: len(assistant.lightings) == 5)
    stacks = {stack.view: stack for stack in assistant.stacks}
    lamps = {view: assistant.lamps_of(view) for view in stacks}
    wish = ProjectWish(tuple(project.samples), assistant.recipe, lamps, sample, stacks)
    with pytest.raises(Problem, match="There is nothing to make"):
        start_in_project(room.session, wish)
    report = room.result(start_in_project(room.session, replace(wish, instead=True)))
    assert (report.made, report.left, report.problems) == (5, 0, ())
    assert {file: file.read_bytes() for file in gantry.rglob("*") if file.is_file()} == files
    ref = project.samples[0].view("top").rasters[Modality.NORMAL]
    found = rasters.read_normals(project.tree, ref)
    assert found.any()
    folder = project.folder
    room.session.close_project()
    assert check(folder).missing == ()
    again = open_project(folder, ticket=PatientTicket(), read_only=True)
    assert again.samples[0].view("left").rasters[Modality.NORMAL].path.startswith(".project/normals/")
    assert np.array_equal(
        rasters.read_normals(again.tree, again.samples[0].view("top").rasters[Modality.NORMAL]), found
    )
    again.close()


def test_stacks_are_looked_through_although_another_project_is_opened_meanwhile(
    room: Workroom, gantry: Path, shots: Path
) -> None:
    room.open(gantry)
    assistant = taken(room, shots)
    assistant.glances.clear()
    assistant.take([shots])
    room.settle(until=lambda: bool(assistant.stacks) and not assistant.working)
    assert not assistant.settled
    room.session.close_project()
    room.settle(until=lambda: assistant.settled)
    assistant.take([shots])
    room.open(gantry)
    room.settle()
    room.session.close_project()
    assert not assistant.working


def test_a_stopped_job_says_so_and_leaves_no_data_set(room: Workroom, shots: Path, tmp_path: Path) -> None:
    job = start_light_import(room.session, Place(tmp_path / "set", "P1"), wishes(shots), Recipe())
    job.cancel()
    room.settle()
    assert job.state is State.CANCELLED
    assert not (tmp_path / "set" / "pentad.toml").exists()
