"""Splats drawn by numba and torch against every splat on every pixel, in double precision."""

import math
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from pentad.core.arrays import Bools, Doubles
from pentad.core.camera import Camera
from pentad.core.problem import Problem
from pentad_models.ptad.rasteriser import Disks, Rasteriser
from pentad_models.ptad.rasterising import rasteriser_for
from pentad_models.ptad.rasterising.scene import Scene
from pentad_models.ptad.rasterising.torch_backend import Splats, TorchRasteriser, blended_depth, opacity_mask
from tests.plugins.splat_twin import alphas, blended, mask_of

SCENES = st.builds(
    lambda seed, count, opacity, spread, size: (int(seed), int(count), float(opacity), float(spread), int(size)),
    st.integers(0, 10**6), st.integers(1, 60), st.sampled_from([0.05, 0.4, 0.731, 1.0]), st.sampled_from([0.05, 0.3]),
    st.integers(0, 2),
)  # fmt: skip
Drawn = tuple[Disks, Camera, Doubles]


def scene(seed: int, count: int, size: int) -> Drawn:
    """Disks of many sizes in and around a small picture with an off-centre, non-square camera."""
    random = np.random.default_rng(seed)
    means = random.normal(0, [30, 30, 20], (count, 3))
    tangents = random.normal(0, (0.5, 4.0, 12.0)[size], (2, count, 3))
    disks = Disks(*(np.ascontiguousarray(part, np.float32) for part in (means, *tangents)))
    height, width = (int(side) for side in random.integers(5, 30, 2))
    k = np.array([[random.uniform(15, 60), 0, random.uniform(-5, 35)], [0, 30.0, random.uniform(-5, 35)], [0, 0, 1]])
    pose = np.eye(4)
    pose[:3, :3] = Rotation.random(random_state=seed).as_matrix()
    pose[:3, 3] = random.normal([0, 0, random.uniform(0, 150)], 10)
    return disks, Camera("small", k, np.eye(4), (height, width)), pose


def twin(drawn: Drawn, opacity: float, spread: float, pose: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, Bools]:
    disks, camera, _ = drawn
    near = Scene.of(disks, camera, opacity=opacity, spread=spread).near
    means, first, second = (torch.tensor(part).double() for part in (disks.means, disks.first, disks.second))
    alpha, z, unsure = alphas(means, first, second, pose, camera, opacity=opacity, spread=spread, near=near)
    return alpha, z, unsure.numpy()


def both(drawn: Drawn, opacity: float, spread: float) -> tuple[Rasteriser, Rasteriser]:
    return (
        rasteriser_for("numba", *drawn[:2], opacity=opacity, spread=spread),
        rasteriser_for("torch", *drawn[:2], opacity=opacity, spread=spread),
    )


@given(SCENES)
@settings(max_examples=60, deadline=None)
def test_masks_are_those_of_every_splat_on_every_pixel(values: tuple[int, int, float, float, int]) -> None:
    seed, count, opacity, spread, size = values
    drawn = scene(seed, count, size)
    alpha, _, unsure = twin(drawn, opacity, spread, torch.tensor(drawn[2]))
    expected = mask_of(alpha).numpy()
    for rasteriser in both(drawn, opacity, spread):
        found = rasteriser.silhouette(drawn[2]).mask
        assert found.dtype == np.float32
        np.testing.assert_allclose(found[~unsure], expected[~unsure], atol=2e-3)
        assert (np.abs(found - expected) <= 1 / 255 + 2e-3).all()


@given(SCENES)
@settings(max_examples=30, deadline=None)
def test_the_derivative_is_the_one_of_automatic_differentiation(values: tuple[int, int, float, float, int]) -> None:
    seed, count, opacity, spread, size = values
    drawn = scene(seed, count, size)
    pose = torch.tensor(drawn[2])

    change = torch.zeros(6, dtype=torch.float64, requires_grad=True)
    alpha, _, unsure = twin(drawn, opacity, spread, torch.linalg.matrix_exp(hat(change)) @ pose)
    mask = mask_of(alpha)
    rows = [torch.autograd.grad(at, change, retain_graph=True)[0] for at in mask.reshape(-1)[::17]]
    expected = torch.stack(rows).numpy()
    unsure = unsure.reshape(-1)[::17]
    scale = np.abs(expected[~unsure]).max(initial=1e-3, axis=0)
    for rasteriser in both(drawn, opacity, spread):
        silhouette = rasteriser.silhouette(drawn[2], jacobian=True)
        assert silhouette.jacobian is not None
        assert (np.abs(silhouette.jacobian.reshape(-1, 6)[::17] - expected)[~unsure] <= 1e-3 * scale).all()
        np.testing.assert_array_equal(silhouette.mask, rasteriser.silhouette(drawn[2]).mask)


