"""MVTec AD: ``{category}/{train,test}/{label}/*.png`` with ``ground_truth/{label}/{stem}_mask.png``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pentad.core.sample import Modality, RasterRef, Split
from pentad.io.datasets.drafts import Drafts
from pentad.io.datasets.faults import Faults
from pentad.io.datasets.reader import Listing, Options, plain_category
from pentad.io.tree import FileTree

IMAGE = r"[^/]+\.(?i:png|jpe?g|bmp|tiff?|webp)"
SPLITS = {"train": Split.TRAIN, "validation": Split.VALIDATION, "val": Split.VALIDATION, "test": Split.TEST}
_GOOD = frozenset({"good", "ok", "normal"})
_PHOTO = re.compile(
    rf"(?:(?P<category>[^/]+)/)?(?P<split>train|validation|val|test)/(?P<label>[^/]+)/(?P<file>{IMAGE})"
)
_MASK = re.compile(rf"(?:(?P<category>[^/]+)/)?ground_truth/(?P<label>[^/]+)/(?P<file>{IMAGE})")
_TRAIN_GOOD = re.compile(rf"([^/]+/)?train/good/{IMAGE}")


@dataclass(frozen=True, slots=True)
class MvtecReader:
    """The whole data set, or the folder of one category."""

    id: str = "mvtec"
    title: str = "MVTec AD"
    options: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, tree: FileTree) -> bool:
        return any(_TRAIN_GOOD.fullmatch(path) for path in tree.files)

    def read(self, tree: FileTree, options: Options) -> Listing:
        faults = Faults()
        drafts = Drafts(tree, faults)
        masks = _masks(tree)
        for path in tree.files:
            match = _PHOTO.fullmatch(path)
            if match is None:
                continue
            category = plain_category(match["category"] or tree.name)
            label, stem = match["label"], match["file"].rsplit(".", 1)[0]
            anomaly = None if label.lower() in _GOOD else label
            sample_id = f"{category}/{match['split']}/{label}/{stem}"
            view = drafts.sample(sample_id, category, SPLITS[match["split"]], anomaly).view()
            drafts.put(view, Modality.RGB, RasterRef(path), said_by="the folder")
            mask = masks.get((match["category"], label, stem)) if match["split"] == "test" else None
            if mask is not None:
                drafts.put(view, Modality.MASK, RasterRef(mask), said_by="the folder")
        drafts.expect_masks()
        return Listing(drafts.finished(), faults.problems, faults.missing)


def _masks(tree: FileTree) -> dict[tuple[str | None, str, str], str]:
    """Masks by category, label and the stem of their photo; converted sets leave ``_mask`` out of the name."""
    masks = {}
    for path in tree.files:
        match = _MASK.fullmatch(path)
        if match is not None:
            stem = match["file"].rsplit(".", 1)[0].removesuffix("_mask")
            masks[(match["category"], match["label"], stem)] = path
    return masks


READER = MvtecReader()
