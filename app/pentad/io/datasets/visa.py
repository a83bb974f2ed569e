"""VisA: as released with its split lists, or converted to MVTec's folders below ``1cls``."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pentad.core.problem import Problem
from pentad.core.sample import Modality, RasterRef, Split
from pentad.io.datasets.drafts import Drafts
from pentad.io.datasets.faults import Faults
from pentad.io.datasets.mvtec import IMAGE, MvtecReader
from pentad.io.datasets.reader import Listing, Options, plain_category
from pentad.io.datasets.rerooting import rerooted
from pentad.io.tree import FileTree, confined, subtree

_PHOTO = re.compile(rf"(?P<category>[^/]+)/Data/Images/(?P<label>Normal|Anomaly)/(?P<file>{IMAGE})")
_CONVERTED = re.compile(r"(1cls|2cls_highshot|2cls_fewshot)/[^/]+/train/good/[^/]+")
_PROTOCOLS = ("1cls", "2cls_highshot", "2cls_fewshot")


@dataclass(frozen=True, slots=True)
class VisaReader:
    """Either form of the data set; masks hold defect numbers, so whatever is above zero is a defect."""

    id: str = "visa"
    title: str = "VisA"
    options: Mapping[str, str] = field(
        default_factory=lambda: {"protocol": "which split list: 1cls (default), 2cls_highshot or 2cls_fewshot"}
    )

    def recognises(self, tree: FileTree) -> bool:
        return any(_PHOTO.fullmatch(path) or _CONVERTED.match(path) for path in tree.files)

    def read(self, tree: FileTree, options: Options) -> Listing:
        protocol = options.get("protocol", "1cls")
        if protocol not in _PROTOCOLS:
            raise Problem(f"VisA has no split list '{protocol}'", remedy=f"Choose one of: {', '.join(_PROTOCOLS)}")
        if any(_CONVERTED.match(path) for path in tree.files):
            return _converted(tree, protocol)
        faults = Faults()
        drafts = Drafts(tree, faults)
        listed: set[str] = set()
        for row in _rows(tree, protocol, faults):
            try:
                listed.add(_put(drafts, row))
            except Problem as problem:
                faults.add("bad rows", problem)
        photos = [match for match in map(_PHOTO.fullmatch, tree.files) if match and match[0] not in listed]
        if not listed:
            for match in photos:
                _put_unlisted(tree, drafts, match)
            photos = []
        drafts.expect_masks()
        notes = (f"{len(photos)} images are in no row of {protocol}.csv and are left out.",) if photos else ()
        return Listing(drafts.finished(), faults.problems, faults.missing, notes)


def _converted(tree: FileTree, protocol: str) -> Listing:
    return rerooted(MvtecReader().read(subtree(tree, protocol), {}), protocol + "/", above=0)


def _rows(tree: FileTree, protocol: str, faults: Faults) -> Iterator[dict[str, str]]:
    path = f"split_csv/{protocol}.csv"
    if not tree.exists(path):
        faults.lacks(path, "it says which image is for training; all good ones are read as such")
        return
    try:
        yield from csv.DictReader(io.StringIO(tree.read_bytes(path).decode("utf-8-sig")))
    except (csv.Error, UnicodeDecodeError) as error:
        remedy = "Download the split list again"
        faults.add("unreadable lists", Problem(f"{path} cannot be read", str(error), remedy=remedy))


def _put(drafts: Drafts, row: Mapping[str, str]) -> str:
    """Enter one row; the path of its image."""
    said_by = "the split list"
    split, label = row.get("split"), row.get("label")
    if split not in ("train", "test") or label not in ("normal", "anomaly"):
        raise Problem(f"{said_by} has a malformed row", ascii(dict(row))[:300], remedy="Download the split list again")
    image = confined(row.get("image"), said_by)
    category = plain_category(row.get("object") or image.split("/", 1)[0])
    stem = image.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    sample_id = f"{category}/{'Normal' if label == 'normal' else 'Anomaly'}/{stem}"
    anomaly = None if label == "normal" else "anomaly"
    view = drafts.sample(sample_id, category, Split(split), anomaly).view()
    drafts.put(view, Modality.RGB, RasterRef(image), said_by=said_by)
    if row.get("mask"):
        drafts.put(view, Modality.MASK, RasterRef(confined(row["mask"], said_by), above=0), said_by=said_by)
    return image


def _put_unlisted(tree: FileTree, drafts: Drafts, match: re.Match[str]) -> None:
    good = match["label"] == "Normal"
    category = plain_category(match["category"])
    stem = match["file"].rsplit(".", 1)[0]
    split, anomaly = (Split.TRAIN, None) if good else (Split.TEST, "anomaly")
    view = drafts.sample(f"{category}/{match['label']}/{stem}", category, split, anomaly).view()
    drafts.put(view, Modality.RGB, RasterRef(match[0]), said_by="the folder")
    mask = f"{match['category']}/Data/Masks/Anomaly/{stem}.png"
    if not good and tree.exists(mask):
        drafts.put(view, Modality.MASK, RasterRef(mask, above=0), said_by="the folder")


READER = VisaReader()
