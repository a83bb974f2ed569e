"""MANTA-Tiny: ``{domain}/{category}/{split}/{label}/*.png``, each image five views side by side."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pentad.core.problem import Problem
from pentad.core.sample import Modality, RasterRef
from pentad.io import rasters
from pentad.io.datasets.drafts import Drafts
from pentad.io.datasets.faults import Faults
from pentad.io.datasets.mvtec import IMAGE, SPLITS
from pentad.io.datasets.reader import Listing, Options, plain_category
from pentad.io.tree import FileTree

_VIEWS = 5
_FILE = re.compile(
    r"(?:(?P<domain>[^/]+)/)?(?P<category>[^/]+)/(?P<split>train|test|ground_truth)/(?P<label>[^/]+)"
    rf"/(?P<file>{IMAGE})"
)


@dataclass(frozen=True, slots=True)
class MantaReader:
    """The five domains, or some of them, or one domain's folder."""

    id: str = "manta"
    title: str = "MANTA-Tiny"
    options: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, tree: FileTree) -> bool:
        """Its folders are MVTec's one level deeper; only an image five times as wide as high tells them apart."""
        first = next((path for path in tree.files if "/train/good/" in path and _FILE.fullmatch(path)), None)
        if first is None:
            return False
        try:
            height, width = rasters.size(tree, RasterRef(first))
        except Problem:
            return False
        return width == _VIEWS * height

    def read(self, tree: FileTree, options: Options) -> Listing:
        faults = Faults()
        drafts = Drafts(tree, faults)
        matches = [match for match in map(_FILE.fullmatch, tree.files) if match is not None]
        masks = {_place(match): match[0] for match in matches if match["split"] == "ground_truth"}
        for match in matches:
            if match["split"] == "ground_truth":
                continue
            category = plain_category(match["category"])
            label, stem = match["label"], match["file"].rsplit(".", 1)[0]
            sample_id = f"{category}/{match['split']}/{label}/{stem}"
            draft = drafts.sample(sample_id, category, SPLITS[match["split"]], None if label == "good" else label)
            draft.attributes.update({"domain": match["domain"]} if match["domain"] else {})
            mask = masks.get(_place(match)) if match["split"] == "test" else None
            for index in range(_VIEWS):
                view = draft.view(f"view{index + 1}")
                part = (index, _VIEWS)
                drafts.put(view, Modality.RGB, RasterRef(match[0], part=part), said_by="the folder")
                if mask is not None:
                    drafts.put(view, Modality.MASK, RasterRef(mask, part=part), said_by="the folder")
        drafts.expect_masks()
        return Listing(drafts.finished(), faults.problems, faults.missing)


def _place(match: re.Match[str]) -> tuple[str | None, str, str, str]:
    stem = match["file"].rsplit(".", 1)[0].removesuffix("_mask")
    return match["domain"], match["category"], match["label"], stem


READER = MantaReader()
