"""What photometric stereo costs at 20 megapixels, and how near it comes on real and simulated parts."""

import threading
import time
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import io

from pentad.core.arrays import Bools, Doubles, Floats, Image
from pentad.gantry.station import lights
from pentad.geometry.photometric_stereo import Lighting, LightStack, Method, doubt_order, solve
from tests.benchmarks.timing import best
from tests.geometry.test_robust_stereo import ring_of

HEIGHT, WIDTH = 3648, 5472
PEAK_GB = 0.1


@pytest.fixture(scope="module")
def codes() -> NDArray[np.uint16]:
    """Eight 16-bit lights of 20 MP: Lambert waves, some shadow, some gloss."""
    rng = np.random.default_rng(0)
    x, y = np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32)[:, None]
    p, q = 0.4 * np.sin(x / 90) * np.cos(y / 70), 0.4 * np.cos(x / 110 + y / 90)
    scale = (40000 / np.sqrt(p * p + q * q + 1)).astype(np.float32)
    stack = np.empty((8, HEIGHT, WIDTH), np.uint16)
    for plane, (lx, ly, lz) in zip(stack, lights().astype(np.float32), strict=True):
        shade = np.clip((lz - lx * p - ly * q) * scale, 0, None)
        shade[rng.integers(0, HEIGHT, 20000), rng.integers(0, WIDTH, 20000)] = 65535
        plane[:] = shade
    return stack


def read_pass(stack: NDArray[np.uint16]) -> int:
    return sum(int(plane.sum(dtype=np.uint64)) for plane in stack)


def read_and_write_pass(stack: NDArray[np.uint16]) -> Floats:
    """The same bytes in, and as many bytes out as a solve has: normals, albedo, residuals, a count."""
    read_pass(stack)
    outputs = np.empty((HEIGHT, WIDTH, 5), np.float32)
    outputs[:] = 1
    counts = np.empty((HEIGHT, WIDTH), np.uint8)
    counts[:] = 1
    return outputs


@pytest.mark.benchmark
def test_twenty_megapixels_by_every_method_beside_one_pass_over_the_same_bytes(codes: NDArray[np.uint16]) -> None:
    stack, lighting = LightStack.of(codes), Lighting.distant(lights())
    for method in Method:
        solve(LightStack.of(codes[:, :64, :64].copy()), lighting, method=method)
    alone_at = partial(solve, stack, lighting, method=Method.LS, threads=1)
    # Why in turns: other programs come and go, and with them what a page of fresh memory costs.
    rounds = [(best(partial(read_and_write_pass, codes), 1), best(alone_at, 1)) for _ in range(6)]
    moving, alone = (
        (min(one[0] for one, _ in rounds), min(one[1] for one, _ in rounds)),
        min(other[1] for _, other in rounds),
    )
    reading = best(partial(read_pass, codes))
    print(
        f"\none pass over the {codes.nbytes / 1e6:.0f} MB of input: {reading[0]:.2f} s ({reading[1]:.2f} s processor)"
    )
    print(
        f"one pass over input and as many bytes out as the answer has: {moving[0]:.2f} s ({moving[1]:.2f} s processor)"
    )
    print(
        f"ls on one thread: {alone:.2f} s of processor time, {alone / moving[1]:.1f} times the pass in and out, "
        f"{alone / reading[1]:.1f} times reading alone"
    )
    loads = {}
    for method in Method:
        clock, loads[method] = best(partial(solve, stack, lighting, method=method))
        print(
            f"{method} on two threads: {clock:.2f} s by the clock here, {loads[method]:.2f} s of processor time, so "
            f"{loads[method] / 2:.2f} s on two idle cores"
        )
    assert loads[Method.LS] / 2 <= 3 * moving[1]
    assert max(loads[Method.MASK], loads[Method.TRIM]) / 2 <= 1
    assert loads[Method.L1] / 2 <= 4


@pytest.mark.benchmark
def test_memory_stays_at_input_and_output(codes: NDArray[np.uint16]) -> None:
    stack, lighting = LightStack.of(codes), Lighting.distant(lights())
    for method in (Method.LS, Method.L1):
        tracemalloc.start()
        found = solve(stack, lighting, method=method)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        outputs = sum(a.nbytes for a in (found.normals, found.albedo, found.residuals, found.lights_used))
        print(f"\n{method}: {(peak - outputs) / 1e9:.3f} GB beyond input and output")
        assert (peak - outputs) / 1e9 <= PEAK_GB


