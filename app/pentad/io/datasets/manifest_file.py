"""What a ``pentad.toml`` says: where the rasters of each view are and what the folder names mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, Split
from pentad.io.bounded_toml import read_toml
from pentad.io.datasets.patterns import Pattern, compile_pattern
from pentad.io.tree import confined

FILE_NAME = "pentad.toml"

EXAMPLE = """format = 1
[layout]
rgb  = "{category}/{split}/{label}/{sample}/{view}.png"
mask = "{category}/{split}/{label}/{sample}/{view}_mask.png"
good = ["good"]"""

_MODALITIES = tuple(modality.value for modality in Modality)
_CONSTANTS = ("category", "split", "label", "view")
_PART = {"category", "split", "label", "sample"}
_IDENTITY = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
_POSE = "four rows of four numbers that turn, scale and shift without mirroring, the last 0, 0, 0, 1"
_FAR = 1e9
_SPLITS = {"train": "train", "val": "validation", "validation": "validation", "test": "test"}
_TABLES = {
    "layout": {*_MODALITIES, *_CONSTANTS, "good", "views", "select"},
    "rule": {*_MODALITIES, *_CONSTANTS, "select"},
    "defaults": set(_CONSTANTS),
    "normals": {"encoding"},
    "mask": {"above"},
    "depth": {"scale"},
    "rig": {"file", "cameras", "scale"},
    "lights": {"file"},
    "mesh": {"file", "pose"},
    "splits": None,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One way of finding samples: patterns by modality, and what is the same for all it finds.

    ``select`` keeps every second sample, counted from one in path order: "odd" the first, third …, "even" the others.
    """

    patterns: Mapping[Modality, Pattern]
    constants: Mapping[str, str]
    select: str | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """A checked manifest. ``encoding`` is None where it does not say how normals are written."""

    name: str
    rules: tuple[Rule, ...]
    good: frozenset[str]
    views: tuple[str, ...]
    splits: Mapping[str, Split]
    encoding: NormalEncoding | None
    mask_above: int
    depth_scale: float
    """Millimetres of one unit of a depth or xyz raster."""
    rig_file: str | None
    rig_scale: float | None
    cameras: Mapping[str, str]
    lights_file: str | None
    mesh: Pattern | None
    mesh_pose: tuple[float, ...]
    """4 x 4 by rows, the mesh file's axes and unit to rig millimetres."""


def parse_manifest(data: bytes, said_by: str = FILE_NAME) -> Manifest:
    """The manifest written in ``data``; Problem, naming the place, for anything it cannot mean."""
    try:
        document = read_toml(data.decode("utf-8-sig"))
    except ValueError as error:
        raise Problem(f"{said_by} is not readable TOML", str(error), remedy="Mend the line it names") from error
    if document.get("format") != 1:
        why = f"format is {document.get('format')!a}; this Pentad reads 1"
        raise Problem(
            f"{said_by} is of a format Pentad does not know", why, remedy="Put `format = 1` on its first line"
        )
    _refuse_unknown(document, said_by)
    return _Parser(document, said_by).manifest()


