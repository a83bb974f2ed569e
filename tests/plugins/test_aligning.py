"""A part's pose from its masks, through the aligners' door: what is found, what is told, and what cannot be used."""

import math
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from pentad.core.arrays import Doubles, Floats
from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import PoseStart, PoseStep, PoseTrace
from pentad.core.problem import Problem
from pentad.geometry.depth_raster import DepthRaster
from pentad.geometry.resizing import scaled
from pentad.geometry.rigid import motion
from pentad.geometry.surface import Surface
from pentad.sdk import Look, PoseRequest, Value
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.testing import ImpatientTicket, PatientTicket
from pentad.session.aligners import Aligners
from pentad_models.ptad import ALIGNER
from tests.helpers.looking import looking_from
from tests.helpers.silhouettes import degrees_apart

QUICK: dict[str, Value] = {"up": "z", "side": 160, "resolution": 120, "starts": 3, "kept": 2, "lying": "upright"}
MATRIX = np.array([[460.0, 0, 100], [0, 460, 150], [0, 0, 1]])
SIZE = (280, 260)


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> tuple[Doubles, Doubles]:
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], np.float64)
    sides = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = [[s[a], s[b], s[c]] for s in sides for a, b, c in ((0, 1, 2), (0, 2, 3))]
    return corners * (np.array(high) - low) + low, np.array(faces)


def merged(*boxes: tuple[Doubles, Doubles]) -> Mesh:
    counts = np.cumsum([0, *(len(vertices) for vertices, _ in boxes)])
    faces = [corners + first for (_, corners), first in zip(boxes, counts, strict=False)]
    return Mesh(np.concatenate([vertices for vertices, _ in boxes]), np.concatenate(faces).astype(np.int32))


def bracket(*, horn: bool = True) -> Mesh:
    """40 mm long, nothing about it symmetric; its horn may be missing."""
    parts = [box((0, 0, 0), (40, 18, 6)), box((0, 0, 6), (7, 18, 30)), box((30, 10, 6), (40, 18, 16))]
    return merged(*parts, *([box((16, 0, 6), (20, 4, 22))] if horn else []))


def looking(
    around: float, over: float, distance: float = 170, aim: tuple[float, float, float] = (20, 9, 12)
) -> Doubles:
    """(4, 4) to a camera that looks at ``aim`` from those degrees."""
    az, el = math.radians(around), math.radians(over)
    out = np.array([math.cos(el) * math.cos(az), math.cos(el) * math.sin(az), math.sin(el)])
    pose = looking_from(np.array(aim) + out, aim)
    pose[2, 3] += distance - 1  # Why not there at once: the part may lie behind the camera.
    return pose


def seen(mesh: Mesh, camera: Camera, pose: Doubles) -> Floats:
    """The exact silhouette, by the raster that view transfer uses."""
    surface = Surface.of(mesh.vertices, mesh.faces).placed(pose)
    raster = DepthRaster.render(surface, scaled(camera, factor=4), step=1, ticket=PatientTicket())
    return np.asarray(cv2.resize(np.isfinite(raster.values).astype(np.float32), camera.size[::-1], None, 0, 0, 3))


def camera_at(extrinsics: Doubles, distortion: Doubles | None = None, name: str = "one") -> Camera:
    return Camera(name, MATRIX, extrinsics, SIZE, np.zeros(5) if distortion is None else distortion)


def one_look(mesh: Mesh, pose: Doubles, *, distortion: Doubles | None = None) -> PoseRequest:
    camera = camera_at(np.eye(4), distortion)
    return PoseRequest(bracket(), (Look(camera, seen(mesh, camera, pose)),))


def run(request: PoseRequest, settings: dict[str, Value] | None = None) -> PoseTrace:
    return ALIGNER.align(request, {**QUICK, **(settings or {})}, PatientTicket(), watch=lambda news: None)


POSE = looking(25, 33)
BENT = np.array([-0.25, 0.1, 0.002, -0.001, 0.0])


def test_the_entry_point_is_found() -> None:
    assert Aligners.installed()["ptad"].info.methods == ("lm", "ptad")


@pytest.mark.parametrize("distortion", [None, BENT])
def test_a_single_look_gives_the_pose_with_any_lens(distortion: Doubles | None) -> None:
    trace = run(one_look(bracket(), POSE, distortion=distortion))
    assert degrees_apart(trace.pose, POSE) < 0.6
    assert np.linalg.norm(trace.pose[:3, 3] - POSE[:3, 3]) < 2.5
    assert not trace.ambiguous


