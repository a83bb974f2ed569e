"""The Real-IAD family: JSON lists beside folders of images, one list a category."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, cast

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Split
from pentad.io.datasets.drafts import ONLY_VIEW, Drafts, ViewDraft
from pentad.io.datasets.faults import Faults
from pentad.io.datasets.reader import NORMALS_HELP, Listing, Options, normal_encoding, plain_category
from pentad.io.tree import FileTree, confined

_SPLITS = {"train": Split.TRAIN, "validation": Split.VALIDATION, "val": Split.VALIDATION, "test": Split.TEST}
_GOOD = frozenset({"ok", "good", "normal"})
_VIEW = re.compile(r"_(C[0-9])_")
_ROLES = {"rgb": Modality.RGB, "normal": Modality.NORMAL, "mask": Modality.MASK, "xyz": Modality.XYZ}
_PROBED = 50


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one data set of the family names its files.

    ``lists`` is the default list folder and ``images`` the image folders, best first, as patterns of a top folder;
    ``keys`` gives for each role (rgb, normal, mask, xyz, class, view) the JSON keys to try in order.
    """

    lists: str
    images: tuple[str, ...]
    keys: Mapping[str, tuple[str, ...]]
    views: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListedReader:
    """A reader of one scheme of the family."""

    id: str
    title: str
    scheme: Scheme
    options: Mapping[str, str] = field(
        default_factory=lambda: {
            "normals": NORMALS_HELP,
            "lists": "the folder of JSON lists to read, where there are several (realiad_jsons_sv)",
            "images": "the folder of images to read, where there are several (realiad_512)",
            "keys": "which JSON key holds what: rgb=picture,normal=nv_file,mask=gt,view=camera,class=defect",
        }
    )

    def recognises(self, tree: FileTree) -> bool:
        start = re.compile(rf"{self.scheme.lists}(_[^/]*)?/.*\.json$")
        return any(start.match(path) for path in tree.files)

    def read(self, tree: FileTree, options: Options) -> Listing:
        faults = Faults()
        encoding, notes = normal_encoding(options)
        drafts = Drafts(tree, faults)
        keys = _keys(self.scheme, options)
        lists = _lists(tree, self.scheme, options)
        images, note = _images(tree, self.scheme, options)
        for path in lists:
            try:
                _CategoryList(tree, path, self.scheme, keys, images).put_into(drafts, faults, encoding)
            except Problem as problem:
                faults.add("unreadable lists", problem)
        if "_sv" not in lists[0]:
            drafts.expect_views(self.scheme.views)
        samples = drafts.finished(self.scheme.views)
        shows_normals = any(Modality.NORMAL in view.rasters for sample in samples for view in sample.views)
        return Listing(samples, faults.problems, faults.missing, (*(notes if shows_normals else ()), *note))


class _CategoryList:
    """One category's JSON list."""

    def __init__(
        self, tree: FileTree, path: str, scheme: Scheme, keys: Mapping[str, tuple[str, ...]], images: str
    ) -> None:
        self._path = path
        self._scheme = scheme
        self._keys = keys
        self._category = plain_category(PurePosixPath(path).stem)
        document = _document(tree, path)
        meta = document.get("meta")
        self._meta: dict[str, Any] = meta if isinstance(meta, dict) else {}
        self._document = document
        self._base = self._image_base(tree, images)

    def put_into(self, drafts: Drafts, faults: Faults, encoding: NormalEncoding) -> None:
        for split, entry in self._entries():
            try:
                self._put(drafts, split, entry, encoding)
            except Problem as problem:
                faults.add(f"bad entries in {self._path}", problem)

    def _entries(self) -> Iterator[tuple[Split, object]]:
        for name, split in _SPLITS.items():
            entries = self._document.get(name, [])
            if not isinstance(entries, list):
                raise Problem(f"{self._path} is not a list of images", f"'{name}' is not a list", remedy="Restore it")
            yield from ((split, entry) for entry in entries)

    def _put(self, drafts: Drafts, split: Split, entry: object, encoding: NormalEncoding) -> None:
        image = self._value(entry, "rgb")
        if image is None:
            tried = ", ".join(self._keys["rgb"])
            why = f"none of the keys {tried} in {_shown(entry)}"
            remedy = "Name the key of the photo: keys rgb=…"
            raise Problem(f"{self._path} has an entry without an image", why, remedy=remedy)
        path = PurePosixPath(confined(image, self._path))
        view_name = self._view_name(entry, path)
        word = self._value(entry, "class")
        good = word is None or word == self._meta.get("normal_class") or word.lower() in _GOOD
        folder = "/".join(path.parts[:-1]) or _VIEW.sub("_", path.name).rsplit(".", 1)[0]
        anomaly = None if good or word is None else self._scheme.words.get(word, word)
        draft = drafts.sample(f"{self._category}/{folder}", self._category, split, anomaly)
        if not good and word is not None and anomaly != word:
            draft.attributes["code"] = word
        self._put_rasters(drafts, draft.view(view_name), entry, encoding)

    def _put_rasters(self, drafts: Drafts, view: ViewDraft, entry: object, encoding: NormalEncoding) -> None:
        for role, modality in _ROLES.items():
            named = self._value(entry, role) if role in self._keys else None
            if named is not None:
                path = confined(self._base + confined(named, self._path), self._path)
                ref = RasterRef(path, encoding=encoding if modality is Modality.NORMAL else None)
                drafts.put(view, modality, ref, said_by=self._path)

    def _view_name(self, entry: object, path: PurePosixPath) -> str:
        said = self._value(entry, "view")
        token = _VIEW.search(path.name)
        if said is not None:
            return f"C{said}" if said.isdigit() else said
        if token is not None:
            return token[1]
        if not self._scheme.views:
            return ONLY_VIEW
        remedy = "Name the key that says the view: keys view=…"
        raise Problem(f"{self._path} has an entry of an unknown view", f"no C1 … C5 in {path.name}", remedy=remedy)

    def _value(self, entry: object, role: str) -> str | None:
        if not isinstance(entry, dict):
            raise Problem(f"{self._path} has a malformed entry", _shown(entry), remedy="Restore the list")
        for key in self._keys.get(role, ()):
            value = entry.get(key)
            if isinstance(value, int) and role == "view":
                return str(value)
            if value is not None and not isinstance(value, str):
                raise Problem(f"{self._path} has a malformed entry", _shown(entry), remedy=f"'{key}' should be text")
            if value:
                return value
        return None

    def _image_base(self, tree: FileTree, images: str) -> str:
        """Where this category's images are: lists and folders disagree on the prefix and on ``-`` and ``_``."""
        prefix = self._meta.get("prefix")
        said = [prefix.strip("/") + "/"] if isinstance(prefix, str) and prefix.strip("/") else []
        stem = PurePosixPath(self._path).stem
        spellings = [*said, stem + "/", stem.replace("-", "_") + "/", stem.replace("_", "-") + "/"]
        probes = [
            entry[key]
            for _, entry in islice(self._entries(), _PROBED)
            for key in self._keys["rgb"]
            if isinstance(entry, dict) and isinstance(entry.get(key), str)
        ]
        bases = [f"{images}/{confined(folder, self._path)}/" for folder in spellings]
        return next((base for base in bases if any(tree.exists(base + probe) for probe in probes)), bases[0])


