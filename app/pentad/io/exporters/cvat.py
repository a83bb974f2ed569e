"""CVAT XML 1.1 "for images": one XML; masks as run lengths (exact) or as polygons."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from pentad.core.label_class import LabelClass
from pentad.geometry.runs import row_counts
from pentad.io.exporters.cvat_reading import drawn, images_of
from pentad.io.exporters.files import inside, only, read_bounded
from pentad.io.exporters.pieces import INSTANCES, TOLERANCE, Piece, pieces
from pentad.sdk import Setting, Ticket, Value
from pentad.sdk.exchange import Drawn, ExporterInfo, MaskSet, Skip

FILE = "annotations.xml"
_MASKS = "masks"
Attributes = dict[str, str]


class Cvat:
    """``annotations.xml``; photos, if wanted, in ``images/``."""

    info = ExporterInfo(
        "cvat",
        "CVAT XML 1.1",
        "One XML; masks are exact, polygons have holes joined to the outside by a cut",
        (Setting("shapes", _MASKS, "run-length masks or polygons", (_MASKS, "polygons")), INSTANCES, TOLERANCE),
    )

    def write(self, masks: MaskSet, folder: Path, settings: Mapping[str, Value], ticket: Ticket) -> int:
        names = {known.index: _clean(known.name) for known in masks.classes}
        count = 0
        with (folder / FILE).open("w", encoding="utf-8") as stream:
            xml = XMLGenerator(stream, "utf-8", short_empty_elements=True)
            xml.startDocument()
            xml.startElement("annotations", AttributesImpl({}))
            _head(xml, masks.classes, len(masks.pictures))
            for number, (picture, labels) in enumerate(masks):
                height, width = labels.shape
                xml.characters("\n")
                image = {"id": number, "name": _clean(picture.name), "width": width, "height": height}
                xml.startElement("image", AttributesImpl({key: str(value) for key, value in image.items()}))
                for group, piece in enumerate(pieces(labels, settings, ticket)):
                    for tag, attributes in _shapes(piece, group, settings):
                        common = {"label": names[piece.label], "source": "manual", "occluded": "0"}
                        _element(xml, tag, {**common, **attributes, "z_order": "0"})
                    count += 1
                xml.endElement("image")
                masks.photo(picture, inside(folder, f"images/{picture.name}"))
            xml.characters("\n")
            xml.endElement("annotations")
        return count

    def read(self, path: Path, skip: Skip, ticket: Ticket) -> Iterator[Drawn]:
        tree, name = only(path, ".xml", title="CVAT")
        data = read_bounded(tree, name)
        for number, image in enumerate(images_of(data, name)):
            ticket.check()
            found = drawn(image, number, skip, ticket)
            if found is not None:
                yield found


def _head(xml: XMLGenerator, classes: Sequence[LabelClass], count: int) -> None:
    _element(xml, "version", {}, "1.1")
    xml.startElement("meta", AttributesImpl({}))
    xml.startElement("task", AttributesImpl({}))
    said = {"id": "0", "name": "Pentad", "size": str(count), "mode": "annotation", "overlap": "0", "bugtracker": ""}
    for tag, words in {**said, "subset": "default", "start_frame": "0", "stop_frame": str(max(count - 1, 0))}.items():
        _element(xml, tag, {}, words)
    xml.startElement("labels", AttributesImpl({}))
    for known in classes:
        xml.startElement("label", AttributesImpl({}))
        for tag, words in {"name": _clean(known.name), "color": known.colour, "type": "any", "attributes": ""}.items():
            _element(xml, tag, {}, words)
        xml.endElement("label")
    for tag in ("labels", "task", "meta"):
        xml.endElement(tag)


def _shapes(piece: Piece, group: int, settings: Mapping[str, Value]) -> Iterator[tuple[str, Attributes]]:
    if settings["shapes"] == _MASKS:
        height, width = piece.box.shape
        rle = ", ".join(map(str, row_counts(piece.where).tolist()))
        place = {"left": piece.box.x0, "top": piece.box.y0, "width": width, "height": height}
        yield "mask", {"rle": rle, **{key: str(value) for key, value in place.items()}}
        return
    parts = list(piece.parts())
    grouped = {"group_id": str(group + 1)} if len(parts) > 1 else {}
    for part in parts:
        points = part.polygon(float(settings[TOLERANCE.key])).tolist()
        yield "polygon", {"points": ";".join(f"{x:.2f},{y:.2f}" for x, y in points), **grouped}


def _element(xml: XMLGenerator, tag: str, attributes: Attributes, words: str = "") -> None:
    xml.characters("\n")
    xml.startElement(tag, AttributesImpl(attributes))
    if words:
        xml.characters(words)
    xml.endElement(tag)


def _clean(name: str) -> str:
    """What XML can hold."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)


EXPORTER = Cvat()
