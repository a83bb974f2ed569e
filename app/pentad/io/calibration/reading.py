"""A rig out of whatever calibration file there is: recognised, read, checked, and what is odd about it said."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from pentad.core.camera import Camera, Rig
from pentad.core.problem import Problem
from pentad.geometry.resizing import in_millimetres
from pentad.io.calibration import checks
from pentad.io.calibration.cameras import Cameras
from pentad.io.calibration.colmap import is_colmap, read_colmap
from pentad.io.calibration.documents import is_opencv_yaml, json_document, xml_document, yaml_document
from pentad.io.calibration.middlebury import looks_like_middlebury, read_middlebury
from pentad.io.calibration.nerf import read_nerf
from pentad.io.calibration.opencv import read_opencv
from pentad.io.calibration.published import published, turned
from pentad.io.calibration.rig_file import parse_rig
from pentad.io.calibration.source import LONGEST, Source, damaged, source_at, source_in
from pentad.io.tree import FileTree, FolderTree

PATTERNS = (
    "rig.toml", "cameras.bin", "cameras.txt", "sparse/0/cameras.bin", "sparse/0/cameras.txt", "transforms.json",
    "transforms_train.json", "*_par.txt", "camera_*.yaml", "camera_*.yml",
)  # fmt: skip
"""What a folder's calibration is called, the likeliest first; only ``camera_*`` may be several files."""
_UNITLESS = {"colmap": "COLMAP", "nerf": "NeRF"}
_MOST_LENSES = 100
"""Looked at for an inverse; a rig has five, and each takes milliseconds."""
_BOARDS = frozenset({"published", "opencv"})


@dataclass(frozen=True, slots=True)
class RigReading:
    """A rig as a file gave it, and what a person should know before using it.

    ``kind`` is published, opencv, colmap, nerf, middlebury or pentad. ``errors`` holds each camera's homography error,
    None where its file has no homography. ``unplaced`` are cameras whose file says no pose: they stand at the origin.
    ``suggested_scale`` is what lengths should probably be multiplied by to be millimetres; None: they probably are.
    """

    rig: Rig
    kind: str
    notes: tuple[Problem, ...] = ()
    errors: Mapping[str, float | None] = field(default_factory=dict)
    unplaced: tuple[str, ...] = ()
    suggested_scale: float | None = None

    @property
    def placed(self) -> tuple[Camera, ...]:
        """The cameras that stand where their file says."""
        return tuple(camera for camera in self.rig.cameras if camera.name not in self.unplaced)

    @property
    def frame(self) -> str:
        """``"board"`` where each camera has its own board's coordinates, ``"rig"`` where all share the rig's."""
        return "board" if self.kind in _BOARDS else "rig"


def read_rig(path: Path, *, scale: float | None = None, size: tuple[int, int] | None = None) -> RigReading:
    """The cameras of a calibration file, or of a folder that holds one; Problem naming the file.

    ``scale`` multiplies lengths so that they are millimetres; None takes them as they are and notes where that is
    unlikely. ``size`` (height, width) is used where neither the file nor an image beside it says how large images are.
    """
    try:
        if path.is_dir():
            return read_rig_in(FolderTree(path), _in_folder(path), scale=scale, size=size, where=path)
    except OSError as fault:
        raise damaged(path, str(fault)) from fault
    return _read([source_at(path)], scale, size)


def read_rig_in(
    tree: FileTree,
    files: Iterable[str],
    *,
    scale: float | None = None,
    size: tuple[int, int] | None = None,
    where: Path | None = None,
) -> RigReading:
    """As ``read_rig``, of ``files`` in a data set: one file, or several published ones; ``where`` is their folder."""
    sources = [source_in(tree, file) for file in files]
    if where is not None:
        sources = [replace(source, path=where / source.path) for source in sources]
    if not sources:
        what = f"No calibration in {where or tree.location}"
        raise Problem(what, f"there is none of {', '.join(PATTERNS)}", remedy="Name the calibration file itself")
    return _read(sources, scale, size)


def calibration_files(names: Iterable[str]) -> tuple[str, ...]:
    """Which of a folder's ``names`` (POSIX, relative) are its calibration: one file, or the published ones; or none."""
    known = sorted(names)
    for pattern in PATTERNS:
        depth = pattern.count("/")
        found = [name for name in known if fnmatchcase(name, pattern) and name.count("/") == depth]
        if found and pattern.startswith("camera_"):
            return tuple(name for name in known if "/" not in name and fnmatchcase(name, "camera_*.y*ml"))
        if found:
            return (found[0],)
    return ()


def _in_folder(folder: Path) -> tuple[str, ...]:
    names = [entry.name for entry in folder.iterdir() if entry.is_file()]
    sparse = folder / "sparse" / "0"
    names += [f"sparse/0/{entry.name}" for entry in sparse.iterdir()] if sparse.is_dir() else []
    return calibration_files(names)


def has_calibration(folder: Path) -> bool:
    """Whether ``folder`` is that of a calibration."""
    try:
        return bool(_in_folder(folder))
    except OSError:
        return False