def test_a_missing_piece_hardly_moves_the_pose_and_is_pointed_at() -> None:
    trace = run(one_look(bracket(horn=False), POSE))
    assert degrees_apart(trace.pose, POSE) < 1
    whole, lacking = (seen(mesh, trace.cameras[0], POSE) for mesh in (bracket(), bracket(horn=False)))
    horn = whole - lacking > 0.5
    assert trace.suspicion[0][horn].mean() > 0.6
    assert trace.suspicion[0][cv2.dilate(horn.astype(np.uint8), np.ones((9, 9))) == 0].mean() < 0.01


def test_the_mesh_may_be_anywhere_and_of_any_unit() -> None:
    request = one_look(bracket(), POSE)
    moved = Mesh(bracket().vertices / 1000 + [3, -2, 5], bracket().faces)
    here, there = run(request).pose, run(replace(request, mesh=moved)).pose
    assert degrees_apart(here, there) < 0.05
    np.testing.assert_allclose(
        there[:3, :3] @ [3.02, -1.991, 5.012] + there[:3, 3],
        (here[:3, :3] @ [20, 9, 12] + here[:3, 3]) / 1000,
        atol=1e-3,
    )


def test_several_looks_give_one_pose_in_the_rig() -> None:
    pose = motion(np.array([0.02, -0.03, 0.4, 3.0, -2.0, 1.0]))
    aim = (float(v) for v in pose[:3, :3] @ [20, 9, 12] + pose[:3, 3])
    x, y, z = aim
    cameras = [camera_at(looking(a, e, aim=(x, y, z)), name=str(a)) for a, e in ((10, 40), (130, 35), (250, 50))]
    looks = tuple(Look(camera, seen(bracket(), camera, pose)) for camera in cameras)
    trace = run(PoseRequest(bracket(), looks))
    assert degrees_apart(trace.pose, pose) < 0.4
    assert np.linalg.norm((trace.pose - pose)[:3, :3] @ [20, 9, 12] + (trace.pose - pose)[:3, 3]) < 0.15
    assert len(trace.masks) == len(trace.cameras) == 3
    assert len(trace.references) == 40


def test_what_is_watched_is_what_the_trace_holds() -> None:
    news: list[PoseStart | PoseStep] = []
    request = one_look(bracket(), POSE)
    trace = ALIGNER.align(request, QUICK, PatientTicket(), watch=news.append)
    assert isinstance(news[0], PoseStart)
    assert news[0].references == trace.references
    assert tuple(news[1:]) == trace.steps
    assert all(step.residuals[0].shape == trace.masks[0].shape == trace.cameras[0].size for step in trace.steps)
    assert all(np.isfinite([*step.pose.ravel(), *step.change, step.loss, step.iou]).all() for step in trace.steps)
    assert len(trace.references) == 20
    assert len(trace.candidates) == 3
    assert trace.renders > len(trace.steps)
    assert (np.diff(trace.information) >= 0).all()
    np.testing.assert_allclose(trace.axes.T @ trace.axes, np.eye(6), atol=1e-9)


def test_a_steps_change_leads_from_the_pose_before_it() -> None:
    trace = run(one_look(bracket(), POSE), {"method": "ptad", "iterations": 12})
    middle = bracket().bounds.mean(axis=0)
    for before, after in zip(trace.steps, trace.steps[1:], strict=False):
        turned = motion(np.r_[after.change[:3], 0, 0, 0])[:3, :3] @ before.pose[:3, :3]
        np.testing.assert_allclose(turned, after.pose[:3, :3], atol=1e-6)
        place = before.pose[:3, :3] @ middle + before.pose[:3, 3] + after.change[3:]
        np.testing.assert_allclose(place, after.pose[:3, :3] @ middle + after.pose[:3, 3], atol=1e-4)


def test_the_papers_method_improves_on_its_reference() -> None:
    trace = run(one_look(bracket(), POSE), {"method": "ptad", "iterations": 60})
    assert len(trace.steps) == 61
    nearest = min(range(20), key=lambda number: trace.references[number].distance)
    assert trace.candidates[0].reference == nearest
    assert trace.settings["opacity"] == 0.731
    assert trace.loss < 0.5 * trace.steps[0].loss


def test_no_iterations_keep_the_nearest_reference() -> None:
    trace = run(one_look(bracket(), POSE), {"method": "ptad", "iterations": 0})
    nearest = min(trace.references, key=lambda reference: reference.distance)
    np.testing.assert_allclose(trace.pose, nearest.pose, atol=1e-3)


