"""YAML, XML and JSON as calibrations write them, as plain values: no tags, aliases, entities or depth."""

import json
import re
from pathlib import Path
from typing import Any, NoReturn
from xml.etree.ElementTree import ParseError, XMLParser

import yaml

from pentad.io.calibration.source import LONGEST, Source, damaged

_DEEPEST = 8
_MOST_VALUES = 30_000
_LONGEST_VALUE = 1000
"""Characters; YAML 1.1 takes 1:1:1… for a number of base 60, and hours to work it out."""
_HEADER = re.compile(r"\A%YAML[:\s][^\n]*\n")
_MATRIX = re.compile(r"!!opencv-(nd-)?matrix")
_LIST_ENTRY = "_"
Document = dict[str, Any]


def is_opencv_yaml(source: Source) -> bool:
    """Whether OpenCV wrote the YAML: it names a version on top, or tags its matrices."""
    text = source.text()
    return _HEADER.match(text) is not None or _MATRIX.search(text) is not None


def yaml_document(source: Source) -> Document:
    """A map; OpenCV's tagged matrices are the maps they are written as. Problem for anything else."""
    text = source.text()
    # Why: OpenCV's "%YAML:1.0" is no directive of YAML, and its tag says nothing that the map does not say.
    text = _MATRIX.sub("", _HEADER.sub("", text, count=1))
    try:
        _check_plain(source.path, text)
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise damaged(source.path, str(fault)) from fault
    return _map(source.path, found)


def json_document(source: Source, limit: int = LONGEST) -> Document:
    """A map; Problem for anything else."""
    try:
        found = json.loads(source.text(limit))
    except (ValueError, RecursionError) as fault:
        raise damaged(source.path, str(fault)) from fault
    return _map(source.path, found)


def xml_document(source: Source) -> Document:
    """What lies in ``<opencv_storage>``, as a map; Problem for a document type or entity, which no such file has."""
    listener = _Listener(source.path)
    parser = XMLParser(target=listener)
    try:
        parser.feed(source.read())
        parser.close()
    except (ParseError, ValueError, LookupError) as fault:
        raise damaged(source.path, str(fault)) from fault
    return _map(source.path, listener.found.get("opencv_storage"))


def _check_plain(path: Path, text: str) -> None:
    """Why: aliases within aliases are small in the file and endless in memory, and deep nesting is endless in time."""
    depth = values = 0
    for event in yaml.parse(text, yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        values += isinstance(event, yaml.ScalarEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _DEEPEST:
            raise damaged(path, "it is nested deeper than any calibration, or refers to itself by aliases")
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > _LONGEST_VALUE:
            raise damaged(path, f"one of its values is longer than {_LONGEST_VALUE:,} characters")
        if values > _MOST_VALUES:
            raise damaged(path, f"it holds more than {_MOST_VALUES:,} values")


def _map(path: Path, found: object) -> Document:
    if not isinstance(found, dict):
        raise damaged(path, "it is no map of names to values; it has no intrinsic_matrix or camera_matrix")
    return {str(key): value for key, value in found.items()}


class _Listener:
    """What the XML parser tells, gathered into maps and lists as OpenCV means them."""

    def __init__(self, path: Path) -> None:
        self.found: Document = {}
        self._path = path
        self._open: list[tuple[str, Document | list[Any] | None]] = [("", self.found)]
        self._words: list[str] = []

    def doctype(self, name: str, public: str | None, system: str | None) -> NoReturn:
        raise damaged(self._path, "it declares a document type, which no calibration has")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _DEEPEST:
            raise damaged(self._path, "it is nested deeper than any calibration")
        self._words.clear()
        above, held = self._open[-1]
        if held is None:
            self._open[-1] = above, [] if tag == _LIST_ENTRY else {}
        self._open.append((tag, None))

    def data(self, words: str) -> None:
        self._words.append(words)

    def end(self, tag: str) -> None:
        _, held = self._open.pop()
        value = _plain("".join(self._words)) if held is None else held
        self._words.clear()
        above = self._open[-1][1]
        if isinstance(above, list):
            above.append(value)
        elif above is not None:
            above[tag] = value

    def close(self) -> None: ...


def _plain(words: str) -> object:
    """A number, a list of numbers, or the text, without its quotes."""
    try:
        values = [float(word) for word in words.split()]
    except ValueError:
        return words.strip().strip('"')
    return values[0] if len(values) == 1 else values