def _document(tree: FileTree, path: str) -> dict[str, Any]:
    try:
        document = json.loads(tree.read_bytes(path))
    except (ValueError, RecursionError) as error:
        raise Problem(f"{path} is not readable JSON", str(error), remedy="Download or copy the file again") from error
    if not isinstance(document, dict):
        raise Problem(f"{path} is not a list of images", "an object was expected", remedy="Restore the file")
    return cast(dict[str, Any], document)


def _lists(tree: FileTree, scheme: Scheme, options: Options) -> list[str]:
    """The JSON files of the chosen list folder, which may lie in a folder of the default's name or not."""
    wanted = options.get("lists")
    folder = re.escape(wanted) if wanted else scheme.lists
    for pattern in (rf"{scheme.lists}/{folder}/[^/]+\.json", rf"{folder}/[^/]+\.json"):
        found = [path for path in tree.files if re.fullmatch(pattern, path)]
        if found:
            return found
    there = sorted({str(PurePosixPath(path).parent) for path in tree.files if path.endswith(".json")})
    why = f"JSON lists are in: {', '.join(there[:8]) or 'no folder at all'}"
    raise Problem(f"No lists in {wanted or scheme.lists}", why, remedy="Name the folder: lists=FOLDER")


def _images(tree: FileTree, scheme: Scheme, options: Options) -> tuple[str, tuple[str, ...]]:
    tops = sorted({path.split("/", 1)[0] for path in tree.files if "/" in path})
    wanted = options.get("images")
    if wanted is not None:
        if wanted not in tops:
            raise Problem(f"There is no folder {wanted}", f"there are: {', '.join(tops)}", remedy="Name one of these")
        return wanted, ()
    found = list(dict.fromkeys(top for pattern in scheme.images for top in tops if re.fullmatch(pattern, top)))
    if not found:
        why = f"the folders here are: {', '.join(tops)}"
        raise Problem("The lists are here but the images are not", why, remedy="Put the image folder beside the lists")
    others = f"; {', '.join(found[1:])} left aside" if len(found) > 1 else ""
    return found[0], (f"Images read from {found[0]}{others}.",)


def _keys(scheme: Scheme, options: Options) -> Mapping[str, tuple[str, ...]]:
    keys = dict(scheme.keys)
    for pair in filter(None, options.get("keys", "").split(",")):
        role, _, key = (part.strip() for part in pair.partition("="))
        if not key or role not in (*_ROLES, "class", "view"):
            remedy = "Write role=key pairs, the roles being rgb, normal, mask, xyz, class and view"
            raise Problem(f"'{pair}' does not say which key holds what", remedy=remedy)
        keys[role] = (key,)
    return keys


def _shown(entry: object) -> str:
    text = ascii(entry)
    return text if len(text) <= 300 else text[:297] + "…"
