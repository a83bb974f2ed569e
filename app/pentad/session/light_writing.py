"""Normals of light stacks as samples of a data set, new or begun: a part is there whole or not at all."""

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.io.datasets.manifest_file import FILE_NAME
from pentad.io.file_names import file_name
from pentad.io.light_files import write_lights
from pentad.sdk import Ticket
from pentad.sdk.atomic import make_folder, not_written, write_bytes
from pentad.sdk.part_of import PartOf
from pentad.session.light_import import Made, Recipe, ViewWish, fingerprint, make_view

FORMAT = 1
GOOD = "good"
_DONE = ".done.json"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part belongs in a data set."""

    folder: Path
    sample: str
    category: str = "parts"
    split: Split = Split.TEST
    label: str = GOOD

    @property
    def id(self) -> str:
        return f"{self.category}/{self.split}/{self.label}/{self.sample}"

    @property
    def making(self) -> Path:
        """Hidden, so that no reader takes a part in the making for a part."""
        return self.folder / f".making-{'-'.join((self.category, self.split, self.label, self.sample))}"


def check_place(place: Place, views: Sequence[str], recipe: Recipe) -> None:
    """Problem where the part cannot go there: it is there already, or the folder holds something else."""
    for what, name in (("part", place.sample), ("category", place.category), ("label", place.label)):
        if not name or file_name(name) != name or name.startswith("."):
            remedy = "Use letters, digits, hyphens and underscores."
            raise Problem(f"'{name}' is no name for a {what}", "it becomes the name of a folder", remedy=remedy)
    if not place.folder.is_absolute():
        raise Problem("There is no folder for the result yet", remedy="Choose a new folder, or one made here before.")
    try:
        _check_folder(place, views, recipe)
    except OSError as error:
        why = error.strerror or str(error)
        raise Problem(f"{place.folder} cannot be used", why, remedy="Choose another folder.") from error


def _check_folder(place: Place, views: Sequence[str], recipe: Recipe) -> None:
    if (place.folder / place.id).exists():
        remedy = "Give the part another name; nothing is ever written over."
        raise Problem(f"{place.id} is there already", f"in {place.folder}", remedy=remedy)
    if place.folder.is_file():
        raise Problem(f"{place.folder} is a file", remedy="Choose a folder.")
    there = place.folder / FILE_NAME
    if there.is_file():
        if there.read_bytes() != _manifest(place.folder.name, views, recipe):
            why = f"its {FILE_NAME} names other views, another encoding or another layout"
            remedy = "Choose a new folder, or the views and the format that this one was begun with."
            raise Problem(f"{place.folder} holds another data set", why, remedy=remedy)
    elif _strange(place.folder):
        why = f"it holds {_strange(place.folder)}"
        raise Problem(f"{place.folder} is not empty", why, remedy="Choose a new folder, or one made here before.")


def done_before(place: Place, wishes: Sequence[ViewWish], recipe: Recipe) -> tuple[str, ...]:
    """The views that a stopped run has left finished; reads no pixels, but looks at every file."""
    return tuple(wish.stack.view for wish in wishes if _kept(place, wish, recipe) is not None)


def begin_anew(place: Place) -> None:
    """Forget what a stopped run has left."""
    shutil.rmtree(place.making, ignore_errors=True)


def make_sample(
    place: Place,
    wishes: Sequence[ViewWish],
    recipe: Recipe,
    *,
    ticket: Ticket,
    sources: Mapping[str, object] | None = None,
    made_one: Callable[[Made], None] = lambda made: None,
) -> tuple[Made, ...]:
    """Make every view of a part and put it into its data set, whole.

    Views that a stopped run has left finished, of the same photographs and settings, are not made again. ``made_one``
    is called for each view as it is there. Problem, naming the view, where one cannot be made; the others stay.
    """
    views = [wish.stack.view for wish in wishes]
    check_place(place, views, recipe)
    make_folder(place.making)
    made = []
    for number, wish in enumerate(wishes):
        part = PartOf(ticket, number / len(wishes), (number + 1) / len(wishes))
        known = _kept(place, wish, recipe)
        one = known if known is not None else _make(place, wish, recipe, part)
        made_one(one)
        made.append(one)
    ticket.check()
    _write_provenance(place, wishes, recipe, made, sources or {})
    _publish(place, views, recipe)
    return tuple(made)


def _make(place: Place, wish: ViewWish, recipe: Recipe, ticket: Ticket) -> Made:
    view = wish.stack.view
    try:
        made = make_view(wish, recipe, place.making, _Named(ticket, view))
    except Problem as problem:
        raise Problem(f"{view}: {problem.what}", problem.why, remedy=problem.remedy) from problem
    note = {"fingerprint": fingerprint(wish, recipe), "made": asdict(made)}
    write_bytes(place.making / f"{view}{_DONE}", json.dumps(note).encode())
    return made


def _kept(place: Place, wish: ViewWish, recipe: Recipe) -> Made | None:
    try:
        note = json.loads((place.making / f"{wish.stack.view}{_DONE}").read_bytes())
        if note["fingerprint"] != fingerprint(wish, recipe):
            return None
        return Made(**{**note["made"], "notes": tuple(note["made"]["notes"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write_provenance(
    place: Place, wishes: Sequence[ViewWish], recipe: Recipe, made: Sequence[Made], sources: Mapping[str, object]
) -> None:
    """What everything was made of, so that it can be made again."""
    views = []
    for wish, one in zip(wishes, made, strict=True):
        lighting = wish.lighting
        near = lighting.positions_mm is not None
        write_lights(
            place.making / f"{wish.stack.view}_lights.txt",
            lighting.directions if lighting.positions_mm is None else lighting.positions_mm,
        )
        views.append(
            {
                **asdict(one),
                "photographs": [shot.place for shot in wish.stack.shots],
                "lights": "positions, mm" if near else "directions",
                "mm_per_pixel": lighting.mm_per_pixel if near else None,
                "intensities": (1 / lighting.gains).round(6).tolist(),
                "mask": str(wish.mask) if wish.mask else None,
                "flat_fields": [str(path) for path in wish.flats],
            }
        )
    note = {
        "format": FORMAT, "made_by": "pentad light stacks", "method": recipe.method, "cut": recipe.cut,
        "white": recipe.white, "encoding": recipe.encoding, "bits": recipe.written.bits, **sources, "views": views,
    }  # fmt: skip
    write_bytes(place.making / "stereo.json", json.dumps(note, indent=1).encode())


def _publish(place: Place, views: Sequence[str], recipe: Recipe) -> None:
    """Give the finished part its name; the manifest comes first, for without it a part would be of no known layout."""
    final = place.folder / place.id
    for note in place.making.glob(f"*{_DONE}"):
        note.unlink()
    manifest = place.folder / FILE_NAME
    if not manifest.exists():
        write_bytes(manifest, _manifest(place.folder.name, views, recipe))
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        if final.exists():
            raise Problem(f"{place.id} is there already", "it came meanwhile", remedy="Give the part another name.")
        os.rename(place.making, final)
    except OSError as error:
        raise not_written(final, error) from error


def _strange(folder: Path) -> str:
    """A visible name in a folder that is there already; nothing where it holds parts in the making at most."""
    with contextlib.suppress(OSError):
        return next((entry.name for entry in sorted(folder.iterdir()) if not entry.name.startswith(".")), "")
    return ""


def _manifest(name: str, views: Sequence[str], recipe: Recipe) -> bytes:
    suffix = recipe.written.suffix
    listed = ", ".join(json.dumps(view, ensure_ascii=False) for view in views)
    encoding = f"float-{recipe.encoding}" if recipe.written.bits == 32 else str(recipe.encoding)
    text = f"""\
# Made by Pentad from light stacks. rgb is the parts' own colour, without light and shadow.
format = 1
name = {json.dumps(name, ensure_ascii=False)}

[layout]
rgb    = "{{category}}/{{split}}/{{label}}/{{sample}}/{{view}}_rgb.png"
normal = "{{category}}/{{split}}/{{label}}/{{sample}}/{{view}}_normal{suffix}"
good   = ["{GOOD}"]
views  = [{listed}]

[normals]
encoding = "{encoding}"
"""
    return text.encode()


class _Named:
    """A ticket whose messages say which view they are about."""

    def __init__(self, whole: Ticket, view: str) -> None:
        self._whole, self._view = whole, view

    def check(self) -> None:
        self._whole.check()

    def report(self, fraction: float, message: str = "") -> None:
        self._whole.report(fraction, f"{self._view}: {message}" if message else self._view)
