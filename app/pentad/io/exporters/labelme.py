"""labelme: one JSON beside each photo, a polygon for each region."""

import base64
import binascii
import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pentad.core.problem import Problem
from pentad.io.exporters.files import (
    ClassNumbers,
    decode_png,
    found,
    inside,
    place,
    read_json,
    stem,
    text,
    whole,
    write_json,
)
from pentad.io.exporters.pieces import INSTANCES, TOLERANCE, Piece, pieces
from pentad.io.exporters.shapes import Polygons, Shape, Stamp, draw, ellipse, pairs, rectangle
from pentad.sdk import Ticket, Value
from pentad.sdk.exchange import Drawn, ExporterInfo, MaskSet, Skip

VERSION = "5.5.0"
"""Of labelme's file format: the one with ``group_id``, ``description`` and ``mask``."""


class Labelme:
    """``<photo's path>.json``; regions of one annotation share a ``group_id``, holes are joined to the outside."""

    info = ExporterInfo(
        "labelme",
        "labelme",
        "One JSON a photo; polygons, with holes joined to the outside by a cut",
        (INSTANCES, TOLERANCE),
    )

    def write(self, masks: MaskSet, folder: Path, settings: Mapping[str, Value], ticket: Ticket) -> int:
        names = {known.index: known.name for known in masks.classes}
        count = 0
        for picture, labels in masks:
            shapes = []
            for group, piece in enumerate(pieces(labels, settings, ticket)):
                shapes += _written(piece, names[piece.label], group, float(settings[TOLERANCE.key]))
                count += 1
            document = {
                "version": VERSION,
                "flags": {},
                "shapes": shapes,
                "imagePath": posixpath.basename(picture.name),
                "imageData": None,
                "imageHeight": labels.shape[0],
                "imageWidth": labels.shape[1],
            }
            write_json(place(folder, f"{stem(picture)}.json"), document)
            masks.photo(picture, inside(folder, picture.name))
        return count

    def read(self, path: Path, skip: Skip, ticket: Ticket) -> Iterator[Drawn]:
        some = False
        for tree, name in found(path, ".json"):
            some = True
            ticket.check()
            try:
                document = read_json(tree, name)
                image = _image(name, text(document.get("imagePath"), "imagePath"))
                size = _size(document)
                listed = document.get("shapes")
                if not isinstance(listed, list):
                    raise ValueError("its shapes are no list")
            except (Problem, ValueError) as error:
                skip(name, str(error))
                continue
            classes = ClassNumbers()
            shapes = list(_shapes(listed, classes, name, skip))
            yield Drawn(image, size, classes.classes, _count(listed, shapes), draw(shapes, name, skip, ticket))
        if not some:
            raise Problem(
                f"There is no labelme file in {path}", remedy="Name a JSON file, or a folder that holds some."
            )


def _written(piece: Piece, name: str, group: int, tolerance: float) -> list[dict[str, object]]:
    parts = list(piece.parts())
    return [
        {
            "label": name,
            "points": part.polygon(tolerance).tolist(),
            "group_id": group + 1 if len(parts) > 1 else None,
            "description": "",
            "shape_type": "polygon",
            "flags": {},
            "mask": None,
        }
        for part in parts
    ]


def _count(listed: list[Any], shapes: list[Shape]) -> int:
    """Shapes of one group are one annotation."""
    groups = [shape.get("group_id") for shape in listed if isinstance(shape, dict)]
    grouped = [group for group in groups if isinstance(group, int)]
    return max(len(shapes) - len(grouped) + len(set(grouped)), 0)


def _image(name: str, said: str) -> str:
    """The image's path from the root that ``name`` is relative to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), said.replace("\\", "/"))).lstrip("./")


def _size(document: dict[str, Any]) -> tuple[int, int] | None:
    height, width = document.get("imageHeight"), document.get("imageWidth")
    if height is None and width is None:
        return None
    return whole(height, "imageHeight"), whole(width, "imageWidth")


def _shapes(listed: list[Any], classes: ClassNumbers, name: str, skip: Skip) -> Iterator[Shape]:
    for at, shape in enumerate(listed):
        try:
            if not isinstance(shape, dict):
                raise ValueError("it is no shape")
            kind = shape.get("shape_type") or "polygon"
            if kind not in _KINDS:
                raise ValueError(f"a {str(kind)[:40]} covers no pixels")
            yield _KINDS[kind](classes.number(text(shape.get("label"), "label")), shape)
        except (ValueError, TypeError) as error:
            skip(f"{name}, shape {at + 1}", str(error))


def _polygon(label: int, shape: dict[str, Any]) -> Shape:
    return Polygons(label, (pairs(shape.get("points")),))


def _rectangle(label: int, shape: dict[str, Any]) -> Shape:
    (x0, y0), (x1, y1) = pairs(shape.get("points"), least=2)[:2].tolist()
    return Polygons(label, (rectangle(x0, y0, x1, y1),))


def _circle(label: int, shape: dict[str, Any]) -> Shape:
    (x, y), (edge_x, edge_y) = pairs(shape.get("points"), least=2)[:2].tolist()
    radius = float(np.hypot(edge_x - x, edge_y - y))
    return Polygons(label, (ellipse(x, y, radius, radius),))


def _mask(label: int, shape: dict[str, Any]) -> Shape:
    (x0, y0), (x1, y1) = np.rint(pairs(shape.get("points"), least=2)[:2]).astype(int).tolist()
    try:
        data = base64.b64decode(_ascii(shape.get("mask")), validate=True)
    except binascii.Error as error:
        raise ValueError("its mask is damaged") from error
    return Stamp(label, (y0, x0), decode_png(data, (y1 - y0 + 1, x1 - x0 + 1)) > 0)


def _ascii(value: object) -> bytes:
    if not isinstance(value, str) or not value.isascii():
        raise ValueError("its mask is missing")
    return value.encode("ascii")


_KINDS = {"polygon": _polygon, "rectangle": _rectangle, "circle": _circle, "mask": _mask}
EXPORTER = Labelme()