def _read(sources: list[Source], scale: float | None, size: tuple[int, int] | None) -> RigReading:
    if scale is not None and not (math.isfinite(scale) and 1e-6 <= scale <= 1e6):
        raise Problem(f"A scale of {scale:g} cannot be used", "it is not between 1e-6 and 1e6", remedy="Correct it")
    kinds, parts = zip(*(_cameras(source, size) for source in sources), strict=True)
    kind, path = kinds[0], sources[0].path
    if len(sources) > 1 and set(kinds) != {"published"}:
        raise damaged(path.parent, "only the published calibrations come as several files")
    cameras = [camera for part in parts for camera in part.cameras]
    _check(path, kind, cameras, {name for part in parts for name in part.unplaced})
    if kind == "published":
        cameras = list(turned(cameras))
    notes = [note for part in parts for note in part.notes]
    notes += [note for camera in cameras for note in _notes(kind, camera) if note is not None]
    notes += _lens_notes(cameras)
    suggested = None
    if scale is None:
        suggested, said = _units(kind, cameras)
        notes += said
    else:
        cameras = [in_millimetres(camera, unit_mm=scale) for camera in cameras]
    errors = {camera.name: None for camera in cameras} | {
        name: error for part in parts for name, error in part.errors.items()
    }
    unplaced = tuple(name for part in parts for name in part.unplaced)
    return RigReading(Rig(tuple(cameras)), kind, tuple(notes), errors, unplaced, suggested)


def _cameras(source: Source, size: tuple[int, int] | None) -> tuple[str, Cameras]:
    """What kind of file it is, and what it holds."""
    name, suffix = source.name.lower(), PurePosixPath(source.name).suffix.lower()
    if is_colmap(name):
        return "colmap", read_colmap(source)
    if suffix == ".toml":
        return "pentad", Cameras(parse_rig(source.text(), source.path).cameras)
    if suffix in {".yaml", ".yml"}:
        return _yaml(source, size)
    if suffix == ".xml":
        return "opencv", read_opencv(source, xml_document(source), size)
    if suffix == ".json":
        return _json(source, size)
    if suffix == ".txt" and (name.endswith("_par.txt") or looks_like_middlebury(source.text(4 * LONGEST))):
        return "middlebury", read_middlebury(source, size)
    known = "rig.toml, .yaml, .yml, .xml, .json, _par.txt, or COLMAP's cameras and images, .txt or .bin"
    raise damaged(source.path, f"no calibration is called like that; known are {known}")


def _yaml(source: Source, size: tuple[int, int] | None) -> tuple[str, Cameras]:
    found = yaml_document(source)
    if is_opencv_yaml(source) or ("intrinsic_matrix" not in found and "calibration_file_ver" not in found):
        return "opencv", read_opencv(source, found, size)
    one = published(source, found)
    notes = () if "distortion_matrix" in found else (checks.no_lens_note(source.path, one.camera),)
    return "published", Cameras((one.camera,), notes, {one.camera.name: one.homography_error})


def _json(source: Source, size: tuple[int, int] | None) -> tuple[str, Cameras]:
    # Why the suffix of the name: a capture of thousands of frames is longer than any calibration.
    if source.name.startswith("transforms") or b'"frames"' in source.read(16 * LONGEST):
        return "nerf", read_nerf(source, size)
    return "opencv", read_opencv(source, json_document(source), size)


def _check(path: Path, kind: str, cameras: list[Camera], unplaced: set[str]) -> None:
    for camera in cameras:
        if kind != "pentad" and not (camera.name.strip() and camera.name.isprintable()):
            raise damaged(path, f"a camera is called {camera.name[:40]!a}")
        if kind != "published":
            checks.check_camera(path, camera)
        if kind == "opencv" and len(cameras) == 1 and camera.name not in unplaced:
            checks.check_board(path, camera)
    if len({camera.name for camera in cameras}) < len(cameras):
        raise damaged(path, "two cameras have one name")


def _notes(kind: str, camera: Camera) -> Iterable[Problem | None]:
    yield checks.principal_point_note(camera)
    if kind == "published":
        yield checks.back_of_board_note(camera)


def _lens_notes(cameras: list[Camera]) -> Iterable[Problem]:
    """Why once for each lens: thousands of a capture's frames have one and the same."""
    lenses = {(each.matrix.tobytes(), each.distortion.tobytes(), each.size): each for each in reversed(cameras)}
    few = list(reversed(lenses.values()))[:_MOST_LENSES]
    return [note for camera in few if (note := checks.lens_note(camera)) is not None]


def _units(kind: str, cameras: list[Camera]) -> tuple[float | None, list[Problem]]:
    if kind in _UNITLESS:
        return None, [
            Problem(
                f"{_UNITLESS[kind]} knows no millimetres",
                "its lengths are taken for them as they are",
                remedy="Say how many millimetres one of its units is: rig editor, the manifest's scale, or --scale",
            )
        ]
    suggested = checks.likely_scale(cameras)
    return suggested, [] if suggested is None else [checks.unit_note(cameras, suggested)]
