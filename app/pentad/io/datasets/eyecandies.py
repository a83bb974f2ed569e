"""Eyecandies: ``{Class}/{split}/data/{000}_image_0..5.png`` with true normals, depth and a mask for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import yaml

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Split
from pentad.io.datasets.drafts import Drafts, ViewDraft
from pentad.io.datasets.faults import Faults
from pentad.io.datasets.reader import NORMALS_HELP, Listing, Options, normal_encoding, plain_category
from pentad.io.tree import FileTree

_PHOTO = "4"
"""The image that published baselines read as the photo; all six are the light stack."""

_MM, _FOCAL_PX = 1000.0, 711.11
"""Depth is written in metres; all images were rendered with one focal length (the data set's own examples)."""

_SPLITS = {"train": Split.TRAIN, "val": Split.VALIDATION, "test_public": Split.TEST, "test_private": Split.TEST}
_FILE = re.compile(
    r"(?:(?P<category>[^/]+)/)?(?P<split>train|val|test_public|test_private)/data"
    r"/(?P<number>[0-9]+)_(?P<what>image_(?P<light>[0-9])|depth|normals|mask)\.png"
)
_KINDS = ("bumps", "colors", "dents", "normals")


@dataclass(frozen=True, slots=True)
class EyecandiesReader:
    """The whole data set, or the folder of one candy."""

    id: str = "eyecandies"
    title: str = "Eyecandies"
    options: Mapping[str, str] = field(default_factory=lambda: {"normals": NORMALS_HELP})

    def recognises(self, tree: FileTree) -> bool:
        return any((match := _FILE.fullmatch(path)) and match["light"] for path in tree.files)

    def read(self, tree: FileTree, options: Options) -> Listing:
        faults = Faults()
        drafts = Drafts(tree, faults)
        encoding, notes = normal_encoding(options)
        anomalies: dict[str, str | None] = {}
        for match in map(_FILE.fullmatch, tree.files):
            if match is None:
                continue
            start = f"{match[0].rsplit('/', 1)[0]}/{match['number']}"
            if start not in anomalies:
                anomalies[start] = _anomaly(tree, start, match["split"], faults)
            category = plain_category(match["category"] or tree.name)
            sample_id = f"{category}/{match['split']}/{match['number']}"
            draft = drafts.sample(sample_id, category, _SPLITS[match["split"]], anomalies[start])
            _put(drafts, draft.view(), match, encoding)
        drafts.expect_rasters(Modality.RGB, Modality.NORMAL, Modality.DEPTH)
        return Listing(drafts.finished(), faults.problems, faults.missing, notes)


def _put(drafts: Drafts, view: ViewDraft, match: re.Match[str], encoding: NormalEncoding) -> None:
    path, what, light = match[0], match["what"], match["light"]
    if light is not None:
        view.lights[light] = RasterRef(path)
        if light == _PHOTO:
            drafts.put(view, Modality.RGB, RasterRef(path), said_by="the folder")
    elif what == "mask":
        drafts.put(view, Modality.MASK, RasterRef(path, above=0), said_by="the folder")
    elif what == "depth":
        sidecar = path.removesuffix("_depth.png") + "_info_depth.yaml"
        drafts.put(
            view, Modality.DEPTH, RasterRef(path, sidecar=sidecar, scale=_MM, focal=_FOCAL_PX), said_by="the folder"
        )
    else:
        drafts.put(view, Modality.NORMAL, RasterRef(path, encoding=encoding), said_by="the folder")


def _anomaly(tree: FileTree, start: str, split: str, faults: Faults) -> str | None:
    """The defects a test item's metadata names; training items are good by definition and theirs is not opened."""
    path = f"{start}_metadata.yaml"
    if _SPLITS[split] is not Split.TEST:
        return None
    if not tree.exists(path):
        faults.lacks(path, "it says whether the item is good; read as good")
        return None
    try:
        metadata = yaml.safe_load(tree.read_bytes(path))
        if not metadata["anomalous"]:
            return None
        return "+".join(kind for kind in _KINDS if metadata.get(kind)) or "anomalous"
    except (Problem, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        remedy = "Restore the file: it says whether the item is good; read as good"
        faults.add("unreadable metadata", Problem(f"{path} cannot be read", str(error), remedy=remedy))
        return None


READER = EyecandiesReader()
