"""Backbones that a person imported: one folder each among the user's data, with a card that vouches for the weights."""

import contextlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pentad.core.problem import Problem
from pentad.sdk.atomic import not_written, sweep_stale, write_bytes
from pentad.sdk.folders import data_folder
from pentad_models.backbones.places import (
    CONFIG_NAME,
    IMGFOCUS,
    WEIGHTS_NAME,
    Listed,
    hub_snapshots,
    is_converted,
    listed_imgfocus,
)

CARD_NAME = "pentad.json"
FORMAT = 1
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}(/[A-Za-z0-9][A-Za-z0-9._-]{0,79})?")
_AGAIN = "Import it again: `pentad backbone import`."
_RID = "Remove it: `pentad backbone remove`; then import it again."


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of an imported backbone.

    ``sha256`` is that of its safetensors file as it was imported, ``brought_sha256`` that of the file a person named
    (a zip, a wheel), where it was another; ``licence`` in the words of whoever packed it, empty where they said none.
    """

    id: str
    sha256: str
    brought: str
    brought_sha256: str
    licence: str
    when: str


def imported_folder(id: str) -> Path:
    """Where the backbone ``id`` is kept; Problem for a name that cannot be one."""
    if not _NAME.fullmatch(id) or ".." in id or "--" in id:
        why = "a name is letters, digits, dots, dashes and underscores, with one slash at most"
        raise Problem(f"A backbone cannot be called '{id[:80]}'", why, remedy="Choose another, such as dinov2-base.")
    return _root() / id.replace("/", "--")


def imported() -> dict[str, Card | Problem]:
    """Each imported backbone by its id: its card, or why it cannot be used (then by its folder's name)."""
    found: dict[str, Card | Problem] = {}
    for folder in _folders():
        try:
            card = read_card(folder)
            if imported_folder(card.id) != folder:
                # Why: whoever removed it by that name would remove what lies in the other folder.
                raise Problem(f"{folder / CARD_NAME} is damaged", f"it is the card of {card.id}", remedy=_RID)
        except Problem as problem:
            found[folder.name.replace("--", "/")] = problem
        else:
            found[card.id] = card
    return found


def available() -> list[Listed]:
    """The default backbone, whether it is here or not, what was imported, and DINOv2 checkpoints in the hub's cache."""
    known = imported()
    mine = [_listed(id, card) for id, card in known.items()]
    first = [] if IMGFOCUS in known else [listed_imgfocus()]
    hub = [Listed(id, True, str(folder)) for id, folder in hub_snapshots().items() if id not in known]
    return [*first, *mine, *hub]


def _listed(id: str, card: Card | Problem) -> Listed:
    if isinstance(card, Problem):
        return Listed(id, False, f"{card} ({card.remedy})", imported=True)
    return Listed(id, True, str(imported_folder(id)), card.licence, card.sha256, imported=True)


def find_imported(id: str) -> Card | None:
    """The card of ``id``, None where no such backbone was imported; Problem where its folder is damaged."""
    try:
        folder = imported_folder(id)
    except Problem:
        return None
    if not (folder / CARD_NAME).is_file():
        return None
    card = read_card(folder)
    return card if card.id == id else None


def read_card(folder: Path) -> Card:
    """Problem where the card is damaged or newer, or the weights it vouches for are gone."""
    try:
        content = json.loads((folder / CARD_NAME).read_text("utf-8"))
        made_as = content["format"]
        if isinstance(made_as, int) and made_as > FORMAT:
            why = f"its format is {made_as}, this Pentad knows {FORMAT}"
            raise Problem(f"The backbone in {folder} was imported by a newer Pentad", why, remedy="Update Pentad.")
        card = Card(**{name: str(content[name]) for name in Card.__dataclass_fields__})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem(f"{folder / CARD_NAME} is damaged", f"{type(error).__name__}: {error}", remedy=_RID) from error
    if not is_converted(folder):
        raise Problem(f"The backbone in {folder} is not whole", f"it lacks {_missing(folder)}", remedy=_RID)
    return card


def write_card(folder: Path, card: Card) -> None:
    """Vouch for what is in ``folder``: the last thing an import does."""
    content: Mapping[str, object] = {"format": FORMAT, **asdict(card)}
    write_bytes(folder / CARD_NAME, json.dumps(content, indent=1, ensure_ascii=False).encode())


def remove_imported(id: str) -> Path:
    """Delete the imported backbone ``id`` and give the folder it was in; Problem where there is none."""
    if id not in imported():
        known = ", ".join(imported()) or "none"
        raise Problem(f"No backbone '{id}' was imported", remedy=f"Imported ones: {known}.")
    folder = imported_folder(id)
    try:
        # Why the card first: what is left where this is interrupted is then no backbone.
        (folder / CARD_NAME).unlink(missing_ok=True)
        shutil.rmtree(folder)
    except OSError as error:
        raise not_written(folder, error) from error
    return folder


def sweep_interrupted() -> None:
    """Remove what imports that were killed have left; those under way elsewhere stay."""
    with contextlib.suppress(OSError):
        for folder in _root().iterdir():
            if (folder / CARD_NAME).exists() or not folder.is_dir() or not sweep_stale(folder):
                continue
            if not any(folder.glob(".pentad-*")):
                shutil.rmtree(folder)


def damaged_weights(id: str) -> Problem:
    """The Problem that weights are which are no longer those that were imported."""
    why = "their sha256 is not the one they had when they were imported"
    return Problem(f"The weights of the backbone '{id}' are damaged", why, remedy=_AGAIN)


def _root() -> Path:
    return data_folder() / "backbones"


def _folders() -> Iterator[Path]:
    yield from (card.parent for card in sorted(_root().glob(f"*/{CARD_NAME}")))


def _missing(folder: Path) -> str:
    return " and ".join(name for name in (CONFIG_NAME, WEIGHTS_NAME) if not (folder / name).is_file())