@pytest.mark.benchmark
def test_a_stack_on_disk_takes_no_more_memory_for_more_lights_and_decodes_side_by_side(
    codes: NDArray[np.uint16], tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(8)]
    for path, plane in zip(paths, codes, strict=True):
        cv2.imwrite(str(path), plane[: HEIGHT // 2], [cv2.IMWRITE_PNG_COMPRESSION, 1])
    busy, together = 0, [0]
    lock = threading.Lock()

    def decoded(path: Path) -> Image:
        nonlocal busy
        with lock:
            busy += 1
            together.append(busy)
        try:
            return cast(Image, cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
        finally:
            with lock:
                busy -= 1

    peaks = {}
    for count in (4, 8):
        tracemalloc.start()
        begun = time.perf_counter()
        readers = [partial(decoded, path) for path in paths[:count]]
        with LightStack.read(readers, keep=1, folder=tmp_path) as stack:
            read = time.perf_counter() - begun
            solve(stack, Lighting.distant(lights()[:count]), method=Method.MASK)
        peaks[count] = tracemalloc.get_traced_memory()[1] / 1e9
        tracemalloc.stop()
        print(
            f"\n{count} lights of 10 MP from PNGs: decoded, checked and laid down in {read:.2f} s, solved in "
            f"{time.perf_counter() - begun - read:.2f} s; peak {peaks[count]:.3f} GB of arrays, "
            f"{max(together)} decoding at once"
        )
    assert max(together) == 2
    assert peaks[8] - peaks[4] < 0.02


@pytest.mark.benchmark
def test_the_real_bear_by_every_method(real_data: Path) -> None:
    folder = real_data / "ps_diligent/bear"
    names = (folder / "filenames.txt").read_text().split()
    rows = [row for row, name in enumerate(names) if (folder / name).is_file()]
    images = [np.ascontiguousarray(picture(folder / names[row])[..., ::-1]) for row in rows]
    directions, powers = (
        np.loadtxt(folder / "light_directions.txt")[rows],
        np.loadtxt(folder / "light_intensities.txt")[rows],
    )
    mask: Bools = picture(folder / "mask.png").reshape(512, 612, -1).max(axis=2) > 0
    true: Doubles = cast(Any, io).loadmat(str(folder / "Normal_gt.mat"))["Normal_gt"][mask]
    stack, lighting = LightStack.of(images), Lighting.distant(directions, intensities=powers)
    errors = {}
    for method in Method:
        found = solve(stack, lighting, method=method, valid=mask).normals[mask]
        errors[method] = float(np.degrees(np.arccos(np.clip((found * true).sum(axis=1), -1, 1))).mean())
    print("\nbear, 20 lights, mean angular error: " + ", ".join(f"{m} {e:.2f} deg" for m, e in errors.items()))
    assert doubt_order(stack, lighting, valid=mask) is None
    assert min(errors.values()) <= 8.0
    assert errors[Method.LS] == pytest.approx(9.1, abs=0.3)


@pytest.mark.benchmark
def test_lambert_parts_without_shadows() -> None:
    y, x = np.mgrid[-1:1:400j, -1:1:600j]
    normals = np.stack([0.4 * np.sin(7 * x) * np.cos(5 * y), 0.35 * np.cos(4 * x + 6 * y), np.ones_like(x)], axis=2)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    shade = np.einsum("hwi,ki->khw", normals, ring_of(8, 0.66)) * (0.5 + 0.3 * np.sin(20 * x))
    assert shade.min() > 0
    for dtype in (np.uint8, np.uint16):
        stack = LightStack.of(np.rint(shade * np.iinfo(dtype).max).astype(dtype))
        told = []
        for method in Method:
            found = solve(stack, Lighting.distant(ring_of(8, 0.66)), method=method)
            told.append((method, float(np.degrees(np.linalg.norm(found.normals - normals, axis=2)).mean())))
        print(f"\nLambert, {np.dtype(dtype).itemsize * 8} bit, mean: " + ", ".join(f"{m} {e:.4f} deg" for m, e in told))
        assert dict(told)[Method.LS] <= 0.2


def picture(path: Path) -> NDArray[Any]:
    return cast(NDArray[Any], cv2.imread(str(path), cv2.IMREAD_UNCHANGED))
