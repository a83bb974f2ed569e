"""The masks of a project with their journals: together they are what a person drew, whatever happened in between."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from pentad.core.arrays import Labels
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.core.wording import counted
from pentad.io.journal import JournalFolder, Record, Saved, Story
from pentad.io.masks import FileMark, MaskFolder, StoredMask, encode_mask, mark_of

Base = Callable[[], Labels]
"""What a mask is before anybody draws: the data set's own, or an empty one."""


@dataclass(frozen=True, slots=True)
class FoundMask:
    """A mask as it is now, file and journal together."""

    labels: Labels
    drawn: bool
    """Whether the project has a mask of its own."""
    mark: FileMark | None
    """Of the file it builds on. Where the file is another, somebody else has written it."""
    segment: int
    """The newest segment of its journal."""
    strokes: tuple[Record, ...] = ()
    """What the file does not have yet."""
    lost: int = 0
    """Places of the journal that cannot be read."""
    torn: bool = False
    damaged: Problem | None = None
    """What is wrong with the file, where its copy had to be read instead."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a journal brought back."""

    key: MaskKey
    strokes: int
    lost: int
    torn: bool
    since: datetime | None
    until: datetime | None
    notes: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SavedMask:
    """A mask that is in its file."""

    mark: FileMark
    notes: tuple[Problem, ...]


