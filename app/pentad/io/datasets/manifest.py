"""Any layout at all, as the ``pentad.toml`` beside the images describes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Split
from pentad.io.datasets.drafts import ONLY_VIEW, Drafts, SampleDraft
from pentad.io.datasets.faults import Faults
from pentad.io.datasets.manifest_file import FILE_NAME, Manifest, Rule, parse_manifest
from pentad.io.datasets.reader import NORMALS_HELP, Listing, Options, normal_encoding, plain_category
from pentad.io.tree import FileTree

_GROUP = ("category", "split", "label", "sample")
_EXPECTED = (Modality.NORMAL, Modality.XYZ, Modality.DEPTH)

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ManifestReader:
    """Reads what a manifest says; the option ``manifest`` names one that is not at the root of the data."""

    id: str = "manifest"
    title: str = "pentad.toml"
    options: Mapping[str, str] = field(
        default_factory=lambda: {
            "manifest": "the manifest, where it is not the data folder's own pentad.toml",
            "normals": NORMALS_HELP,
        }
    )

    def recognises(self, tree: FileTree) -> bool:
        return tree.exists(FILE_NAME)

    def read(self, tree: FileTree, options: Options) -> Listing:
        manifest = _manifest(tree, options)
        encoding, notes = (manifest.encoding, ()) if manifest.encoding else normal_encoding(options)
        faults = Faults()
        drafts = Drafts(tree, faults)
        for rule in manifest.rules:
            _RuleReading(manifest, rule, tree, encoding).put_into(drafts, faults)
        if any(Modality.MASK in rule.patterns for rule in manifest.rules):
            drafts.expect_masks()
        for file in filter(None, (manifest.rig_file, manifest.lights_file)):
            if not tree.exists(file) and not any(path.startswith(file + "/") for path in tree.files):
                faults.lacks(file, "named by the manifest")
        shows_normals = any(Modality.NORMAL in rule.patterns for rule in manifest.rules)
        return Listing(
            drafts.finished(manifest.views, dict(manifest.cameras)),
            faults.problems,
            faults.missing,
            (*(notes if shows_normals else ()), *_label_note(manifest)),
            manifest.rig_file,
            manifest.lights_file,
        )


class _RuleReading:
    """One rule applied to one tree."""

    def __init__(self, manifest: Manifest, rule: Rule, tree: FileTree, encoding: NormalEncoding) -> None:
        self._manifest = manifest
        self._rule = rule
        self._tree = tree
        self._encoding = encoding
        self._photo_pattern = rule.patterns[Modality.RGB]
        self._photos = list(_matches(tree, rule, Modality.RGB))
        self._absent = list(self._absent_photos())
        self._names = {modality: sorted(pattern.fields - {"light"}) for modality, pattern in rule.patterns.items()}
        self._others = {
            modality: self._by_fields(modality) for modality in rule.patterns if modality is not Modality.RGB
        }

    def put_into(self, drafts: Drafts, faults: Faults) -> None:
        if not self._photos:
            what = f"No file fits the pattern {self._photo_pattern.text}"
            faults.add("idle patterns", Problem(what, _first_files(self._tree), remedy="Correct the pattern"))
        self._report_orphans(faults)
        for path, fields in self._selected(self._photos + self._absent):
            try:
                draft = self._draft(drafts, fields)
            except Problem as problem:
                faults.add("unknown splits", problem)
                continue
            self._put_rasters(drafts, faults, draft, path, fields)

    def _draft(self, drafts: Drafts, fields: Fields) -> SampleDraft:
        known = {**self._rule.constants, **fields}
        category = plain_category(known.get("category", self._manifest.name or self._tree.name))
        word, label = known.get("split", "test"), known.get("label")
        split = self._manifest.splits.get(word)
        if split is None:
            choices = ", ".join(Split)
            raise Problem(f"'{word}' is no split", f"splits are {choices}", remedy=f'Add [splits] {word} = "test"')
        sample_id = "/".join(part for part in (category, word, label, fields["sample"]) if part)
        return drafts.sample(sample_id, category, split, None if label in self._manifest.good else label)

    def _put_rasters(self, drafts: Drafts, faults: Faults, draft: SampleDraft, path: str, fields: Fields) -> None:
        known = {**self._rule.constants, **fields}
        view = draft.view(known.get("view", ONLY_VIEW))
        drafts.put(view, Modality.RGB, RasterRef(path), said_by="the manifest")
        for modality, found in self._others.items():
            pattern = self._rule.patterns[modality]
            files = found.get(tuple(known[name] for name in self._names[modality]), [])
            if modality is Modality.LIGHT:
                view.lights.update((light, RasterRef(file)) for file, light in files)
                if not files:
                    faults.lacks(f"The light stack of {path}", f"nothing fits {pattern.text}")
                continue
            named = [file for file, _ in files]
            if not named and modality in _EXPECTED and (expected := pattern.fill(known)):
                named = [expected]
            for file in named:
                drafts.put(view, modality, self._ref(file, modality), said_by="the manifest")
            if not named and modality in _EXPECTED:
                faults.lacks(f"The {modality} raster of {path}", f"nothing fits {pattern.text}")

    def _ref(self, path: str, modality: Modality) -> RasterRef:
        encoding = self._encoding if modality is Modality.NORMAL else None
        scale = self._manifest.depth_scale if modality in (Modality.DEPTH, Modality.XYZ) else 1.0
        return RasterRef(path, encoding=encoding, above=self._manifest.mask_above, scale=scale)

    def _selected(self, photos: list[tuple[str, Fields]]) -> Iterator[tuple[str, Fields]]:
        if self._rule.select is None:
            yield from photos
            return
        groups = {group: number for number, group in enumerate(dict.fromkeys(_group(f) for _, f in photos), 1)}
        odd = self._rule.select == "odd"
        yield from ((path, fields) for path, fields in photos if (groups[_group(fields)] % 2 == 1) == odd)

    def _absent_photos(self) -> Iterator[tuple[str, Fields]]:
        """The photos that samples lack of the views the manifest names, where their paths can be told."""
        if "view" not in self._photo_pattern.fields:
            return
        seen: dict[tuple[str, ...], tuple[set[str], Fields]] = {}
        for _, fields in self._photos:
            seen.setdefault(_group(fields), (set(), fields))[0].add(fields["view"])
        for views, fields in seen.values():
            for name in self._manifest.views:
                filled = {**fields, "view": name}
                if name not in views and (path := self._photo_pattern.fill(filled)):
                    yield path, filled

    def _by_fields(self, modality: Modality) -> dict[tuple[str, ...], list[tuple[str, str]]]:
        """Files and their {light}, by the values of the other fields in the order of their names."""
        found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for path, fields in _matches(self._tree, self._rule, modality):
            key = tuple(fields[name] for name in self._names[modality])
            found.setdefault(key, []).append((path, fields.get("light", "")))
        return found

    def _report_orphans(self, faults: Faults) -> None:
        known = [{**self._rule.constants, **fields} for _, fields in (*self._photos, *self._absent)]
        for modality, found in self._others.items():
            wanted = {tuple(fields[name] for name in self._names[modality]) for fields in known}
            for key in found.keys() - wanted:
                what = f"{found[key][0][0]} belongs to no photo"
                why = f"nothing fits {self._photo_pattern.text} for it"
                faults.add(f"{modality} rasters without a photo", Problem(what, why, remedy="Restore the photo"))


def _manifest(tree: FileTree, options: Options) -> Manifest:
    """The manifest a person named, or the tree's own."""
    named = options.get("manifest")
    if named is None:
        return parse_manifest(tree.read_bytes(FILE_NAME))
    try:
        return parse_manifest(Path(named).read_bytes(), Path(named).name)
    except OSError as error:
        raise Problem(f"{named} cannot be read", error.strerror or str(error), remedy="Check its path") from error


def _matches(tree: FileTree, rule: Rule, modality: Modality) -> Iterator[tuple[str, Fields]]:
    match = rule.patterns[modality].match
    for path in tree.files:
        fields = match(path)
        if fields is not None:
            yield path, fields


def _group(fields: Fields) -> tuple[str, ...]:
    return tuple(fields.get(name, "") for name in _GROUP)


def _first_files(tree: FileTree) -> str:
    return f"the first files are {', '.join(tree.files[:3])}" if tree.files else "there are no files"


def _label_note(manifest: Manifest) -> tuple[str, ...]:
    unlabelled = [r for r in manifest.rules if "label" not in r.patterns[Modality.RGB].fields | r.constants.keys()]
    return ("No {label} in the manifest: all parts are listed as good.",) if unlabelled else ()


READER = ManifestReader()
