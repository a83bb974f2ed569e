"""Where a part has no mesh, marks are carried, and places looked up, by the depth that a model made of its views."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pentad.annotation.pointer import Pointer
from pentad.core.prediction import Provenance
from pentad.gantry.station import VIEWS
from pentad.io.datasets.manifest_file import FILE_NAME
from pentad.io.depth_files import write_depth_made
from pentad.io.numbered_files import NumberedFiles
from pentad.io.view_pixels import load_depth
from pentad.sdk import DepthEstimate, DepthMade
from pentad.sdk.depth import DepthUnit
from pentad.session.part_depths import BY_DEPTH
from tests.helpers.gantry import RenderedPart
from tests.helpers.silhouettes import overlap
from tests.helpers.workroom import Workroom, open_workroom
from tests.session.test_probing import near
from tests.session.test_transfer import RADIUS_MM, begin, document, mark, middle, transfer


@pytest.fixture
def bare(part: RenderedPart, tmp_path: Path) -> Path:
    """The rendered part without its mesh."""
    folder = tmp_path / "bare"
    shutil.copytree(part.folder, folder)
    manifest = (folder / FILE_NAME).read_text("utf-8")
    assert "[mesh]" in manifest
    (folder / FILE_NAME).write_text(manifest[: manifest.index("[mesh]")], "utf-8")
    return folder


@pytest.fixture
def room(bare: Path) -> Iterator[Workroom]:
    with open_workroom() as room:
        begin(room, bare)
        yield room


def true_depth_made(room: Workroom, part: RenderedPart, *, unit: DepthUnit = "mm", but: str = "") -> DepthMade:
    """The renderer's own depth, as a model would hand it over: cut around the part."""
    views = {}
    sample = room.session.current
    assert sample is not None
    for view in sample.views:
        size = part.camera(view.name).size
        depth = load_depth(room.project.tree, view, size)
        assert depth is not None
        rows, columns = np.nonzero(np.isfinite(depth))
        top, left, bottom, right = rows.min(), columns.min(), rows.max() + 1, columns.max() + 1
        region = (top / size[0], left / size[1], bottom / size[0], right / size[1])
        cut = depth[top:bottom, left:right]
        if view.name != but:
            views[view.name] = DepthEstimate(cut, np.zeros_like(cut), region, unit)
    return DepthMade(sample.id, views, Provenance("true", "renderer", "default"), 0, 1, 1)


def give(room: Workroom, made: DepthMade) -> None:
    """As if it had been made in an earlier session."""
    write_depth_made(NumberedFiles(room.project.folder / "depths").next_file(made.sample, "true"), made)
    room.session.depths.show(room.session.current)
    room.settle()


def test_without_mesh_and_depth_nothing_is_carried_and_the_words_say_what_would_help(
    room: Workroom, part: RenderedPart
) -> None:
    mark(room, part.ball("top", middle(part), RADIUS_MM))
    assert not transfer(room).is_proposed()
    assert "no mesh" in transfer(room).words
    assert "Make depth" in transfer(room).words


@pytest.mark.parametrize(("samples", "alike"), [(1, 0.8), (4, 0.9)])
def test_by_true_depth_a_mark_lies_where_the_mesh_would_put_it(
    room: Workroom, part: RenderedPart, samples: int, alike: float
) -> None:
    """Samples that agree are trusted more than a single one."""
    spot = middle(part)
    give(room, replace(true_depth_made(room, part), samples=samples))
    mark(room, part.ball("top", spot, RADIUS_MM))
    assert transfer(room).words_on("front") == f"proposed from top {BY_DEPTH}"
    assert BY_DEPTH in transfer(room).words
    transfer(room).accept()
    room.settle()
    by_depth = {view: document(room, view).mask.labels == 1 for view in VIEWS[1:]}
    with open_workroom() as meshed:
        begin(meshed, part.folder)
        mark(meshed, part.ball("top", spot, RADIUS_MM))
        transfer(meshed).accept()
        meshed.settle()
        by_mesh = {view: document(meshed, view).mask.labels == 1 for view in VIEWS[1:]}
    shares = {view: overlap(by_mesh[view], by_depth[view]) for view in by_mesh if by_mesh[view].sum() > 200}
    print("IoU of marks carried by depth with those carried by the mesh:", shares)
    assert len(shares) >= 2
    assert min(shares.values()) >= alike


def test_another_depth_of_the_part_moves_what_is_proposed(room: Workroom, part: RenderedPart) -> None:
    made = true_depth_made(room, part)
    give(room, made)
    mark(room, part.ball("top", middle(part), RADIUS_MM))
    first = transfer(room).overlay("front")
    assert first.shapes
    nearer = {view: replace(each, depth=each.depth - 5) for view, each in made.views.items()}
    give(room, replace(made, views=nearer))
    second = transfer(room).overlay("front")
    assert second.shapes != first.shapes
    room.session.depths.choose(room.session.depths.files[0])
    room.settle()
    assert transfer(room).is_proposed()


def test_a_view_without_depth_stays_out_and_depth_without_unit_is_of_no_use(room: Workroom, part: RenderedPart) -> None:
    give(room, true_depth_made(room, part, but="left"))
    mark(room, part.ball("top", middle(part), RADIUS_MM))
    assert "left is not usable: without generated depth" in transfer(room).words
    assert not transfer(room).proposals("left")
    assert transfer(room).is_proposed("front")
    give(room, true_depth_made(room, part, unit="relative"))
    assert "not in mm" in transfer(room).words
    assert not transfer(room).is_proposed()


def test_the_probe_finds_places_by_generated_depth_and_says_so(room: Workroom, part: RenderedPart) -> None:
    give(room, true_depth_made(room, part))
    spot = middle(part)
    y, x = near(part.points("top"), spot)
    probe = room.session.annotation.toolbox.probe
    probe.point(document(room, "top").key, Pointer(float(y), float(x)))
    room.settle()
    probe.point(document(room, "top").key, Pointer(float(y), float(x) + 0.01))
    room.settle()
    words = room.session.probing.words
    assert BY_DEPTH in words
    camera = part.camera("front")
    seen = camera.matrix @ (camera.rig_to_camera[:3, :3] @ spot + camera.rig_to_camera[:3, 3])
    column, row = seen[:2] / seen[2]
    found = next(each for each in words.split("    ") if each.startswith("front y"))
    _, _, at_y, _, at_x = found.split()
    assert (float(at_y), float(at_x)) == pytest.approx((row, column), abs=0.7)
