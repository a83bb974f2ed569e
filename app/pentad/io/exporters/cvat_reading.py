"""Reading CVAT's XML image by image, without entities or document types."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import ParseError, XMLParser

import numpy as np

from pentad.core.problem import Problem
from pentad.geometry.runs import LARGEST, Counts
from pentad.io.exporters.files import ClassNumbers, colour, text, whole
from pentad.io.exporters.shapes import Polygons, Runs, Shape, coordinate, draw, ellipse, points, rectangle
from pentad.sdk import Ticket
from pentad.sdk.exchange import Drawn, Skip

_CHUNK = 1 << 20
_COVERING = frozenset({"mask", "polygon", "box", "ellipse"})
_OTHER = frozenset({"polyline", "points", "cuboid", "skeleton", "tag"})
Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class Image:
    """One ``<image>``: its attributes, what lies in it, and the colours its labels were given before."""

    attributes: Attributes
    shapes: list[tuple[str, Attributes]]
    colours: dict[str, str]


@dataclass(slots=True)
class _Listener:
    """What the parser tells: finished images gather in ``images`` until somebody takes them."""

    name: str
    images: list[Image] = field(default_factory=list)
    is_cvat: bool = False
    _colours: dict[str, str] = field(default_factory=dict)
    _label: str = ""
    _words: str = ""
    _image: Image | None = None

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        why = "it declares a document type, which no CVAT file has"
        raise Problem(f"{self.name} is not read", why, remedy="Export the annotations from CVAT again.")

    def start(self, tag: str, attributes: Attributes) -> None:
        self._words = ""
        self.is_cvat = self.is_cvat or tag == "annotations"
        if tag == "image":
            self._image = Image(attributes, [], self._colours)
        elif self._image is not None and tag in _COVERING | _OTHER:
            self._image.shapes.append((tag, attributes))

    def data(self, words: str) -> None:
        # Why the bound: only names and colours are wanted.
        if len(self._words) < 5000:
            self._words += words

    def end(self, tag: str) -> None:
        if tag == "image" and self._image is not None:
            self.images.append(self._image)
            self._image = None
        elif tag == "name" and self._image is None:
            self._label = self._words.strip()
        elif tag == "color" and self._image is None and self._label:
            self._colours[self._label] = self._words.strip()

    def close(self) -> None: ...


def images_of(data: bytes, name: str) -> Iterator[Image]:
    """Every image of the file, in order; Problem where it is damaged, is no CVAT XML, or declares a document type."""
    listener = _Listener(name)
    parser = XMLParser(target=listener)
    try:
        for start in range(0, len(data), _CHUNK):
            parser.feed(data[start : start + _CHUNK])
            while listener.images:
                yield listener.images.pop(0)
        parser.close()
    except (ParseError, ValueError, LookupError) as error:
        raise Problem(f"{name} is not readable XML", str(error), remedy="Export or copy the file again.") from error
    if not listener.is_cvat:
        raise Problem(f"{name} is not a CVAT file", "it has no <annotations>", remedy="Choose a CVAT XML 1.1 file.")


def drawn(image: Image, number: int, skip: Skip, ticket: Ticket) -> Drawn | None:
    """What the image says; None, and a reason skipped, where it does not say which image it is."""
    try:
        name = text(image.attributes.get("name"), "name")
        size = _whole(image.attributes, "height", least=1), _whole(image.attributes, "width", least=1)
    except ValueError as error:
        skip(f"image {number + 1}", str(error))
        return None
    classes = ClassNumbers()
    shapes: list[tuple[int, Shape]] = []
    groups: set[str] = set()
    alone = 0
    for at, (tag, attributes) in enumerate(image.shapes):
        try:
            label = text(attributes.get("label"), "label")
            shape = _shape(tag, attributes, classes.number(label, colour(image.colours.get(label.strip()))))
            shapes.append((int(attributes.get("z_order", "0")[:9]), shape))
        except (ValueError, OverflowError) as error:
            skip(f"{name}, annotation {at + 1}", str(error))
            continue
        group = attributes.get("group_id", "0")
        alone += group == "0"
        groups |= {group} - {"0"}
    in_order = [shape for _, shape in sorted(shapes, key=lambda pair: pair[0])]
    return Drawn(name, size, classes.classes, alone + len(groups), draw(in_order, name, skip, ticket))


def _shape(tag: str, attributes: Attributes, label: int) -> Shape:
    if tag in _OTHER:
        raise ValueError(f"a {tag} covers no pixels")
    if tag == "mask":
        at = _whole(attributes, "top"), _whole(attributes, "left")
        size = _whole(attributes, "height", least=1), _whole(attributes, "width", least=1)
        return Runs(label, _counts(attributes.get("rle", "")), size, at)
    if tag == "polygon":
        places = [_number(word) for pair in attributes.get("points", "").split(";") for word in _pair(pair)]
        return Polygons(label, (points(places),))
    turn = _number(attributes.get("rotation", "0"))
    if tag == "box":
        x0, y0, x1, y1 = (_number(attributes.get(key, "")) for key in ("xtl", "ytl", "xbr", "ybr"))
        return Polygons(label, (rectangle(x0, y0, x1, y1, turn),))
    x, y, rx, ry = (_number(attributes.get(key, "")) for key in ("cx", "cy", "rx", "ry"))
    return Polygons(label, (ellipse(x, y, rx, ry, turn),))


def _pair(words: str) -> list[str]:
    pair = words.split(",")
    if len(pair) != 2:
        raise ValueError("its points are not pairs of numbers")
    return pair


def _number(word: str) -> float:
    try:
        return coordinate(float(word))
    except ValueError:
        raise ValueError(f"{word[:40]!a} is no place in an image") from None


def _counts(words: str) -> Counts:
    if len(words) and not words.replace(",", "").replace(" ", "").isdecimal():
        raise ValueError("its run lengths are not whole numbers")
    counts = [int(word) for word in words.split(",")] if words else []
    if any(count > LARGEST for count in counts):
        raise ValueError("a run length is too large")
    return np.array(counts, np.int64)


def _whole(attributes: Attributes, key: str, *, least: int = 0) -> int:
    word = attributes.get(key, "")
    return whole(int(word) if word.isdecimal() and len(word) < 10 else None, key, least=least)
