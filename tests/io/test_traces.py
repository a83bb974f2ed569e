"""A pose trace comes back as it was written, and nothing else passes for one."""

import contextlib
import io
import json
import math
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.core.camera import Camera
from pentad.core.mesh import Mesh
from pentad.core.pose_trace import Candidate, PoseStep, PoseTrace, Reference
from pentad.core.problem import Problem
from pentad.io.numbered_files import NumberedFiles
from pentad.io.traces import KeptTrace, read_trace, write_trace


def made_up(seed: int, *, views: int = 2, steps: int = 5, photos: bool = True) -> KeptTrace:
    """A trace that never happened."""
    g = np.random.default_rng(seed)
    sizes = [(int(g.integers(3, 9)), int(g.integers(3, 9))) for _ in range(views)]

    def pose() -> np.ndarray:
        found = np.eye(4)
        found[:3, :3] = np.linalg.qr(g.normal(size=(3, 3)))[0]
        found[:3, 3] = g.normal(size=3)
        return found

    def step(k: int) -> PoseStep:
        loss, iou, gradient = g.random(3).tolist()
        left = tuple(g.integers(-127, 128, size, np.int8) for size in sizes)
        damping = float("nan") if k % 2 else 0.01
        return PoseStep(pose(), loss, iou, k % 2, 4 >> (k % 3), g.normal(size=6), gradient, damping, left)

    cameras = tuple(
        Camera(f"view {k}", np.array([[90.0, 0, 4], [0, 91, 3], [0, 0, 1]]), pose(), size)
        for k, size in enumerate(sizes)
    )
    trace = PoseTrace(
        method="lm",
        settings={"views": 20, "side": 256, "up": "y"},
        cameras=cameras,
        masks=tuple(g.random(size, np.float32) for size in sizes),
        references=tuple(Reference(pose(), float(g.random())) for _ in range(3)),
        candidates=(Candidate(2, pose(), 0.1, 0.9), Candidate(-1, pose(), 0.2, 0.8)),
        steps=tuple(step(k) for k in range(steps)),
        best=steps - 1,
        doubts=("Turning it hardly changes the outline.",) if seed % 2 else (),
        information=np.sort(g.random(6)),
        axes=g.normal(size=(6, 6)),
        renders=47,
        seconds=1.25,
        suspicion=tuple(g.random(size, np.float32) for size in sizes) if seed % 3 else (),
    )
    mesh = Mesh(g.normal(size=(4, 3)), np.array([[0, 1, 2], [1, 2, 3]], np.int32))
    pictures = tuple(g.integers(0, 256, (*size, 3), np.uint8) for size in sizes) if photos else ()
    return KeptTrace(trace, mesh, pictures, {"sample": "chair/test/1"})


def same(one: object, other: object) -> bool:
    """Whether two nouns hold the same numbers; NaN is NaN."""
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, tuple):
        return isinstance(other, tuple) and len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float):
        return isinstance(other, float) and (one == other or (one != one and other != other))
    if hasattr(one, "__slots__"):
        return all(same(getattr(one, name), getattr(other, name)) for name in one.__slots__ if name != "station")
    return one == other


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), views=st.integers(1, 5), steps=st.integers(1, 12), photos=st.booleans())
def test_what_was_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, seed: int, views: int, steps: int, photos: bool
) -> None:
    file = tmp_path_factory.mktemp("trace") / "a.npz"
    kept = made_up(seed, views=views, steps=steps, photos=photos)
    write_trace(file, kept)
    assert same(kept, read_trace(file))


def test_the_same_trace_has_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_trace(tmp_path / name, made_up(3))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_trace_can_be_read_by_numpy_alone(tmp_path: Path) -> None:
    kept = made_up(1)
    write_trace(tmp_path / "a.npz", kept)
    with np.load(tmp_path / "a.npz", allow_pickle=False) as found:
        np.testing.assert_array_equal(found["poses"][-1], kept.trace.pose)
        assert json.loads(bytes(found["trace"]))["method"] == "lm"


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1), what=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_trace_is_a_problem_or_whole(
    tmp_path_factory: pytest.TempPathFactory, place: float, what: int, cut: bool
) -> None:
    file = tmp_path_factory.mktemp("trace") / "a.npz"
    write_trace(file, made_up(2, steps=2))
    data = bytearray(file.read_bytes())
    at = min(int(place * len(data)), len(data) - 1)
    if cut:
        del data[at:]
    else:
        data[at] = what
    file.write_bytes(data)
    with contextlib.suppress(Problem):
        assert isinstance(read_trace(file), KeptTrace)


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("poses", np.full((5, 4, 4), np.nan)),
        ("poses", np.zeros((0, 4, 4))),
        ("faces", np.array([[0, 1, 9]], np.int32)),
        ("mask0", np.zeros((3, 3, 3), np.float32)),
        ("residual1", np.zeros((5, 2, 2), np.int16)),
        ("vertices", np.array([["a"] * 3])),
    ],
)
def test_arrays_that_do_not_fit_are_named(tmp_path: Path, entry: str, value: np.ndarray) -> None:
    write_trace(tmp_path / "a.npz", made_up(2))
    with np.load(tmp_path / "a.npz") as found:
        arrays = {**found, entry: value}
    np.savez(tmp_path / "b.npz", **arrays)
    with pytest.raises(Problem, match=r"b\.npz is no pose trace"):
        read_trace(tmp_path / "b.npz")


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    trap = io.BytesIO()
    np.lib.format.write_array(trap, np.array([{"a": 1}], object), allow_pickle=True)
    for name, data in (("trace.npy", trap.getvalue()), ("trace.npy", pickle.dumps("x"))):
        with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
            file.writestr(name, data)
        with pytest.raises(Problem):
            read_trace(tmp_path / "a.npz")