def test_a_run_goes_on_from_a_given_pose_and_from_a_chosen_reference() -> None:
    request = one_look(bracket(), POSE)
    begun = run(replace(request, begin=POSE @ motion(np.array([0.05, 0.02, -0.04, 1, 0, 1]))))
    assert begun.references == ()
    assert {candidate.reference for candidate in begun.candidates} == {-1}
    assert degrees_apart(begun.pose, POSE) < 0.6
    chosen = run(replace(request, reference=11))
    assert {candidate.reference for candidate in chosen.candidates} == {11}


def test_a_round_part_is_in_doubt_and_says_about_which_axis() -> None:
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    rim = np.stack([10 * np.cos(angles), 10 * np.sin(angles)], axis=1)
    places = np.concatenate([np.c_[rim, np.zeros(64)], np.c_[rim * 0.6, np.full(64, 18)], [[0, 0, 0], [0, 0, 18]]])
    k, n = np.arange(64), (np.arange(64) + 1) % 64
    faces = np.concatenate([
        np.stack([k, n, k + 64], 1), np.stack([n, n + 64, k + 64], 1),
        np.stack([n, k, np.full(64, 128)], 1), np.stack([k + 64, n + 64, np.full(64, 129)], 1),
    ])  # fmt: skip
    cone, camera = Mesh(places, faces.astype(np.int32)), camera_at(np.eye(4))
    mask = seen(cone, camera, looking(0, 30, 110, (0, 0, 9)))
    trace = run(PoseRequest(cone, (Look(camera, mask),)))
    assert any("turning about the part's z axis" in doubt for doubt in trace.doubts)


def test_a_part_cut_off_by_the_border_is_fitted_where_it_is_seen_and_in_doubt() -> None:
    pose = POSE.copy()
    pose[0, 3] -= 34
    trace = run(one_look(bracket(), pose))
    assert any("border" in doubt for doubt in trace.doubts)
    assert degrees_apart(trace.pose, pose) < 3


def test_stopping_is_heard_at_once() -> None:
    for patience in (0, 5, 40):
        with pytest.raises(Cancelled):
            ALIGNER.align(one_look(bracket(), POSE), QUICK, ImpatientTicket(patience), watch=lambda news: None)


def test_progress_never_runs_backwards() -> None:
    for method in ("lm", "ptad"):
        ticket = PatientTicket()
        ALIGNER.align(
            one_look(bracket(), POSE), {**QUICK, "method": method, "iterations": 5}, ticket, watch=lambda news: None
        )
        assert ticket.fractions == sorted(ticket.fractions)
        assert ticket.fractions[-1] == 1


def test_progress_always_says_what_is_done() -> None:
    class Heard(PatientTicket):
        def __init__(self) -> None:
            super().__init__()
            self.words: list[str] = []

        def report(self, fraction: float, message: str = "") -> None:
            super().report(fraction, message)
            self.words.append(message)

    for method in ("lm", "ptad"):
        ticket = Heard()
        ALIGNER.align(
            one_look(bracket(), POSE), {**QUICK, "method": method, "iterations": 5}, ticket, watch=lambda news: None
        )
        drawn = ticket.words[ticket.words.index("Reference 1 of 20") :]
        assert all(drawn), "words were taken back"
        assert ("Iteration 5 of 5" in drawn) == (method == "ptad")


def with_look(change: Callable[[Look], Look]) -> PoseRequest:
    request = one_look(bracket(), POSE)
    return replace(request, looks=(change(request.looks[0]),))


def with_mesh(vertices: Doubles, faces: list[list[int]] | None = None) -> PoseRequest:
    corners = bracket().faces if faces is None else np.array(faces, np.int32).reshape(-1, 3)
    return replace(one_look(bracket(), POSE), mesh=Mesh(vertices, corners))


FOLDED = np.array([-4.0, 0, 0, 0, 0])


def mask_of(rows: slice, columns: slice) -> Floats:
    mask = np.zeros(SIZE, np.float32)
    mask[rows, columns] = 1
    return mask


def with_centre_at(x: float) -> Doubles:
    """MATRIX with its principal point there."""
    matrix = MATRIX.copy()
    matrix[0, 2] = x
    return matrix