class _Parser:
    """Takes a document's values out one by one and says which is wrong."""

    def __init__(self, document: Mapping[str, Any], said_by: str) -> None:
        self._document = document
        self._said_by = said_by
        self._layout = self._table("layout")
        self._defaults = self._texts(self._table("defaults"), _CONSTANTS)
        self._views = self._words(self._layout, "views")

    def manifest(self) -> Manifest:
        rig, cameras = self._table("rig"), self._table("rig").get("cameras", {})
        if not isinstance(cameras, dict):
            raise self._wrong("rig.cameras", "a table of view = camera")
        name = self._document.get("name", "")
        return Manifest(
            name=name if isinstance(name, str) else "",
            rules=self._rules(),
            good=frozenset(self._words(self._layout, "good") or ("good",)),
            views=self._views,
            splits=self._splits(),
            encoding=self._encoding(),
            mask_above=self._mask_above(),
            depth_scale=self._scale("depth", "the millimetres of one unit of the rasters") or 1.0,
            rig_file=self._file(rig),
            rig_scale=self._scale("rig", "the millimetres of one of the calibration's units"),
            cameras=self._texts(cameras, tuple(cameras)),
            lights_file=self._file(self._table("lights")),
            mesh=self._mesh(),
            mesh_pose=self._pose(),
        )

    def _rules(self) -> tuple[Rule, ...]:
        blocks = self._document.get("rule", [])
        if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
            raise self._wrong("rule", "written as [[rule]] blocks")
        rules = [self._rule(block, f"rule {number}") for number, block in enumerate(blocks, 1)]
        if Modality.RGB in self._layout:
            rules.insert(0, self._rule(self._layout, "layout"))
        if not rules:
            remedy = f"Add one, for example:\n{EXAMPLE}"
            raise Problem(f"{self._said_by} does not say where the photos are", "no rgb pattern", remedy=remedy)
        return tuple(rules)

    def _rule(self, block: Mapping[str, Any], where: str) -> Rule:
        said_by = f"{self._said_by} ({where})"
        patterns = {
            modality: compile_pattern(block[modality], said_by, views=self._views)
            for modality in Modality
            if modality in block
        }
        photo = patterns.get(Modality.RGB)
        if photo is None or "sample" not in photo.fields:
            remedy = 'Add rgb = "…", with {sample} where the part\'s name or number stands'
            raise Problem(f"{said_by} has no rgb pattern with {{sample}}", remedy=remedy)
        constants = self._defaults | self._texts(block, _CONSTANTS)
        for modality, pattern in patterns.items():
            extra = pattern.fields - photo.fields - constants.keys() - {"light"}
            if extra or (modality is Modality.LIGHT) != ("light" in pattern.fields):
                why = (
                    f"it has {{{', '.join(sorted(extra))}}}, which the rgb pattern has not" if extra else "see {light}"
                )
                remedy = "Use fields of the rgb pattern; {light} in the light pattern and nowhere else"
                raise Problem(f"{said_by}: the {modality} pattern cannot be matched to photos", why, remedy=remedy)
        select = block.get("select")
        if select not in (None, "odd", "even"):
            raise self._wrong(f"{where}.select", '"odd" or "even"')
        return Rule(patterns, constants, select)

    def _splits(self) -> Mapping[str, Split]:
        table = self._table("splits")
        words = _SPLITS | self._texts(table, tuple(table))
        if not set(words.values()) <= set(Split):
            raise self._wrong("splits", f"folder name = one of {', '.join(Split)}")
        return {word: Split(split) for word, split in words.items()}

    def _encoding(self) -> NormalEncoding | None:
        said = self._table("normals").get("encoding")
        if said is None:
            return None
        if said not in tuple(NormalEncoding):
            raise self._wrong("normals.encoding", f"one of {', '.join(NormalEncoding)}")
        return NormalEncoding(said)

    def _mask_above(self) -> int:
        above = self._table("mask").get("above", 127)
        if not isinstance(above, int) or isinstance(above, bool) or not 0 <= above < 2**31:
            raise self._wrong("mask.above", "a whole number from 0")
        return above

    def _scale(self, table: str, meaning: str) -> float | None:
        scale = self._table(table).get("scale")
        if scale is None:
            return None
        if isinstance(scale, bool) or not isinstance(scale, int | float) or not 1e-6 <= scale <= 1e6:
            raise self._wrong(f"{table}.scale", f"a number from 1e-6 to 1e6: {meaning}")
        return float(scale)

    def _mesh(self) -> Pattern | None:
        if "file" not in self._table("mesh"):
            return None
        pattern = compile_pattern(self._table("mesh")["file"], f"{self._said_by} (mesh)")
        if not pattern.fields <= _PART or "*" in pattern.text or "?" in pattern.text:
            raise self._wrong("mesh.file", "one path, with {category}, {split}, {label} and {sample} in it at most")
        return pattern

    def _pose(self) -> tuple[float, ...]:
        rows = self._table("mesh").get("pose", _IDENTITY)
        if (
            not isinstance(rows, list)
            or [len(row) for row in rows if isinstance(row, list)] != [4] * 4
            or len(rows) != 4
        ):
            raise self._wrong("mesh.pose", _POSE)
        numbers = [number for row in rows for number in row]
        if not all(isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < _FAR for n in numbers):
            raise self._wrong("mesh.pose", _POSE)
        if numbers[12:] != [0, 0, 0, 1] or np.linalg.det(np.reshape(numbers, (4, 4))) <= 0:
            raise self._wrong("mesh.pose", _POSE)
        return tuple(float(number) for number in numbers)

    def _file(self, table: Mapping[str, Any]) -> str | None:
        return confined(table["file"], self._said_by) if "file" in table else None

    def _table(self, name: str) -> Mapping[str, Any]:
        table = self._document.get(name, {})
        if not isinstance(table, dict):
            raise self._wrong(name, f"a table, [{name}]")
        return table

    def _texts(self, table: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, str]:
        found = {key: table[key] for key in keys if key in table}
        for key, value in found.items():
            if not isinstance(value, str) or not value:
                raise self._wrong(key, "a piece of text")
        return found

    def _words(self, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
        words = table.get(key, [])
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            raise self._wrong(f"layout.{key}", "a list of words")
        return tuple(words)

    def _wrong(self, where: str, wanted: str) -> Problem:
        return Problem(f"{self._said_by}: {where} is not as expected", f"it should be {wanted}", remedy="Correct it")


def _refuse_unknown(document: Mapping[str, Any], said_by: str) -> None:
    """A misspelt key must not be a silent default."""
    for name, value in document.items():
        if name in ("format", "name"):
            continue
        allowed = _TABLES.get(name, set())
        blocks = value if isinstance(value, list) else [value]
        keys = {key for block in blocks if isinstance(block, dict) for key in block}
        unknown = [name] if name not in _TABLES else sorted(keys - allowed) if allowed is not None else []
        if unknown:
            choices = sorted(_TABLES) if name not in _TABLES else sorted(allowed or ())
            what = f"{said_by} has an unknown entry {unknown[0]!a}"
            raise Problem(what, f"known here: {', '.join(choices)}", remedy="Check the spelling, or remove it")
