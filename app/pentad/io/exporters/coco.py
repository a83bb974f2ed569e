"""COCO: one JSON for all images; regions as run lengths (exact) or as polygons."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pentad.core.arrays import Labels
from pentad.core.label_class import LabelClass
from pentad.core.problem import Problem
from pentad.geometry.runs import column_counts, read_compressed, whole_numbers
from pentad.io.exporters.files import ClassNumbers, inside, only, read_json, text, whole
from pentad.io.exporters.pieces import INSTANCES, TOLERANCE, Piece, pieces
from pentad.io.exporters.shapes import Polygons, Runs, Shape, draw, points
from pentad.sdk import Setting, Ticket, Value
from pentad.sdk.exchange import Drawn, ExporterInfo, MaskSet, Picture, Skip

FILE = "instances.json"
_RLE = "rle"


class Coco:
    """``instances.json`` with images, categories and annotations; photos, if wanted, in ``images/``."""

    info = ExporterInfo(
        "coco",
        "COCO",
        "One JSON; run lengths are exact, polygons have holes joined to the outside by a cut",
        (Setting("shapes", _RLE, "run lengths or polygons", (_RLE, "polygons")), INSTANCES, TOLERANCE),
    )

    def write(self, masks: MaskSet, folder: Path, settings: Mapping[str, Value], ticket: Ticket) -> int:
        images: list[dict[str, object]] = []
        count = 0
        with (folder / FILE).open("w", encoding="utf-8") as stream:
            stream.write('{"info": {"description": "Exported by Pentad", "version": "1.0"},\n"licenses": [],\n')
            stream.write(f'"categories": {json.dumps([_category(known) for known in masks.classes])},\n')
            stream.write('"annotations": [')
            for picture, labels in masks:
                images.append(_image(len(images) + 1, picture, labels))
                masks.photo(picture, inside(folder, f"images/{picture.name}"))
                for piece in pieces(labels, settings, ticket):
                    annotation = _annotation(count + 1, len(images), piece, labels, settings)
                    stream.write((",\n" if count else "\n") + json.dumps(annotation))
                    count += 1
            stream.write(f'],\n"images": {json.dumps(images)}}}\n')
        return count

    def read(self, path: Path, skip: Skip, ticket: Ticket) -> Iterator[Drawn]:
        tree, name = only(path, ".json", title="COCO")
        document = read_json(tree, name)
        listed = [document.get(key) for key in ("images", "annotations", "categories")]
        if not all(isinstance(part, list) for part in listed):
            why = "images, annotations and categories should be lists"
            raise Problem(f"{name} is not a COCO file", why, remedy="Choose the file with the annotations.")
        categories, classes = _categories(document["categories"], skip)
        of_image: dict[object, list[Any]] = defaultdict(list)
        for annotation in document.pop("annotations"):
            of_image[_key(annotation, "image_id")].append(annotation)
        for number, image in enumerate(document["images"]):
            try:
                size = whole(image["height"], "height"), whole(image["width"], "width")
                file_name, key = text(image["file_name"], "file_name"), _key(image, "id")
                if key is None:
                    raise ValueError("its id is missing")
            except (ValueError, KeyError, TypeError) as error:
                skip(f"image {number + 1}", _words(error))
                continue
            shapes = list(_shapes(of_image.pop(key, []), categories, file_name, skip))
            yield Drawn(file_name, size, classes.classes, len(shapes), draw(shapes, file_name, skip, ticket))
        for orphans in of_image.values():
            skip(f"{len(orphans)} annotations", "their image is not in the file")


def _category(known: LabelClass) -> dict[str, object]:
    channels = [int(known.colour[at : at + 2], 16) for at in (1, 3, 5)]
    return {"id": known.index, "name": known.name, "supercategory": "", "color": channels}


def _image(id: int, picture: Picture, labels: Labels) -> dict[str, object]:
    height, width = labels.shape
    return {"id": id, "file_name": picture.name, "width": width, "height": height}


def _annotation(id: int, image: int, piece: Piece, labels: Labels, settings: Mapping[str, Value]) -> dict[str, object]:
    from pycocotools import mask as coco_mask  # Why: no format's library is loaded before it is used.

    height, width = labels.shape
    counts = column_counts(piece.where, piece.box, (height, width))
    packed = coco_mask.frPyObjects({"counts": counts.tolist(), "size": [height, width]}, height, width)
    segmentation: object = {"size": [height, width], "counts": packed["counts"].decode("ascii")}
    if settings["shapes"] != _RLE:
        tolerance = float(settings[TOLERANCE.key])
        segmentation = [part.polygon(tolerance).reshape(-1).tolist() for part in piece.parts()]
    return {
        "id": id,
        "image_id": image,
        "category_id": piece.label,
        "segmentation": segmentation,
        "area": int(coco_mask.area(packed)),
        "bbox": [float(value) for value in coco_mask.toBbox(packed)],
        "iscrowd": 0,
    }


def _categories(listed: list[Any], skip: Skip) -> tuple[dict[object, int], ClassNumbers]:
    classes = ClassNumbers()
    numbers: dict[object, int] = {}
    for at, category in enumerate(listed):
        try:
            key = _key(category, "id")
            numbers[key] = classes.number(text(category["name"], "name"), _colour(category.get("color")))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            skip(f"category {at + 1}", _words(error))
    return numbers, classes


def _shapes(annotations: list[Any], numbers: Mapping[object, int], image: str, skip: Skip) -> Iterator[Shape]:
    for at, annotation in enumerate(annotations):
        try:
            label = numbers.get(_key(annotation, "category_id"))
            if label is None:
                raise ValueError("its category is not in the file")
            yield _shape(annotation.get("segmentation"), label)
        except (ValueError, KeyError, TypeError) as error:
            skip(f"{image}, annotation {at + 1}", _words(error))


def _shape(segmentation: object, label: int) -> Shape:
    if isinstance(segmentation, dict):
        size = segmentation["size"]
        if not isinstance(size, list) or len(size) != 2:
            raise ValueError("the size of its run lengths is missing")
        counts = segmentation["counts"]
        runs = read_compressed(counts) if isinstance(counts, str) else whole_numbers(counts)
        return Runs(label, runs, (whole(size[0], "height"), whole(size[1], "width")))
    if isinstance(segmentation, list) and segmentation and all(isinstance(ring, list) for ring in segmentation):
        return Polygons(label, tuple(points(ring) for ring in segmentation))
    raise ValueError("it has no segmentation")


def _key(entry: object, name: str) -> object:
    """An id: whole numbers and text, which can be looked up."""
    key = entry.get(name) if isinstance(entry, dict) else None
    return key if isinstance(key, int | str) and not isinstance(key, bool) else None


def _colour(value: object) -> str | None:
    channels = value if isinstance(value, list) and len(value) == 3 else None
    if channels is None or not all(type(channel) is int and 0 <= channel <= 255 for channel in channels):
        return None
    return "#" + bytes(channels).hex()


def _words(error: Exception) -> str:
    return f"its {error.args[0]} is missing" if isinstance(error, KeyError) else str(error)


EXPORTER = Coco()