UNUSABLE: dict[str, Callable[[], PoseRequest]] = {
    "no look": lambda: PoseRequest(bracket(), ()),
    "an empty mask": lambda: with_look(lambda look: replace(look, mask=look.mask * 0)),
    "a full mask": lambda: with_look(lambda look: replace(look, mask=look.mask * 0 + 1)),
    "a mask of NaN": lambda: with_look(lambda look: replace(look, mask=look.mask * np.float32(np.nan))),
    "another size": lambda: with_look(lambda look: replace(look, mask=look.mask[1:])),
    "K of zeros": lambda: with_look(lambda look: replace(look, camera=replace(look.camera, matrix=np.zeros((3, 3))))),
    "K of NaN": lambda: with_look(lambda look: replace(look, camera=replace(look.camera, matrix=MATRIX * np.nan))),
    "no rigid extrinsics": lambda: with_look(
        lambda look: replace(look, camera=replace(look.camera, world_to_camera=2 * np.eye(4)))
    ),
    "one pixel": lambda: with_look(lambda look: replace(look, mask=mask_of(slice(100, 101), slice(100, 101)))),
    "seven pixels": lambda: with_look(lambda look: replace(look, mask=mask_of(slice(100, 107), slice(100, 104)))),
    "a principal point in the next town": lambda: with_look(
        lambda look: replace(look, camera=replace(look.camera, matrix=with_centre_at(1e9)))
    ),
    "a part across the lens": lambda: with_look(
        lambda look: replace(look, camera=replace(look.camera, matrix=with_centre_at(-3500)))
    ),
    "a part beyond the lens": lambda: with_look(
        lambda look: replace(look, camera=replace(look.camera, distortion=FOLDED), mask=mask_of(slice(0, 12), slice(9)))
    ),
    "a rig of light years": lambda: with_look(
        lambda look: replace(look, camera=replace(look.camera, world_to_camera=motion(np.array([0, 0, 0, 0, 0, 1e16]))))
    ),
    "NaN vertices": lambda: with_mesh(np.where(np.arange(96)[:, None].repeat(3, 1) % 7, 1.0, np.nan)[: 32]),
    "no area": lambda: with_mesh(np.zeros((32, 3))),
    "no faces": lambda: with_mesh(bracket().vertices, []),
    "faces out of range": lambda: with_mesh(bracket().vertices, [[0, 1, 999]]),
    "behind the camera": lambda: replace(one_look(bracket(), POSE), begin=looking(25, 33, -170)),
    "beside the image": lambda: replace(one_look(bracket(), POSE), begin=motion(np.array([0, 0, 0, 900.0, 0, 170]))),
    "a pose of NaN": lambda: replace(one_look(bracket(), POSE), begin=np.full((4, 4), np.nan)),
    "no such reference": lambda: replace(one_look(bracket(), POSE), reference=20),
}  # fmt: skip


@pytest.mark.parametrize("what", UNUSABLE)
@pytest.mark.parametrize("method", ["lm", "ptad"])
def test_what_cannot_be_used_is_a_problem_with_a_way_out(what: str, method: str) -> None:
    with pytest.raises(Problem) as caught:
        run(UNUSABLE[what](), {"method": method})
    assert caught.value.remedy


@pytest.mark.parametrize("thickness", [1, 2])
@pytest.mark.parametrize("method", ["lm", "ptad"])
def test_a_part_thinner_than_the_searchs_pixels_ends_in_a_pose(thickness: int, method: str) -> None:
    needle = merged(box((0, 0, 0), (40, 0.1, 0.1)))
    camera = camera_at(np.eye(4))
    look = Look(camera, mask_of(slice(101, 101 + thickness), slice(60, 160)))
    trace = run(PoseRequest(needle, (look,)), {"method": method, "iterations": 5})
    assert np.isfinite([*trace.pose.ravel(), trace.loss, trace.iou]).all()


def test_a_mesh_in_another_unit_than_the_rig_is_a_problem_naming_both_sizes() -> None:
    cameras = [camera_at(looking(a, 35), name=str(a)) for a in (0, 120)]
    looks = tuple(Look(camera, seen(bracket(), camera, np.eye(4))) for camera in cameras)
    metres = Mesh(bracket().vertices / 1000, bracket().faces)
    with pytest.raises(Problem, match=r"mesh 0\.05"):
        run(PoseRequest(metres, looks))


@pytest.mark.parametrize("settings", [{"elevations": "high"}, {"method": "guess"}, {"views": 0}, {"no": 1}])
def test_settings_that_mean_nothing_are_problems(settings: dict[str, Value]) -> None:
    with pytest.raises(Problem):
        run(one_look(bracket(), POSE), settings)


def test_a_rendering_has_the_depth_of_the_nearest_surface() -> None:
    camera = camera_at(np.eye(4))
    drawn = ALIGNER.render(bracket(), camera, POSE, {"resolution": 200, "normalised": True}, PatientTicket())
    surface = Surface.of(bracket().vertices, bracket().faces).placed(POSE)
    exact = DepthRaster.render(surface, camera, step=1, ticket=PatientTicket()).values
    inner = cv2.erode(np.isfinite(exact).astype(np.uint8), np.ones((5, 5))) > 0
    assert np.median(np.abs(drawn.depth[inner] - exact[inner])) < 0.5
