"""YOLO segmentation: one text file of normalised polygons a photo, and ``data.yaml`` with the classes."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import yaml

from pentad.core.arrays import Doubles, Labels
from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.io.exporters.files import ClassNumbers, colour, found, inside, place, read_bounded, stem, text
from pentad.io.exporters.pieces import TOLERANCE, pieces
from pentad.io.exporters.shapes import Polygons, Shape, draw
from pentad.io.tree import FileTree, open_tree
from pentad.sdk import Setting, Ticket, Value
from pentad.sdk.exchange import Drawn, ExporterInfo, MaskSet, Skip

FILE = "data.yaml"
_LARGEST_TEXT = 64 << 20
_FARTHEST = 2.0
"""Image sides; a place beyond is a fault."""
_EVERY_REGION = {"instances": "regions"}


class Yolo:
    """``labels/<photo>.txt``, ``data.yaml``, and lists of the photos by split; photos, if wanted, in ``images/``."""

    info = ExporterInfo(
        "yolo",
        "YOLO segmentation",
        "Text files and data.yaml; a polygon for each region, holes joined to the outside by a cut",
        (TOLERANCE, Setting("colours", True, "colours into data.yaml, which YOLO does not read")),
    )

    def write(self, masks: MaskSet, folder: Path, settings: Mapping[str, Value], ticket: Ticket) -> int:
        numbers = {known.index: number for number, known in enumerate(masks.classes)}
        lists: dict[Split, list[str]] = {}
        count = 0
        for picture, labels in masks:
            height, width = labels.shape
            lines = []
            for piece in pieces(labels, _EVERY_REGION, ticket):
                places = piece.polygon(float(settings[TOLERANCE.key])) / (width, height)
                words = " ".join(f"{value:.8g}" for value in places.reshape(-1).tolist())
                lines.append(f"{numbers[piece.label]} {words}\n")
            place(folder, f"labels/{stem(picture)}.txt").write_text("".join(lines), encoding="utf-8")
            masks.photo(picture, inside(folder, f"images/{picture.name}"))
            lists.setdefault(picture.split, []).append(f"./images/{picture.name}\n")
            count += len(lines)
        about: dict[str, object] = {"path": ".", **_lists(folder, lists)}
        about["names"] = {numbers[known.index]: known.name for known in masks.classes}
        if settings["colours"]:
            about["colours"] = {numbers[known.index]: known.colour for known in masks.classes}
        (folder / FILE).write_text(yaml.safe_dump(about, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return count

    def read(self, path: Path, skip: Skip, ticket: Ticket) -> Iterator[Drawn]:
        tree, name = _about(path)
        numbers, classes = _classes(tree, name)
        whole_tree = open_tree(path.parent if path.is_file() and path.suffix != ".zip" else path)
        for file, image in _label_files(whole_tree, name):
            ticket.check()
            try:
                lines = read_bounded(whole_tree, file, _LARGEST_TEXT).decode("utf-8").splitlines()
            except (Problem, UnicodeDecodeError) as error:
                skip(file, str(error))
                continue
            places = list(_places(lines, numbers, file, skip))
            yield Drawn(image, None, classes.classes, len(places), _drawing(places, file, skip, ticket))


def _lists(folder: Path, lists: Mapping[Split, list[str]]) -> dict[str, str]:
    """A list file for each split that has photos; what YOLO insists on and is missing falls back on another."""
    names = {Split.TRAIN: "train", Split.VALIDATION: "val", Split.TEST: "test"}
    for split, lines in lists.items():
        (folder / f"{names[split]}.txt").write_text("".join(lines), encoding="utf-8")
    said = {word: f"{word}.txt" for split, word in names.items() if split in lists}
    some = next(iter(said.values()), "train.txt")
    return {"train": said.get("train", some), "val": said.get("val", said.get("test", some)), **said}


def _about(path: Path) -> tuple[FileTree, str]:
    files = [
        (tree, name)
        for tree, name in found(path, ".yaml", ".yml")
        if PurePosixPath(name).name in ("data.yaml", "data.yml", path.name)
    ]
    if not files:
        raise Problem(f"There is no {FILE} in {path}", "it names the classes", remedy=f"Put a {FILE} there.")
    return files[0]


def _classes(tree: FileTree, name: str) -> tuple[dict[int, int], ClassNumbers]:
    """Class numbers by the file's own, which begin at 0; Problem where it has none."""
    remedy = "Restore it: names: {0: scratch, 1: dent}"
    try:
        about = yaml.safe_load(read_bounded(tree, name, 1 << 20))
        names = about["names"]
        listed = dict(enumerate(names)) if isinstance(names, list) else dict(names)
        colours = about.get("colours")
        colours = colours if isinstance(colours, dict) else {}
        classes = ClassNumbers()
        numbers = {
            number: classes.number(text(str(word), "name"), colour(colours.get(number)))
            for number, word in listed.items()
            if isinstance(number, int)
        }
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Problem(f"{name} does not name the classes", str(error), remedy=remedy) from error
    return numbers, classes


def _label_files(tree: FileTree, about: str) -> Iterator[tuple[str, str]]:
    """(text file, what its image is called, less the extension)."""
    texts = [name for name in tree.files if name.lower().endswith(".txt")]
    labelled = [name for name in texts if "labels" in PurePosixPath(name).parts[:-1]]
    for name in labelled or texts:
        parts = PurePosixPath(name).with_suffix("").parts
        if labelled:
            at = parts.index("labels")
            parts = parts[at + 1 :]
        elif len(parts) == len(PurePosixPath(about).parts) and parts[-1] in ("train", "val", "test", "classes"):
            continue
        yield name, "/".join(parts)


def _places(lines: list[str], numbers: Mapping[int, int], file: str, skip: Skip) -> Iterator[tuple[int, Doubles]]:
    for at, line in enumerate(lines):
        words = line.split()
        if not words:
            continue
        try:
            label = numbers.get(int(words[0][:9]))
            if label is None:
                raise ValueError(f"data.yaml has no class {words[0][:9]}")
            if len(words) < 7 or len(words) % 2 == 0:
                raise ValueError("it is no polygon of three points or more")
            values = [float(word) for word in words[1:]]
            if not all(math.isfinite(value) and abs(value) <= _FARTHEST for value in values):
                raise ValueError("a coordinate is no share of the image's sides")
            yield label, np.array(values).reshape(-1, 2)
        except ValueError as error:
            skip(f"{file}, line {at + 1}", str(error))


def _drawing(places: list[tuple[int, Doubles]], file: str, skip: Skip, ticket: Ticket) -> Any:
    def drawn(size: tuple[int, int]) -> Labels:
        shapes: list[Shape] = [Polygons(label, (shares * (size[1], size[0]),)) for label, shares in places]
        return draw(shapes, file, skip, ticket)(size)

    return drawn


EXPORTER = Yolo()
