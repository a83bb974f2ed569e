"""What is drawn in 3D lands where it belongs, and arrays that could end the program never get that far."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh

from pentad.core.arrays import Doubles
from pentad.core.problem import Problem
from pentad.gantry.station import gantry_rig
from pentad.geometry.drawable import Drawable, Triangles, drawable
from pentad.geometry.frustum import frustum
from pentad.geometry.points import Points
from pentad.geometry.surface import Surface
from pentad.geometry.viewpoint import Viewpoint, looking_from, through
from pentad.sdk.testing import PatientTicket
from pentad.ui.scene3d.content import Content, Lines, Photo, Sheet, Skin, check
from pentad.ui.scene3d.stage import Stage

SIZE = (240, 400)
BOX = trimesh.creation.box((4.0, 3.0, 2.0))
PLANE = np.array([[(-1.0, 1, 0), (1, 1, 0)], [(-1, -1, 0), (1, -1, 0)]])
PIXELS = np.full((4, 4, 4), 255, np.uint8)


def box() -> Drawable:
    return drawable(Surface.of(BOX.vertices, BOX.faces))


def points(places: Doubles, colours: int) -> Points:
    """As many in bright red as there are ``colours``."""
    red = np.tile(np.array([[255, 0, 0]], np.uint8), (colours, 1))
    count = len(places)
    return Points(places.astype(np.float32), red, np.zeros((count, 2), np.float32), count, np.zeros(count, np.uint8))


def skin(**changes: object) -> Content:
    """A box whose triangles are changed as told."""
    part = box()
    triangles = Triangles(**({n: getattr(part.still, n) for n in ("vertices", "faces", "origin")} | changes))
    return Content((0, 0, 0), skin=Skin(replace(part, still=triangles), (200, 200, 200)))


def sheet(colours: int, moving: int = 8) -> Content:
    """A box in green, with so many colours."""
    green = np.tile(np.array([[0, 200, 0]], np.uint8), (max(colours, moving), 1))
    triangles = Triangles(BOX.vertices.astype(np.float32), BOX.faces.astype(np.int32), np.arange(8))
    return Content((0, 0, 0), sheets=(Sheet(triangles, triangles, green[:colours], green[:moving]),))


FACES = box().still.faces
BAD = {
    "lines of NaN": Content((0, 0, 0), (Lines(np.full((1, 2, 3), np.nan), (1, 1, 1)),)),
    "lines of two coordinates": Content((0, 0, 0), (Lines(np.zeros((1, 2, 2)), (1, 1, 1)),)),
    "a plane at infinity": Content((0, 0, 0), photos=(Photo(PLANE + np.inf, PIXELS),)),
    "a photo without pixels": Content((0, 0, 0), photos=(Photo(PLANE, PIXELS[:0]),)),
    "a photo of floats": Content((0, 0, 0), photos=(Photo(PLANE, PIXELS.astype(np.float32)),)),
    "a face beyond the vertices": skin(faces=FACES + 100_000),
    "a negative face": skin(faces=-FACES - 1),
    "no faces": skin(faces=FACES[:0]),
    "faces of 64 bits": skin(faces=FACES.astype(np.int64)),
    "vertices far out": skin(vertices=box().still.vertices * 1e12),
    "points that are not numbers": Content((0, 0, 0), points=points(np.full((3, 3), np.nan), 3)),
    "points of two coordinates": Content((0, 0, 0), points=points(np.zeros((3, 2)), 3)),
    "too few colours of points": Content((0, 0, 0), points=points(np.zeros((3, 3)), 2)),
    "too few colours of a sheet": sheet(5),
    "too few colours of a sheet that moves": sheet(8, moving=7),
    "too few colours": Content(
        (0, 0, 0), skin=Skin(box(), (9, 9, 9), np.zeros((5, 3), np.uint8), np.zeros((5, 3), np.uint8))
    ),
}


@pytest.mark.parametrize("content", list(BAD.values()), ids=list(BAD))
def test_bad_arrays_are_problems_before_vtk_sees_them(content: Content) -> None:
    with pytest.raises(Problem) as caught:
        check(content)
    assert caught.value.remedy


def test_a_whole_scene_passes_the_check() -> None:
    check(Content((0, 0, 0), (Lines(np.zeros((2, 2, 3)), (1, 1, 1)),), (Photo(PLANE, PIXELS),), Skin(box(), (9, 9, 9))))


def seen_at(stage: Stage, viewpoint: Viewpoint, place: Doubles) -> Doubles:
    """(2,) the mean x, y of the pixels of a small bright cross around ``place``."""
    arms = np.array([[place - arm, place + arm] for arm in np.eye(3) * viewpoint.distance / 100])
    pixels = stage.draw(Content((0, 0, 0), (Lines(arms, (255, 255, 255), 2.0),)), viewpoint, SIZE, moving=True).pixels
    y, x = np.nonzero(pixels[..., 0] > 120)
    return np.array([x.mean() + 0.5, y.mean() + 0.5])


@pytest.mark.gl
def test_places_are_drawn_where_the_viewpoint_projects_them() -> None:
    stage, rng = Stage(PatientTicket()), np.random.default_rng(5)
    plain = looking_from((1, -1.2, 0.8), rng.uniform(-9, 9, (9, 3)), up=(0, 0, 1), aspect=SIZE[1] / SIZE[0])
    cameras = [through(camera, reach=260, aspect=SIZE[1] / SIZE[0]) for camera in gantry_rig(768).cameras]
    try:
        for viewpoint in (plain, replace(plain, flat=True), *cameras):
            for place in rng.uniform(-5, 5, (3, 3)):
                expected = viewpoint.project(place, SIZE)[:2]
                assert np.abs(seen_at(stage, viewpoint, place) - expected).max() < 1.0
    finally:
        stage.close()


@pytest.mark.gl
def test_points_are_drawn_in_their_colours_on_the_skin_and_fewer_while_moving() -> None:
    grid = np.stack(np.meshgrid(np.linspace(-1.9, 1.9, 300), np.linspace(-1.4, 1.4, 300)), axis=-1).reshape(-1, 2)
    top = np.concatenate([grid, np.ones((len(grid), 1))], axis=1)
    np.random.default_rng(1).shuffle(top)
    dots = points(top, len(top))
    content = Content((0, 0, 0), skin=Skin(box(), (90, 90, 90)), points=dots)
    viewpoint = looking_from((0, -1e-3, 1), BOX.vertices, up=(0, 1, 0), aspect=SIZE[1] / SIZE[0])
    x, y, _ = viewpoint.project((1.0, 0.5, 1.0), SIZE).round().astype(int)
    stage = Stage(PatientTicket())
    try:
        still = stage.draw(content, viewpoint, SIZE, moving=False)
        assert still.pixels[y, x, :3].tolist() == [0, 0, 255]
        stage._whole_s = 1.0
        moving = stage.draw(content, viewpoint, SIZE, moving=True)
        assert (still.whole, moving.whole) == (True, False)
        blue = replace(dots, colours=dots.colours[:, ::-1].copy())
        again = stage.draw(replace(content, points=blue), viewpoint, SIZE, moving=False)
        assert again.pixels[y, x, :3].tolist() == [255, 0, 0]
        assert stage.draw(replace(content, points=None), viewpoint, SIZE, moving=False).pixels[y, x, 0] < 200
    finally:
        stage.close()


@pytest.mark.gl
def test_a_photo_stands_upright_on_its_image_plane() -> None:
    camera = gantry_rig(768).cameras[2]
    photo = np.zeros((64, 96, 4), np.uint8)
    photo[:32, :48] = (0, 0, 255, 255)  # upper left: red
    photo[32:, 48:] = (255, 0, 0, 255)  # lower right: blue
    content = Content((40, 40, 40), photos=(Photo(frustum(camera, name="view", depth=150).plane, photo),))
    stage = Stage(PatientTicket())
    try:
        picture = stage.draw(content, through(camera, reach=260, aspect=SIZE[1] / SIZE[0]), SIZE, moving=False)
    finally:
        stage.close()
    height, width = SIZE
    assert picture.pixels[height // 4, width // 3, :3].tolist() == [0, 0, 255]
    assert picture.pixels[3 * height // 4, 2 * width // 3, :3].tolist() == [255, 0, 0]
    assert picture.pixels[height // 4, 2 * width // 3, :3].tolist() == [0, 0, 0]


@pytest.mark.gl
def test_a_sheet_is_drawn_in_its_own_colours_and_its_actors_are_made_once() -> None:
    content = sheet(8)
    viewpoint = looking_from((0, -1e-3, 1), BOX.vertices, up=(0, 1, 0), aspect=SIZE[1] / SIZE[0])
    x, y, _ = viewpoint.project((0.5, 0.5, 1.0), SIZE).round().astype(int)
    stage = Stage(PatientTicket())
    try:
        blue, green, red, _ = stage.draw(content, viewpoint, SIZE, moving=False).pixels[y, x].tolist()
        assert green > 100
        assert (red, blue) == (0, 0)
        actors = dict(stage._sheets)
        stage.draw(replace(content, sheets=(replace(content.sheets[0]),)), viewpoint, SIZE, moving=False)
        assert [known[1] for known in stage._sheets.values()] == [known[1] for known in actors.values()]
        assert stage.actors == 1
        assert stage.draw(replace(content, sheets=()), viewpoint, SIZE, moving=False).pixels[y, x, 1] == 0
    finally:
        stage.close()
