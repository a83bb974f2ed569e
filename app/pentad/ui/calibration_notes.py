"""What was noticed when a calibration was read, told once each, however many cameras say it."""

from collections.abc import Sequence

from pentad.core.problem import Problem

MOST_NOTES = 50


def notes_in_full(notes: Sequence[Problem], *, most: int = MOST_NOTES) -> list[str]:
    """A paragraph each: what, why, and what to do about it."""
    said = list(dict.fromkeys(f"{note}. {note.remedy}." for note in notes))
    return said[:most] + ([f"And {len(said) - most:,} more."] if len(said) > most else [])


def notes_in_short(notes: Sequence[Problem]) -> str:
    """The first, and how many more there are; nothing where there are none."""
    said = list(dict.fromkeys(str(note) for note in notes))
    if not said:
        return ""
    more = f" (and {len(said) - 1:,} more)" if len(said) > 1 else ""
    return f"Noticed in the calibration: {notes[0].what}{more}."
