"""PNG: label numbers as palette colours, or black and white for each class, and ``classes.json`` with the names."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np

from pentad.core.arrays import Labels
from pentad.core.label_class import LabelClass
from pentad.core.problem import Problem
from pentad.io.exporters.files import (
    colour,
    found,
    inside,
    place,
    read_json,
    read_png,
    stem,
    text,
    whole,
    write_json,
)
from pentad.io.headers import read_header
from pentad.io.masks import encode_png
from pentad.io.tree import FileTree
from pentad.sdk import Setting, Ticket, Value
from pentad.sdk.exchange import Drawn, ExporterInfo, MaskSet, NamedClass, Skip

FILE = "classes.json"
_INDEXED, _BINARY = "indexed", "binary"
_HEADER = 65_536
_Layer = tuple[int, FileTree, str]
"""The label of what is white (0: the pixels are labels), and the file."""


@dataclass(frozen=True, slots=True)
class _Class:
    """A class as ``classes.json`` lists it; ``file`` is what its black and white images are called."""

    index: int
    known: NamedClass
    file: str


class Png:
    """``masks/<photo>.png``, or ``masks/<photo>/<class>.png``; photos, if wanted, in ``images/``."""

    info = ExporterInfo(
        "png",
        "PNG",
        "An image for each mask: label numbers as palette colours, or black and white for each class",
        (Setting("style", _INDEXED, "one indexed image a view, or one of 0 and 255 a class", (_INDEXED, _BINARY)),),
    )

    def write(self, masks: MaskSet, folder: Path, settings: Mapping[str, Value], ticket: Ticket) -> int:
        files = {known.index: f"{known.index:03d}" for known in masks.classes}
        listed = [
            {"index": known.index, "name": known.name, "colour": known.colour, "file": files[known.index]}
            for known in masks.classes
        ]
        write_json(folder / FILE, {"style": settings["style"], "classes": listed})
        palette, count = _palette(masks.classes), 0
        for picture, labels in masks:
            if settings["style"] == _INDEXED:
                place(folder, f"masks/{stem(picture)}.png").write_bytes(encode_png(labels, palette))
                count += 1
            else:
                for label in (np.flatnonzero(np.bincount(labels.reshape(-1), minlength=256)[1:]) + 1).tolist():
                    ticket.check()
                    white = np.where(labels == label, np.uint8(255), np.uint8(0))
                    place(folder, f"masks/{stem(picture)}/{files[label]}.png").write_bytes(encode_png(white))
                    count += 1
            masks.photo(picture, inside(folder, f"images/{picture.name}"))
        return count

    def read(self, path: Path, skip: Skip, ticket: Ticket) -> Iterator[Drawn]:
        style, classes = _listed(path, skip)
        known: Mapping[int, NamedClass | None] = {one.index: one.known for one in classes}
        of_image = _layers(path, {one.file: one.index for one in classes} if style == _BINARY else None, skip)
        if not of_image and not classes:
            raise Problem(f"There is no mask in {path}", "no PNG was found", remedy="Choose the folder with the masks.")
        for image, layers in of_image.items():
            ticket.check()
            size = _size(layers[0][1], layers[0][2])
            if size is None:
                skip(layers[0][2], "it is no PNG")
                continue
            yield Drawn(image, size, known or dict.fromkeys(range(1, 256)), len(layers), partial(_draw, layers))


def _layers(path: Path, files: Mapping[str, int] | None, skip: Skip) -> dict[str, list[_Layer]]:
    """The PNGs that belong to each image: one with label 0, or one for each class where ``files`` says their labels."""
    of_image: dict[str, list[_Layer]] = defaultdict(list)
    for tree, name in found(path, ".png"):
        parts = PurePosixPath(name).with_suffix("").parts
        if parts[0] == "images" and len(parts) > 1:
            continue
        inner = parts[1:] if parts[0] == "masks" and len(parts) > 1 else parts
        if files is None:
            of_image["/".join(inner)].append((0, tree, name))
        elif parts[-1] in files:
            of_image["/".join(inner[:-1])].append((files[parts[-1]], tree, name))
        else:
            skip(name, f"{FILE} lists no class of this file")
    return of_image


def _draw(layers: Sequence[_Layer], size: tuple[int, int]) -> Labels:
    labels = np.zeros(size, np.uint8)
    for label, tree, name in layers:
        values = read_png(tree, name, size)
        if label:
            labels[values > 127] = label
        else:
            black_and_white = bool(np.isin(values, (0, 255)).all())
            labels = (values > 0).astype(np.uint8) if black_and_white else values
    return labels


def _size(tree: FileTree, name: str) -> tuple[int, int] | None:
    try:
        header = read_header(tree.read_bytes(name, _HEADER))
    except Problem:
        return None
    return header.size if header is not None and header.kind == "png" else None


def _listed(path: Path, skip: Skip) -> tuple[str, list[_Class]]:
    """The style, and the classes where the folder says them."""
    files = [(tree, name) for tree, name in found(path, ".json") if name == FILE]
    if not files:
        return _INDEXED, []
    document = read_json(*files[0])
    classes = []
    listed = document.get("classes")
    for at, entry in enumerate(listed if isinstance(listed, list) else []):
        try:
            if not isinstance(entry, dict):
                raise ValueError("it is no class")
            index = whole(entry.get("index"), "index", most=255)
            known = NamedClass(text(entry.get("name"), "name"), colour(entry.get("colour")))
            classes.append(_Class(index, known, str(entry.get("file"))))
        except ValueError as error:
            skip(f"{FILE}, class {at + 1}", str(error))
    return _BINARY if document.get("style") == _BINARY else _INDEXED, classes


def _palette(classes: Sequence[LabelClass]) -> bytes:
    colours = bytearray(768)
    for known in classes:
        colours[3 * known.index : 3 * known.index + 3] = bytes.fromhex(known.colour[1:])
    return bytes(colours)


EXPORTER = Png()
