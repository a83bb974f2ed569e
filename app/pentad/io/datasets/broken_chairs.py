"""BrokenChairs-180K: photographs of chairs, half of them with a part wrong, and plain views of the whole chairs.

Read from the file names of ``images/`` and from ``split.json``. A part's mask is the union of ``mask_new`` (the wrong
part as it is) and ``mask_old`` (as it should be): of a part that is moved or broken off, either tells but half. The
pickled ``.npy`` are left alone. Meshes are not in the published set; where ``shapes/shape_<id>/model.*`` is one, it is
the sample's. The photographs' intrinsics are not published either: those of the reference views are assumed.
"""

import json
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pentad.core.camera import Camera, Rig
from pentad.core.problem import Problem
from pentad.core.sample import Modality, RasterRef, Sample, Split
from pentad.io.calibration import RigReading
from pentad.io.datasets.drafts import ONLY_VIEW, Drafts, ViewDraft
from pentad.io.datasets.faults import Faults
from pentad.io.datasets.reader import Listing, Options
from pentad.io.headers import read_header
from pentad.io.meshes import MESH_SUFFIXES
from pentad.io.tree import FileTree

CATEGORY = "chair"
_SPLIT_FILE = "split.json"
_IMAGES, _ANNOTATIONS = "images/", "annotations/"
_PHOTO = re.compile(
    r"images/(?P<dir>(?:[^/]+/)*)render_(?P<rest>(?P<shape>[^_/]+)_(?P<texture>[^_/]+)_(?P<radius>[^_/]+)_"
    r"(?P<azim>[^_/]+)_(?P<elev>[^_/]+)_(?P<light>[^_/]+)_(?P<label>[^/]+))\.(?i:png|jpe?g)"
)
_TOLD = ("shape", "texture", "radius", "azim", "elev", "light")
_KINDS = {
    "position": "positional", "rotat": "rotational", "broken": "broken", "damag": "broken", "swap": "swapped",
    "missing": "missing",
}  # fmt: skip
_SPLITS = (("test", Split.TEST), ("val", Split.VALIDATION), ("train", Split.TRAIN))
"""The split's names; a shape that is in two of them is in the first of these, so that no training sees it."""
_FOCAL_SHARE = 355 / 256
_LARGEST_JSON = 64_000_000
_HEAD = 65_536
_FARTHEST = 1e9


@dataclass(frozen=True, slots=True)
class BrokenChairsReader:
    """The published data set, and Pentad's small one in the same layout."""

    id: str = "broken_chairs"
    title: str = "BrokenChairs-180K"
    options: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, tree: FileTree) -> bool:
        return is_broken_chairs(tree)

    def read(self, tree: FileTree, options: Options) -> Listing:
        faults = Faults()
        drafts = Drafts(tree, faults)
        splits = _splits(tree, faults)
        photos = _photos(tree)
        for path in photos:
            match = _PHOTO.fullmatch(path)
            if match is None:
                why, remedy = "its name does not say shape, view and label", "Restore the name"
                faults.add("unreadable names", Problem(f"{path} was left out", why, remedy=remedy))
            else:
                _put(tree, drafts, faults, splits, match)
        samples = drafts.finished()
        return Listing(samples, faults.problems, faults.missing, tuple(_notes(tree, samples, splits)))


def is_broken_chairs(tree: FileTree) -> bool:
    """Whether ``tree`` has this layout at its top."""
    return tree.exists(_SPLIT_FILE) and any(map(_PHOTO.fullmatch, _photos(tree)))


def mesh_path(tree: FileTree, sample: Sample) -> str | None:
    """Where the mesh of ``sample``'s shape lies; None where there is none, or the sample is of another layout."""
    found = _home(sample)
    if found is None:
        return None
    prefix, match = found
    stem = f"{prefix}shapes/shape_{match['shape']}/model"
    return next((stem + suffix for suffix in sorted(MESH_SUFFIXES) if tree.exists(stem + suffix)), None)


