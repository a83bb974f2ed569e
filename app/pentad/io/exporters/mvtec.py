"""MVTec AD's layout: ``{category}/ground_truth/{defect}/{stem}_mask.png``, 0 and 255, and the photos beside."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

import numpy as np

from pentad.core.arrays import Labels
from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.io.exporters.files import found, inside, place, read_png
from pentad.io.headers import read_header
from pentad.io.masks import encode_png
from pentad.io.tree import FileTree
from pentad.sdk import Ticket, Value
from pentad.sdk.exchange import Drawn, ExporterInfo, MaskSet, NamedClass, Picture, Skip

_MASK = re.compile(r"(?:.*/)?(?P<category>[^/]+)/ground_truth/(?P<defect>[^/]+)/(?P<stem>[^/]+)\.(?i:png)")


class Mvtec:
    """All classes of a mask together are the defect; which one it was is the folder."""

    info = ExporterInfo(
        "mvtec", "MVTec AD layout", "Folders by category and defect; masks of 0 and 255, all classes in one"
    )

    def write(self, masks: MaskSet, folder: Path, settings: Mapping[str, Value], ticket: Ticket) -> int:
        names = {known.index: known.name for known in masks.classes}
        stems = stems_of(masks.pictures)
        count = 0
        for picture, labels in masks:
            category, stem = _part(picture.category or "part"), stems[picture]
            suffix = PurePosixPath(picture.name).suffix
            marked = labels > 0
            if not marked.any() and picture.anomaly is None:
                split = "train" if picture.split is Split.TRAIN else "test"
                masks.photo(picture, inside(folder, f"{category}/{split}/good/{stem}{suffix}"))
                continue
            defect = _part(picture.anomaly or names[int(np.bincount(labels[marked]).argmax())])
            white = np.where(marked, np.uint8(255), np.uint8(0))
            place(folder, f"{category}/ground_truth/{defect}/{stem}_mask.png").write_bytes(encode_png(white))
            masks.photo(picture, inside(folder, f"{category}/test/{defect}/{stem}{suffix}"))
            count += 1
        return count

    def read(self, path: Path, skip: Skip, ticket: Ticket) -> Iterator[Drawn]:
        some = False
        for tree, name in found(path, ".png"):
            match = _MASK.fullmatch(f"{tree.name}/{name}" if name.startswith("ground_truth/") else name)
            if match is None:
                continue
            some = True
            ticket.check()
            try:
                header = read_header(tree.read_bytes(name, 65_536))
                defect = unquote(match["defect"])
                stem = match["stem"].removesuffix("_mask")
                if header is None or header.kind != "png" or not defect.isprintable():
                    raise ValueError("it is no PNG")
            except (Problem, ValueError) as error:
                skip(name, str(error))
                continue
            image = f"{unquote(match['category'])}/test/{defect}/{unquote(stem)}"
            yield Drawn(image, header.size, {1: NamedClass(defect)}, 1, _Drawing(tree, name))
        if not some:
            why = "no category/ground_truth/defect/*.png was found"
            raise Problem(f"{path} has no masks in MVTec's layout", why, remedy="Choose the data set's folder.")


@dataclass(frozen=True, slots=True)
class _Drawing:
    """Reads one mask when it is wanted."""

    tree: FileTree
    name: str

    def __call__(self, size: tuple[int, int]) -> Labels:
        return (read_png(self.tree, self.name, size) > 127).astype(np.uint8)


def stems_of(pictures: Sequence[Picture]) -> dict[Picture, str]:
    """What each picture's file is called: the sample's last name, and the view's where it has several."""
    short = {picture: _stem(picture.sample.rsplit("/", 1)[-1], picture) for picture in pictures}
    taken = Counter((picture.category, name) for picture, name in short.items())
    return {
        picture: name if taken[picture.category, name] == 1 else _stem(picture.sample.replace("/", "_"), picture)
        for picture, name in short.items()
    }


def _stem(sample: str, picture: Picture) -> str:
    return _part(sample if picture.views == 1 else f"{sample}_{picture.view}")


def _part(name: str) -> str:
    """One component of a path; what is unusual in it is percent-encoded, so that reading can undo it."""
    part = quote(name, safe=" ()[]+,;=@!#$&'", errors="replace")
    return f"%{ord(part[0]):02X}{part[1:]}" if part.startswith((".", " ")) else part


EXPORTER = Mvtec()
