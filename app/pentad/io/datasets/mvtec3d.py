"""MVTec 3D-AD: ``{category}/{split}/{label}/{rgb,xyz,gt}/000.{png,tiff}``, one view a part."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pentad.core.sample import Modality, RasterRef
from pentad.io.datasets.drafts import Drafts
from pentad.io.datasets.faults import Faults
from pentad.io.datasets.mvtec import IMAGE, SPLITS
from pentad.io.datasets.reader import Listing, Options, plain_category
from pentad.io.tree import FileTree

_FOLDERS = {"rgb": Modality.RGB, "xyz": Modality.XYZ, "gt": Modality.MASK}
_MM = {Modality.XYZ: 1000.0}
"""Places are written in metres."""
_FILE = re.compile(
    r"(?:(?P<category>[^/]+)/)?(?P<split>train|validation|test)/(?P<label>[^/]+)"
    rf"/(?P<folder>rgb|xyz|gt)/(?P<file>{IMAGE})"
)


@dataclass(frozen=True, slots=True)
class Mvtec3dReader:
    """The whole data set, or the folder of one category."""

    id: str = "mvtec3d"
    title: str = "MVTec 3D-AD"
    options: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, tree: FileTree) -> bool:
        return any((match := _FILE.fullmatch(path)) and match["folder"] == "xyz" for path in tree.files)

    def read(self, tree: FileTree, options: Options) -> Listing:
        faults = Faults()
        drafts = Drafts(tree, faults)
        for path in tree.files:
            match = _FILE.fullmatch(path)
            if match is None:
                continue
            category = plain_category(match["category"] or tree.name)
            split, label, stem = match["split"], match["label"], match["file"].rsplit(".", 1)[0]
            sample_id = f"{category}/{split}/{label}/{stem}"
            draft = drafts.sample(sample_id, category, SPLITS[split], None if label == "good" else label)
            modality = _FOLDERS[match["folder"]]
            ref = RasterRef(path, above=0, scale=_MM.get(modality, 1.0))
            drafts.put(draft.view(), modality, ref, said_by="the folder")
        drafts.expect_rasters(Modality.RGB, Modality.XYZ)
        drafts.expect_masks()
        return Listing(drafts.finished(), faults.problems, faults.missing)


READER = Mvtec3dReader()