def query_camera(size: tuple[int, int]) -> Camera:
    """The camera of a photograph of ``size`` (height, width): the field of view of the reference views, and no pose.

    A mesh's pose relative to it is mesh to camera, for its own place is the identity.
    """
    focal = _FOCAL_SHARE * max(size)
    matrix = np.array([[focal, 0, (size[1] - 1) / 2], [0, focal, (size[0] - 1) / 2], [0, 0, 1.0]])
    return Camera(ONLY_VIEW, matrix, np.eye(4), size)


def query_rig(tree: FileTree) -> RigReading:
    """The one camera of the data set whose top ``tree`` is, of its first photograph's size; it stands nowhere yet."""
    path = next(path for path in _photos(tree) if _PHOTO.fullmatch(path))
    header = read_header(tree.read_bytes(path, _HEAD))
    if header is None:
        raise Problem(f"{path} is no image", "its header cannot be read", remedy="Restore the file")
    height, width = header.size
    return RigReading(Rig((query_camera((height, width)),)), "broken_chairs", unplaced=(ONLY_VIEW,))


def true_camera(tree: FileTree, sample: Sample, size: tuple[int, int]) -> Camera | None:
    """Where ``sample``'s photograph of ``size`` was taken from, relative to its shape's mesh; None where that is not
    told. Pentad's sets tell of every photograph; Problem where what is told cannot be used."""
    found = _home(sample)
    if found is None:
        return None
    prefix, match = found
    path = f"{prefix}shapes/shape_{match['shape']}/cameras.json"
    if not tree.exists(path):
        return None
    said = _json(tree, path).get(match[0])
    return None if said is None else camera_from(said, path, size)


def camera_from(said: object, path: str, size: tuple[int, int]) -> Camera:
    """The camera that K and RT say: K for pixel centres at one half, RT world to camera in OpenGL axes (x right, y up,
    z backward); ``size`` (height, width) is that of the image they are for. Problem naming ``path``."""
    if not isinstance(said, dict):
        raise _bad(path, "a camera is an object with K and RT")
    matrix, pose = _matrix(said.get("K"), path, "K", 3), _matrix(said.get("RT"), path, "RT", 4)
    turn = pose[:3, :3]
    if matrix[0, 0] <= 0 or matrix[1, 1] <= 0 or not np.allclose(turn @ turn.T, np.eye(3), atol=1e-3):
        raise _bad(path, "K has no focal length, or RT no rotation")
    matrix[:2, 2] -= 0.5
    return Camera(ONLY_VIEW, matrix, np.diag([1.0, -1.0, -1.0, 1.0]) @ pose, size)


def _photos(tree: FileTree) -> Sequence[str]:
    """The files below images/, without looking at each of the others: there may be a million of them."""
    files = tree.files
    return files[bisect_left(files, _IMAGES) : bisect_left(files, "images0")]


def _put(
    tree: FileTree, drafts: Drafts, faults: Faults, splits: Mapping[str, Split] | None, match: re.Match[str]
) -> None:
    # Why test: where nobody knows what belongs to which split, nothing may be learned from.
    split = Split.TEST if splits is None else splits.get(match["shape"])
    if split is None:
        what, why = f"{match[0]} was left out", f"its shape {match['shape']} is in no list of {_SPLIT_FILE}"
        faults.add("shapes without a split", Problem(what, why, remedy=f"Restore {_SPLIT_FILE}"))
        return
    wrong = "anomaly" in match["rest"]
    anomaly = _kind(match["label"], match["dir"]) if wrong else None
    draft = drafts.sample(match["dir"] + match["rest"], CATEGORY, split, anomaly)
    draft.attributes.update(zip(_TOLD, match.group(*_TOLD), strict=True))
    view = draft.view()
    drafts.put(view, Modality.RGB, RasterRef(match[0]), said_by="the folder")
    if wrong:
        _put_mask(tree, drafts, faults, view, match)


def _put_mask(tree: FileTree, drafts: Drafts, faults: Faults, view: ViewDraft, match: re.Match[str]) -> None:
    new, old = (_annotation(tree, match, name) for name in ("mask_new", "mask_old"))
    first = new or old
    if first is None:
        faults.lacks(f"The mask of {match[0]}", "an anomaly has one in annotations/; without it only its score counts")
        return
    ref = RasterRef(first, sidecar=old if new else None)
    drafts.put(view, Modality.MASK, ref, said_by="the folder")