def test_a_header_that_promises_too_much_is_not_believed(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    np.lib.format.write_array_header_1_0(bomb, {"descr": "<f8", "fortran_order": False, "shape": (10**9, 1000)})
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        file.writestr("trace.npy", bomb.getvalue())
    with pytest.raises(Problem, match="no pose trace"):
        read_trace(tmp_path / "a.npz")


def test_a_newer_version_is_said(tmp_path: Path) -> None:
    write_trace(tmp_path / "a.npz", made_up(2))
    with np.load(tmp_path / "a.npz") as found:
        arrays = dict(found)
    said = json.loads(bytes(arrays["trace"])) | {"version": 9}
    arrays["trace"] = np.frombuffer(json.dumps(said).encode(), np.uint8)
    np.savez(tmp_path / "b.npz", **arrays)
    with pytest.raises(Problem, match="newer Pentad: its format is 9"):
        read_trace(tmp_path / "b.npz")
    with pytest.raises(Problem, match="cannot be read"):
        read_trace(tmp_path / "none.npz")


def test_a_projects_traces_are_numbered_and_stay_below_its_folder(tmp_path: Path) -> None:
    folder = NumberedFiles(tmp_path / "poses")
    assert folder.files("a/b") == []
    for method in ("lm", "ptad", "lm"):
        write_trace(folder.next_file("a/b", method), made_up(1, steps=1))
    (tmp_path / "poses" / "a" / "b" / "notes.npz").write_bytes(b"")
    assert [file.name for file in folder.files("a/b")] == ["001-lm.npz", "002-ptad.npz", "003-lm.npz"]
    escaped = folder.next_file("../..", "lm")
    assert escaped.resolve().is_relative_to((tmp_path / "poses").resolve())


@pytest.mark.parametrize(
    "name", ["poses", "camera_poses", "reference_poses", "candidate_poses", "matrices", "candidates", "numbers"]
)
@pytest.mark.parametrize("value", [0.0, 7.0, 1e300])
def test_poses_cameras_and_counts_that_are_none_are_told(tmp_path: Path, name: str, value: float) -> None:
    kept, file = made_up(1), tmp_path / "a.npz"
    write_trace(file, kept)
    with zipfile.ZipFile(file) as packed:
        entries = {entry: packed.read(entry) for entry in packed.namelist()}
    array = np.load(io.BytesIO(entries[f"{name}.npy"]))
    array[1] = value if array.ndim == 3 else 1e300
    changed = io.BytesIO()
    np.save(changed, array)
    with zipfile.ZipFile(file, "w") as packed:
        for entry, data in (entries | {f"{name}.npy": changed.getvalue()}).items():
            packed.writestr(entry, data)
    with pytest.raises(Problem, match=r"a\.npz is no pose trace"):
        read_trace(file)


@pytest.mark.parametrize("key", ["best", "renders", "seconds", "settings", "cameras", "doubts", "about", "method"])
@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, None, 10**400, [[]], {"a": {}}])
def test_numbers_that_are_none_are_told(tmp_path: Path, key: str, value: object) -> None:
    file = tmp_path / "a.npz"
    write_trace(file, made_up(1))
    with zipfile.ZipFile(file) as packed:
        entries = {entry: packed.read(entry) for entry in packed.namelist()}
    said = json.loads(np.load(io.BytesIO(entries["trace.npy"])).tobytes())
    changed = io.BytesIO()
    np.save(changed, np.frombuffer(json.dumps({**said, key: value}).encode(), np.uint8))
    with zipfile.ZipFile(file, "w") as packed:
        for entry, data in (entries | {"trace.npy": changed.getvalue()}).items():
            packed.writestr(entry, data)
    with contextlib.suppress(Problem):
        trace = read_trace(file).trace
        assert math.isfinite(trace.seconds)
        assert 0 <= trace.best < len(trace.steps)