def hat(change: torch.Tensor) -> torch.Tensor:
    a, b, c, x, y, z = change
    nil = torch.zeros_like(a)
    rows = [[nil, -c, b, x], [c, nil, -a, y], [-b, a, nil, z], [nil, nil, nil, nil]]
    return torch.stack([torch.stack(row) for row in rows])


@given(SCENES)
@settings(max_examples=30, deadline=None)
def test_depths_are_blended_from_the_nearest_splat_on(values: tuple[int, int, float, float, int]) -> None:
    seed, count, opacity, spread, size = values
    drawn = scene(seed, count, size)
    alpha, z, unsure = twin(drawn, opacity, spread, torch.tensor(drawn[2]))
    mask, depth = (part.numpy() for part in blended(alpha, z))
    for rasteriser in both(drawn, opacity, spread):
        plain, normalised = rasteriser.depth(drawn[2]), rasteriser.depth(drawn[2], normalised=True)
        np.testing.assert_allclose(plain.mask[~unsure], mask[~unsure], atol=2e-3)
        np.testing.assert_allclose(plain.depth[~unsure], depth[~unsure], atol=2e-3 * float(z.abs().max()))
        np.testing.assert_array_equal(np.isnan(normalised.depth), normalised.mask == 0)
        clear = ~unsure & (mask > 0.02)
        np.testing.assert_allclose(normalised.depth[clear], (depth / np.where(clear, mask, 1))[clear], rtol=2e-3)


