"""Photographs become stacks by their names, and what cannot stay is marked where it lies."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.geometry.chrome_sphere import Circle
from pentad.sdk.testing import PatientTicket
from pentad.session.light_lamps import Lamps, Source, lighting_of, mirror, rows_in_words
from pentad.session.light_looking import ball_at
from pentad.session.light_stacks import Glance, Shot, Stack, find_stacks, glance, misfits, too_few
from tests.helpers.light_stacks import LIGHTS, hill_normals, write_photographs


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def stacks(folder: Path) -> dict[str, list[str]]:
    return {stack.view: [shot.name for shot in stack.shots] for stack in find_stacks([folder])}


def glances(stack: Stack) -> dict[Shot, Glance]:
    return {shot: glance(shot) for shot in stack.shots}


@pytest.mark.parametrize(
    "pattern", ["{v}_{n}.png", "{v}/{n}.tif", "light{n}_{v}.png", "L{n}/{v}.jpg", "S0001_{v}_L{n}.png", "{v}.{n}.png"]
)
def test_a_view_is_what_the_names_of_its_photographs_have_in_common(tmp_path: Path, pattern: str) -> None:
    folder = touch(tmp_path / "part", *(pattern.format(v=v, n=n) for v in ("top", "left") for n in range(1, 12)))
    found = stacks(folder)
    assert sorted(found) == ["left", "top"]
    assert all(len(names) == 11 for names in found.values())


def test_numbers_count_as_people_do_and_a_single_stack_is_called_as_its_folder(tmp_path: Path) -> None:
    folder = touch(tmp_path / "bear", *(f"{n}.png" for n in (1, 2, 10, 9)), "mask.png", "Normal_gt.png", "notes.txt")
    assert stacks(folder) == {"bear": ["1.png", "2.png", "9.png", "10.png"]}


def test_numbered_cameras_are_not_taken_for_lights(tmp_path: Path) -> None:
    folder = touch(tmp_path / "s", *(f"cam{c}_l{n}.png" for c in range(1, 6) for n in range(1, 9)))
    found = stacks(folder)
    assert len(found) == 5
    assert all(len(names) == 8 for names in found.values())


def test_dropped_files_are_one_stack_and_a_folder_without_photographs_is_said(tmp_path: Path) -> None:
    folder = touch(tmp_path / "x", "a_1.png", "a_2.png", "a_3.png", "b_1.png")
    (stack,) = find_stacks([folder / name for name in ("a_3.png", "a_1.png", "a_2.png")])
    assert [shot.name for shot in stack.shots] == ["a_1.png", "a_2.png", "a_3.png"]
    with pytest.raises(Problem, match="holds no photographs"):
        find_stacks([touch(tmp_path / "empty", "readme.txt")])


@given(st.lists(st.from_regex(r"[a-z0-9_. -]{1,12}", fullmatch=True), min_size=1, max_size=12, unique=True))
def test_any_names_give_views_of_their_own_names(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    folder = touch(tmp_path_factory.mktemp("any") / "f", *(f"x{name}.png" for name in names))
    found = find_stacks([folder]) if any("mask" not in name for name in names) else ()
    assert len({stack.view for stack in found}) == len(found)
    assert all(stack.view and "/" not in stack.view for stack in found)


def test_each_photograph_that_cannot_stay_is_marked_with_its_problem(tmp_path: Path) -> None:
    files = write_photographs(tmp_path / "s", hill_normals(), lights=np.tile(LIGHTS, (2, 1)))
    cv2.imwrite(str(files[1]), np.full((50, 60), 9000, np.uint16))
    cv2.imwrite(str(files[2]), np.full((96, 144), 90, np.uint8))
    cv2.imwrite(str(files[3]), np.zeros((96, 144), np.uint16))
    cv2.imwrite(str(files[4]), np.full((96, 144), 65535, np.uint16))
    cv2.imwrite(str(files[5]), np.full((96, 144, 3), 9000, np.uint16))
    files[6].write_bytes(b"not a picture")
    (stack,) = find_stacks([tmp_path / "s"])
    wrong = {shot.name: str(problem) for shot, problem in misfits(stack, glances(stack)).items()}
    assert sorted(wrong) == ["2.png", "3.png", "4.png", "5.png", "6.png", "7.png"]
    assert "60 x 50 px" in wrong["2.png"]
    assert "8-bit" in wrong["3.png"]
    assert "black" in wrong["4.png"]
    assert "saturated" in wrong["5.png"]
    assert "RGB" in wrong["6.png"]
    assert "cannot be read as an image" in wrong["7.png"]


def test_two_photographs_are_too_few(tmp_path: Path) -> None:
    write_photographs(tmp_path / "s", hill_normals(), lights=LIGHTS[:2])
    (stack,) = find_stacks([tmp_path / "s"])
    problem = too_few(stack)
    assert problem is not None
    assert "2 of at least 3" in problem.why


def test_who_leaves_a_photograph_out_leaves_out_its_lamp(tmp_path: Path) -> None:
    write_photographs(tmp_path / "s", hill_normals())
    np.savetxt(tmp_path / "lights.txt", LIGHTS)
    (stack,) = find_stacks([tmp_path / "s"])
    fewer = stack.with_shots([stack.shots[0], *stack.shots[2:]])
    lamps = Lamps(file=tmp_path / "lights.txt")
    whole, left = lighting_of(lamps, stack), lighting_of(lamps, fewer)
    assert np.array_equal(left.directions, np.delete(whole.directions, 1, axis=0))
    turned = lighting_of(lamps, fewer.with_shots(fewer.shots[::-1]))
    assert np.array_equal(turned.directions, left.directions)


def test_a_longer_list_of_lamps_is_taken_by_number_and_that_is_said(tmp_path: Path) -> None:
    write_photographs(tmp_path / "s", hill_normals(), name="0{light}1.png")
    rows = np.random.default_rng(0).normal(size=(61, 3)) + np.array([0, 0, 3])
    np.savetxt(tmp_path / "lights.txt", rows)
    (stack,) = find_stacks([tmp_path / "s"])
    lamps = Lamps(file=tmp_path / "lights.txt")
    found = lighting_of(lamps, stack).directions
    assert found * np.linalg.norm(rows[10::10], axis=1)[:, None] == pytest.approx(rows[10::10], abs=1e-9)
    assert rows_in_words(lamps, stack).startswith("Rows 11, 21, 31 … of 61")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("1 0 1\n2 0 1\n3 0 1\n", "one plane"),
        ("1 0 1\n0 0 0\n0 1 1\n", "light 2 has length zero"),
        ("1 0 1\nnan 0 1\n0 1 1\n", "not a number"),
        ("1 0 1\n0 1 1\n", "3 photographs but 2 light directions"),
        ("1 0 1\n0 1 1\n0 0 1\n1 1 1", "3 photographs but 4 light directions"),
    ],
)
def test_lamps_that_cannot_give_normals_are_said(tmp_path: Path, text: str, why: str) -> None:
    write_photographs(tmp_path / "s", hill_normals(), lights=LIGHTS[:3], name="shot-{light}0.png")
    (tmp_path / "lights.txt").write_text(text)
    (stack,) = find_stacks([tmp_path / "s"])
    with pytest.raises(Problem) as told:
        lighting_of(Lamps(file=tmp_path / "lights.txt"), stack)
    assert why in str(told.value)


def write_ball(folder: Path, circle: Circle) -> None:
    """Photographs of a dark ball before a light wall, each with the highlight of one of LIGHTS."""
    folder.mkdir()
    y, x = np.mgrid[0:300, 0:400]
    for number, light in enumerate(LIGHTS / np.linalg.norm(LIGHTS, axis=1, keepdims=True), start=1):
        half = light + np.array([0, 0, 1])
        half /= np.linalg.norm(half)
        image = np.where(np.hypot(x - circle.x, y - circle.y) <= circle.radius, 20.0, 120.0)
        at = circle.x + half[0] * circle.radius, circle.y - half[1] * circle.radius
        image = image + 230 * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / 8)
        cv2.imwrite(str(folder / f"ball_{number}.png"), np.clip(image, 0, 255).astype(np.uint8))


def test_a_ball_is_found_in_its_photographs_and_gives_the_lamps(tmp_path: Path) -> None:
    circle = Circle(190.0, 140.0, 100.0, 0.0)
    write_ball(tmp_path / "ball", circle)
    ball = ball_at([tmp_path / "ball"], PatientTicket())
    assert ball.problem is None
    assert (ball.circle.x, ball.circle.y, ball.circle.radius) == pytest.approx((190, 140, 100), abs=1.5)
    found = mirror([(shot.name, shot.read) for shot in ball.shots], circle, PatientTicket())
    true = LIGHTS / np.linalg.norm(LIGHTS, axis=1, keepdims=True)
    assert np.degrees(np.linalg.norm(found.directions - true, axis=1)).max() < 0.5
    write_photographs(tmp_path / "s", hill_normals())
    (stack,) = find_stacks([tmp_path / "s"])
    assert lighting_of(Lamps(Source.BALL, mirrored=found), stack).condition < 5


def test_a_ball_without_a_highlight_is_said_only_where_its_photograph_is_used(tmp_path: Path) -> None:
    circle = Circle(190.0, 140.0, 100.0, 0.0)
    write_ball(tmp_path / "ball", circle)
    dark = cv2.imread(str(tmp_path / "ball" / "ball_2.png"), cv2.IMREAD_UNCHANGED)
    assert dark is not None
    cv2.imwrite(str(tmp_path / "ball" / "ball_2.png"), np.minimum(dark, 20))
    ball = ball_at([tmp_path / "ball"], PatientTicket())
    found = mirror([(shot.name, shot.read) for shot in ball.shots], circle, PatientTicket())
    assert list(found.problems) == [1]
    write_photographs(tmp_path / "s", hill_normals())
    (stack,) = find_stacks([tmp_path / "s"])
    lamps = Lamps(Source.BALL, mirrored=found)
    with pytest.raises(Problem, match=r"ball_2\.png shows no highlight"):
        lighting_of(lamps, stack)
    assert len(lighting_of(lamps, stack.with_shots([stack.shots[0], *stack.shots[2:]])).directions) == 5