def _annotation(tree: FileTree, match: re.Match[str], name: str) -> str | None:
    """The image of an anomaly's annotation, which may be called with the photograph's label or without."""
    folder, rest = f"{_ANNOTATIONS}{match['dir']}{name}_", match["rest"]
    path = f"{folder}{rest}.png"
    if tree.exists(path):
        return path
    path = f"{folder}{rest.removesuffix('_' + match['label'])}.png"
    return path if tree.exists(path) else None


def _kind(label: str, folder: str) -> str:
    """What is wrong, where file or folder say one of the five; ``anomaly`` where they do not."""
    said = ((words.lower(), word, kind) for words in (label, folder) for word, kind in _KINDS.items())
    return next((kind for words, word, kind in said if word in words), "anomaly")


def _splits(tree: FileTree, faults: Faults) -> dict[str, Split] | None:
    """The split of each shape; None where no list can be read."""
    try:
        said = _json(tree, _SPLIT_FILE)
    except Problem as problem:
        faults.add("unreadable lists", problem)
        return None
    found: dict[str, Split] = {}
    for name, split in _SPLITS:
        shapes = said.get(name, [])
        if not isinstance(shapes, list):
            faults.add("unreadable lists", _bad(_SPLIT_FILE, f"'{name}' is not a list of shapes"))
            continue
        for shape in map(str, shapes):
            if found.setdefault(shape, split) is not split:
                what, why = (
                    f"Shape {shape} is in two splits",
                    f"{found[shape]} and {split}; it is read as {found[shape]}",
                )
                faults.add("contradictions", Problem(what, why, remedy=f"Correct {_SPLIT_FILE}"))
    return found


def _notes(tree: FileTree, samples: Sequence[Sample], splits: Mapping[str, Split] | None) -> list[str]:
    shapes = {sample.attributes["shape"]: sample for sample in samples}
    notes = []
    if absent := len(set(splits or {}) - set(shapes)):
        notes.append(f"{absent} shapes of {_SPLIT_FILE} have no photographs here.")
    bare = sum(mesh_path(tree, sample) is None for sample in shapes.values())
    if bare:
        notes.append(
            f"{bare} of {len(shapes)} shapes have no mesh (shapes/shape_<id>/model.ply): they cannot be aligned."
        )
    return notes


def _home(sample: Sample) -> tuple[str, re.Match[str]] | None:
    """The folder of the data set's tree that ``sample`` is below, and what its photograph's name says."""
    if sample.category != CATEGORY or "shape" not in sample.attributes:
        return None
    path = sample.views[0].rasters[Modality.RGB].path
    start = 0 if path.startswith(_IMAGES) else path.find("/" + _IMAGES) + 1
    match = _PHOTO.fullmatch(path, start)
    return None if match is None else (path[:start], match)


def _json(tree: FileTree, path: str) -> dict[str, Any]:
    data = tree.read_bytes(path, _LARGEST_JSON + 1)
    if len(data) > _LARGEST_JSON:
        raise _bad(path, f"more than {_LARGEST_JSON:,} bytes")
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _bad(path, str(error)) from error
    if not isinstance(said, dict):
        raise _bad(path, "an object was expected")
    return said


def _matrix(said: object, path: str, name: str, rank: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    rows = said if isinstance(said, list) else []
    if len(rows) != rank or not all(isinstance(row, list) and len(row) == rank for row in rows):
        raise _bad(path, f"{name} is not {rank} rows of {rank} numbers")
    if not all(_finite(value) for row in rows for value in row):
        raise _bad(path, f"{name} holds what is no number")
    return np.array(rows, np.float64)


def _finite(value: object) -> bool:
    # Why no isfinite: it fails on whole numbers beyond floats, which JSON may hold; NaN is less than nothing.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _FARTHEST


def _bad(path: str, why: str) -> Problem:
    return Problem(f"{path} cannot be used", why, remedy="Download or copy the file again")


READER = BrokenChairsReader()