def part() -> Drawn:
    """A ball of eight thousand disks in the middle of a picture."""
    random = np.random.default_rng(0)
    normals = random.normal(size=(8000, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    first = np.cross(normals, [0.3, 0.2, 0.9])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    disks = Disks(*(np.ascontiguousarray(v, np.float32) for v in (30 * normals, first, np.cross(normals, first))))
    pose = np.eye(4)
    pose[:3, 3] = 1, 2, 150
    return disks, Camera("part", np.array([[100.0, 0, 31.5], [0, 100, 23.5], [0, 0, 1]]), np.eye(4), (48, 64)), pose


def test_the_same_question_has_the_same_answer_and_threads_share_a_rasteriser() -> None:
    disks, camera, pose = part()
    rasteriser = rasteriser_for("numba", disks, camera)
    first = rasteriser.silhouette(pose, jacobian=True)
    kept = first.mask.copy()
    other = pose.copy()
    other[0, 3] += 9
    with ThreadPoolExecutor(2) as pool:
        poses = [pose, other] * 8
        answers = list(pool.map(lambda p: rasteriser.silhouette(p, jacobian=True), poses))
    for answer in answers[::2]:
        np.testing.assert_array_equal(answer.mask, kept)
        assert answer.jacobian is not None
        np.testing.assert_array_equal(answer.jacobian, first.jacobian)
    np.testing.assert_array_equal(first.mask, kept)
    for threads in (1, 3):
        again = rasteriser_for("numba", disks, camera, threads=threads).silhouette(pose, jacobian=True)
        np.testing.assert_allclose(again.mask, kept, atol=1e-5)


def test_a_filled_part_has_a_derivative_at_its_border_only() -> None:
    disks, camera, pose = part()
    silhouette = rasteriser_for("auto", disks, camera).silhouette(pose, jacobian=True)
    assert silhouette.jacobian is not None
    assert silhouette.mask[24, 32] > 0.999
    assert np.abs(silhouette.jacobian[24, 32]).max() < 1e-2 < np.abs(silhouette.jacobian).max()


def test_gradients_reach_everything_splats_are_made_of() -> None:
    disks, camera, pose = part()
    few = Disks(disks.means[:200], disks.first[:200], disks.second[:200])
    whole = Scene.of(few, camera, opacity=0.731, spread=0.3)
    splats = Splats.of(whole, device="cpu", dtype=torch.float64)
    leaves = [splats.means, splats.first, splats.second, splats.opacity, splats.focal, torch.tensor(pose)]
    for leaf in leaves:
        leaf.requires_grad_()
    weights = torch.rand(camera.size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    (opacity_mask(splats, leaves[-1], whole) * weights).sum().backward()
    ours = [leaf.grad for leaf in leaves]
    for leaf in leaves:
        leaf.grad = None
    mask, depth = blended_depth(splats, leaves[-1], whole)
    (mask * weights).sum().backward(retain_graph=True)
    for gradient, leaf in zip(ours, leaves, strict=True):
        assert gradient is not None
        assert leaf.grad is not None
        torch.testing.assert_close(gradient, leaf.grad, rtol=1e-2, atol=1e-3)
    depth.sum().backward()
    parts = [leaf.detach().clone().requires_grad_() for leaf in leaves[:3]]
    alpha, _, _ = alphas(
        parts[0], parts[1], parts[2], torch.tensor(pose), camera, opacity=0.731, spread=0.3, near=whole.near
    )
    (mask_of(alpha) * weights).sum().backward()
    for gradient, twin_part in zip(ours, parts, strict=False):
        assert gradient is not None
        assert twin_part.grad is not None
        torch.testing.assert_close(gradient, twin_part.grad)


@pytest.mark.parametrize("name", ["numba", "torch"])
@pytest.mark.parametrize("where", ["no splats", "no opacity", "behind", "aside", "too near", "far", "huge numbers"])
def test_nothing_to_see_is_an_empty_picture(name: str, where: str) -> None:
    disks, camera, pose = part()
    pose = pose.copy()
    if where == "no splats":
        disks = Disks(*(np.zeros((0, 3), np.float32),) * 3)
    pose[:3, 3] = {"behind": (0, 0, -150), "aside": (1e4, 0, 150), "too near": (0, 0, -31), "huge numbers": (1e14,) * 3,
                   "far": (4e14, 0, 1e14)}.get(where, pose[:3, 3])  # fmt: skip
    opacity = 0.003 if where == "no opacity" else 0.731
    rasteriser = rasteriser_for(name, disks, camera, opacity=opacity)
    silhouette = rasteriser.silhouette(pose, jacobian=True)
    assert silhouette.jacobian is not None
    assert not silhouette.mask.any()
    assert not silhouette.jacobian.any()
    assert not rasteriser.depth(pose).depth.any()
    assert np.isnan(rasteriser.depth(pose, normalised=True).depth).all()


@pytest.mark.parametrize("name", ["numba", "torch"])
@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e300])
def test_a_pose_that_is_not_finite_is_a_problem(name: str, bad: float) -> None:
    disks, camera, pose = part()
    rasteriser = rasteriser_for(name, disks, camera)
    pose = pose.copy()
    pose[1, 3] = bad
    for ask in (rasteriser.silhouette, rasteriser.depth):
        with pytest.raises(Problem):
            ask(pose)
        with pytest.raises(Problem):
            ask(np.eye(3))


def _camera(*, k: Doubles | None = None, size: tuple[int, int] = (48, 64), bend: float = 0.0) -> Camera:
    matrix = np.array([[100.0, 0, 31.5], [0, 100, 23.5], [0, 0, 1]]) if k is None else k
    return Camera("odd", matrix, np.eye(4), size, distortion=np.array([bend, 0, 0, 0, 0]))


@pytest.mark.parametrize(
    "camera",
    [
        _camera(k=np.zeros((3, 3))),
        _camera(k=np.array([[100.0, 3, 31.5], [0, 100, 23.5], [0, 0, 1]])),
        _camera(k=np.array([[math.nan, 0, 31.5], [0, 100, 23.5], [0, 0, 1]])),
        _camera(bend=0.1),
        _camera(size=(0, 64)),
        _camera(size=(100_000, 100_000)),
    ],
    ids=["no focal length", "skew", "not finite", "distortion", "no pixels", "too many pixels"],
)
def test_a_camera_that_is_no_pinhole_is_a_problem(camera: Camera) -> None:
    with pytest.raises(Problem, match="odd"):
        rasteriser_for("numba", part()[0], camera)


def test_what_splats_cannot_be_drawn_with_is_a_problem() -> None:
    disks, camera, pose = part()
    for opacity, spread in ((math.nan, 0.3), (1.5, 0.3), (0.5, 0.0), (0.5, math.nan)):
        with pytest.raises(Problem):
            rasteriser_for("numba", disks, camera, opacity=opacity, spread=spread)
    broken = Disks(disks.means * np.float32(math.nan), disks.first, disks.second)
    with pytest.raises(Problem):
        rasteriser_for("numba", broken, camera)
    with pytest.raises(Problem, match="crayon"):
        rasteriser_for("crayon", disks, camera)
    large = rasteriser_for("numba", disks, _camera(size=(6000, 6000)))
    assert large.silhouette(pose).mask.max() > 0.9
    with pytest.raises(Problem, match="6000"):
        large.silhouette(pose, jacobian=True)


def test_a_disk_seen_from_its_side_is_a_thin_line() -> None:
    """One whose covariance in the picture has no rank but for the spread."""
    camera = _camera()
    disks = Disks(*(np.array([v], np.float32) for v in ([0, 0, 100], [40, 0, 0], [0, 0, 3])))
    mask = rasteriser_for("numba", disks, camera, spread=0.05).silhouette(np.eye(4)).mask
    reach = math.sqrt(2 * math.log(0.731 * 255) * 0.05)
    rows = np.flatnonzero(mask[:, 31])
    assert rows.min() >= 23.5 - reach
    assert rows.max() <= 23.5 + reach
    assert (mask[rows] > 0).mean() > 0.9


def test_single_precision_is_enough_for_thousands_of_splats() -> None:
    disks, camera, pose = part()
    whole = Scene.of(disks, camera, opacity=0.731, spread=0.3)
    exact = TorchRasteriser(whole, dtype=torch.float64).silhouette(pose, jacobian=True)
    quick = rasteriser_for("numba", disks, camera).silhouette(pose, jacobian=True)
    assert exact.jacobian is not None
    assert quick.jacobian is not None
    np.testing.assert_allclose(quick.mask, exact.mask, atol=2e-3)
    assert np.linalg.norm(quick.jacobian - exact.jacobian) <= 1e-3 * np.linalg.norm(exact.jacobian)


def test_the_first_use_says_what_it_waits_for_and_the_second_nothing() -> None:
    code = """if True:
        from pentad_models.ptad.rasterising import warm

        class Listener:
            def check(self): pass
            def report(self, fraction, message=""): print(f"{fraction:.3f} {message}")

        warm(Listener(), until=0.1)
        print("again")
        warm(Listener())
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    first, second = done.stdout.split("again")
    told = [line.split(" ", 1) for line in first.splitlines()]
    fractions = [float(fraction) for fraction, _ in told]
    assert told[0][1] == "Compiling the rasteriser, once, about 5 s"
    assert fractions == sorted(fractions)
    assert fractions[-1] == 0.1
    assert not second.strip()


def test_gsplat_draws_as_the_others_do() -> None:
    if not torch.cuda.is_available():
        with pytest.raises(Problem, match="NVIDIA GPU") as caught:
            rasteriser_for("gsplat", *part()[:2])
        pytest.skip(f"{caught.value}")
    pytest.importorskip("gsplat", reason="the extra gsplat is not installed")
    disks, camera, pose = part()
    quick, cuda = (rasteriser_for(name, disks, camera) for name in ("numba", "gsplat"))
    expected, found = (rasteriser.silhouette(pose, jacobian=True) for rasteriser in (quick, cuda))
    np.testing.assert_allclose(found.mask, expected.mask, atol=2e-3)
    assert found.jacobian is not None
    assert expected.jacobian is not None
    assert np.linalg.norm(found.jacobian - expected.jacobian) <= 1e-3 * np.linalg.norm(expected.jacobian)
    for normalised in (False, True):
        ours, theirs = (rasteriser.depth(pose, normalised=normalised).depth for rasteriser in (quick, cuda))
        clear = expected.mask > 0.02
        np.testing.assert_allclose(theirs[clear], ours[clear], rtol=5e-3, atol=0.2)


def test_asking_for_a_rasteriser_loads_that_one_only() -> None:
    code = (
        "import sys; from pentad_models.ptad import rasterising; print('numba' in sys.modules, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "False"]