class KeptMasks:
    """``masks`` and ``journal`` of one project. Its methods may run on any thread, one at a time for one mask."""

    def __init__(self, folder: Path) -> None:
        self.masks = MaskFolder(folder / "masks")
        self.journals = JournalFolder(folder / "journal")

    def find(self, key: MaskKey, base: Base) -> FoundMask:
        """The mask of ``key``, writing nothing; Problem where its file is damaged and has no copy."""
        story = self.journals.read(key)
        segment = max(self.journals.segments(key), default=0)
        stored = self.masks.load(*key)
        damaged = stored.damaged if stored is not None else None
        if not story.entries and not story.damaged:
            labels = stored.labels if stored is not None else base()
            mark = stored.mark if stored is not None else None
            return FoundMask(labels, stored is not None, mark, segment, damaged=damaged)
        ground, mark, rest = self._ground(key, story, stored)
        labels = ground if ground is not None else base()
        sizes = {stroke.size for stroke in rest.strokes}
        if len(sizes) == 1 and labels.shape not in sizes:
            labels = np.zeros(sizes.pop(), np.uint8)
        lost = rest.damaged + rest.replay(labels)
        drawn = ground is not None or bool(rest.strokes)
        return FoundMask(labels, drawn, mark, segment, rest.strokes, lost, rest.torn, damaged)

    def save(self, key: MaskKey, labels: Labels, mark: FileMark | None, segment: int) -> SavedMask:
        """Put the mask into its file; Problem where that cannot be done, and then the file is as it was.

        ``mark`` is that of the file as it was last read or written: one that is another now was written by somebody
        else, and is kept beside. All up to ``segment`` of the journal is in ``labels``.
        """
        notes: list[Problem] = []
        there = self.masks.mark(*key)
        if there != mark:
            notes.append(self._foreign(key, there))
        data = encode_mask(labels)
        self.journals.note(key, Saved(mark_of(data), segment))
        return SavedMask(self.masks.replace(*key, data, labels), tuple(notes))

    def recover(self, key: MaskKey, base: Base) -> Recovered | None:
        """Save what the journal of ``key`` holds and put the journal away; None where all was saved already."""
        notes = self.repair(key)
        found = self.find(key, base)
        if found.strokes:
            notes += self.save(key, found.labels, found.mark, found.segment).notes
        if found.lost:
            self.journals.set_aside(key)
        self.journals.remove(key, found.segment)
        if not found.strokes and not found.lost:
            return None
        times = [time for time in map(_time, found.strokes) if time is not None]
        since, until = (min(times), max(times)) if times else (None, None)
        return Recovered(key, len(found.strokes), found.lost, found.torn, since, until, notes)

    def unfinished(self, key: MaskKey) -> Problem | None:
        """What the journal of ``key`` has beyond the mask's file, for a report; None where that is nothing."""
        story = self.journals.read(key)
        try:
            rest = story.since(self.masks.mark(*key))
        except Problem:
            rest = None
        rest = rest if rest is not None else story
        if not rest.strokes and not rest.damaged:
            return None
        what = f"The journal of {key.sample} {key.view} holds {counted(len(rest.strokes), 'stroke')}"
        why = "not in its mask yet"
        if rest.damaged:
            why += f"; {counted(rest.damaged, 'record')} cannot be read"
        return Problem(what, why, remedy="Open the project in Pentad: they are put into the mask then.")

    def repair(self, key: MaskKey) -> tuple[Problem, ...]:
        """Where the file is damaged and its copy is not: keep the file aside and write it anew from the copy."""
        stored = self.masks.load(*key)
        if stored is None or stored.damaged is None:
            return ()
        aside = self.masks.set_aside(*key, "damaged")
        self.masks.write(*key, stored.labels)
        what = f"The mask of {key.sample} {key.view} was damaged and has been put back from its copy"
        return (Problem(what, str(stored.damaged), remedy=f"Look it over. The damaged file is kept as {aside}."),)

    def _ground(
        self, key: MaskKey, story: Story, stored: StoredMask | None
    ) -> tuple[Labels | None, FileMark | None, Story]:
        """What the journal builds on, the mark that file has, and what of the journal is still to be laid on it."""
        if stored is None and (rest := story.since(None)) is not None:
            return None, None, rest
        if stored is not None and stored.damaged is None and (rest := story.since(stored.mark)) is not None:
            return stored.labels, stored.mark, rest
        # From here on the file is gone, damaged, or another program's.
        copy = self.masks.copy_of(*key)
        rest = story.since(copy.mark) if copy is not None else None
        if stored is not None and stored.damaged is not None:
            return stored.labels, stored.mark, rest if rest is not None else story
        if copy is not None and (rest is not None or stored is None):
            return copy.labels, copy.mark, rest if rest is not None else story
        return stored.labels if stored is not None else None, None, story

    def _foreign(self, key: MaskKey, there: FileMark | None) -> Problem:
        path = self.masks.path(*key)
        if there is None:
            what = f"{path} was deleted by another program"
            return Problem(what, "the mask is still open here", remedy="It has been written anew; nothing was lost.")
        aside = self.masks.set_aside(*key, "theirs")
        return Problem(
            f"{path} was changed by another program",
            "both versions are kept",
            remedy=f"Yours is {path.name}, the other is kept as {aside}. Compare them and delete the one not wanted.",
        )


def recovery_notice(found: list[Recovered]) -> Problem:
    """One sentence for all that was brought back."""
    strokes, lost = sum(one.strokes for one in found), sum(one.lost for one in found)
    what = f"{counted(strokes, 'stroke')} not yet saved when Pentad ended {'is' if strokes == 1 else 'are'} back"
    remedy = "All of it is saved now; look the masks over."
    if lost:
        remedy = f"{counted(lost, 'record')} could not be read: look the masks over. The damaged journals are kept."
    return Problem(what, "; ".join(map(_in_words, found)), remedy=remedy)


def _in_words(one: Recovered) -> str:
    words = f"{one.key.sample} {one.key.view} ({counted(one.strokes, 'stroke')}"
    if one.since is not None and one.until is not None:
        first, last = (f"{time.astimezone():%Y-%m-%d %H:%M}" for time in (one.since, one.until))
        words += f", {first}" if first == last else f", {first} to {last}"
    if one.lost:
        words += f", {counted(one.lost, 'damaged record')}"
    return words + (", the last one unfinished)" if one.torn else ")")


def _time(stroke: Record) -> datetime | None:
    try:
        time = datetime.fromisoformat(stroke.at)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
