"""Whatever happens to a journal's bytes: what stands before stays, what stands behind and is whole still counts."""

import functools
import json
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from zstandard import ZstdCompressor

from pentad.annotation.edit import TILE, MaskEdit, TileKey, tile_box
from pentad.core.arrays import Labels
from pentad.core.mask import MaskKey
from pentad.core.problem import Problem
from pentad.io.journal import Begin, Journal, JournalFolder, Record, Saved, Story, encode, encode_begin, parse
from pentad.io.masks import FileMark

KEY = MaskKey("pin/S1", "top")
SIZE = (300, 520)
BEGIN = Begin(KEY, SIZE, None)
MARK = FileMark(10, 20)


def stroke(number: int) -> MaskEdit:
    """Tile (0, number % 3) becomes noise of its own."""
    key: TileKey = (number // 3 % 2, number % 3)
    noise = np.random.default_rng(number).integers(0, 9, tile_box(key, SIZE).shape, np.uint8) * (number % 2)
    return MaskEdit(KEY, f"Brush {number}", SIZE, {}, {key: ZstdCompressor(level=1).compress(noise.tobytes())})


@functools.cache
def journal_of(strokes: int) -> tuple[bytes, tuple[int, ...]]:
    """(bytes, where each record ends)."""
    parts = [encode_begin(BEGIN), *(encode(stroke(number)) for number in range(strokes))]
    return b"".join(parts), tuple(np.cumsum([len(part) for part in parts]).tolist())


def names(story: Story) -> list[str]:
    return [record.name for record in story.strokes]


def test_what_append_returned_from_is_read_back(tmp_path: Path) -> None:
    folder = JournalFolder(tmp_path / "journal")
    journal = Journal(folder.path(KEY, 1), BEGIN)
    for number in range(4):
        journal.append(stroke(number))
    journal.close()
    journal = Journal(folder.path(KEY, 2), BEGIN)
    journal.append(stroke(4))
    journal.note(Saved(MARK, 1))  # Why so late: a save ends when it ends, whatever was painted meanwhile.
    journal.close()
    story = folder.read(KEY)
    assert (story.begins, names(story), story.damaged) == ((BEGIN, BEGIN), [f"Brush {n}" for n in range(5)], 0)
    later = story.since(MARK)
    assert later is not None
    assert names(later) == ["Brush 4"]
    assert story.since(None) is story
    assert story.since(FileMark(1, 1)) is None
    (tmp_path / "journal/stray.000001.log").touch()
    assert folder.keys() == [KEY]
    labels = np.zeros(SIZE, np.uint8)
    assert story.replay(labels) == 0
    expected = np.zeros(SIZE, np.uint8)
    for number in range(5):
        stroke_by_hand(expected, number)
    assert np.array_equal(labels, expected)


def stroke_by_hand(labels: Labels, number: int) -> None:
    rows = slice(number // 3 % 2 * TILE, (number // 3 % 2 + 1) * TILE)
    columns = slice(number % 3 * TILE, (number % 3 + 1) * TILE)
    shape = labels[rows, columns].shape
    labels[rows, columns] = np.random.default_rng(number).integers(0, 9, shape, np.uint8) * (number % 2)


def test_segments_follow_each_other_by_number_and_old_ones_go(tmp_path: Path) -> None:
    folder = JournalFolder(tmp_path)
    for number in (1, 2, 11):
        journal = Journal(folder.path(KEY, number), BEGIN)
        journal.append(stroke(number))
        journal.close()
    assert names(folder.read(KEY)) == ["Brush 1", "Brush 2", "Brush 11"]
    assert folder.read(MaskKey("pin/S1", "top.000001")).entries == ()
    folder.remove(KEY, 2)
    assert list(folder.segments(KEY)) == [11]
    folder.path(KEY, 11).rename(folder.path(MaskKey("pin/S1", "east"), 11))
    strange = folder.read(MaskKey("pin/S1", "east"))
    assert (strange.entries, strange.damaged) == ((), 1)
    with pytest.raises(Problem, match="could not be written"):
        Journal(folder.path(MaskKey("pin/S1", "east"), 11), BEGIN)


def test_cut_off_at_any_byte_it_keeps_every_whole_record() -> None:
    data, ends = journal_of(3)
    for length in range(len(data) + 1):
        story = parse(data[:length])
        whole = sum(end <= length for end in ends)
        assert len(story.entries) == whole
        assert story.torn == (length not in (0, *ends))
        assert story.damaged == 0


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 10**9), bit=st.integers(0, 7))
def test_any_flipped_bit_costs_its_own_record_alone(place: int, bit: int) -> None:
    data, ends = journal_of(6)
    bad = bytearray(data)
    bad[place % len(data)] ^= 1 << bit
    hit = sum(end <= place % len(data) for end in ends)
    story = parse(bytes(bad))
    untouched = [entry for number, entry in enumerate(parse(data).entries) if number != hit]
    assert list(story.entries) == untouched
    assert story.damaged + story.torn == 1
    if hit < 6:
        assert story.damaged == 1


@settings(max_examples=300, deadline=None)
@given(rubbish=st.binary(max_size=200), at=st.integers(0, 5))
@example(rubbish=b"STRK" * 40, at=3)
@example(rubbish=b"STRK\xff\xff\xff\xff" * 10, at=0)
def test_rubbish_anywhere_hides_no_record(rubbish: bytes, at: int) -> None:
    data, ends = journal_of(5)
    place = ends[at]
    story = parse(data[:place] + rubbish + data[place:])
    assert story.entries == parse(data).entries
    assert (story.damaged + story.torn > 0) == bool(rubbish)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_rubbish_alone_is_a_report_and_no_more(rubbish: bytes) -> None:
    assert parse(rubbish).entries == ()


def _sealed(payload: bytes) -> bytes:
    """A record with the right checksum, whatever it says."""
    length = struct.pack("<I", len(payload))
    return b"STRK" + length + struct.pack("<I", zlib.crc32(payload, zlib.crc32(length))) + payload


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=True) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "tiles"]), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(
    head=st.dictionaries(st.sampled_from(["name", "at", "size", "tiles", "begin", "base", "saved"]), _json)
    | st.fixed_dictionaries(
        {"name": _json, "at": _json, "size": st.just(SIZE) | _json, "tiles": st.lists(st.lists(_json, max_size=3))}
    )
    | _json,
    rest=st.binary(max_size=60),
)
def test_a_hostile_record_never_escapes(head: object, rest: bytes) -> None:
    data, _ = journal_of(2)
    story = parse(data + _sealed(json.dumps(head).encode() + b"\n" + rest))
    assert story.entries[:3] == parse(data).entries
    labels = np.zeros(SIZE, np.uint8)
    story.replay(labels)
    assert labels.shape == SIZE


def _with_tiles(size: object, tiles: object, rest: bytes) -> Story:
    head = {"name": "x", "at": "", "size": size, "tiles": tiles}
    return parse(_sealed(json.dumps(head).encode() + b"\n" + rest))


def test_tiles_outside_the_mask_and_false_sizes_change_nothing() -> None:
    packed = ZstdCompressor().compress(bytes(TILE * TILE))
    for size, tiles in [
        (SIZE, [[0, 3, len(packed)]]),
        (SIZE, [[-1, 0, len(packed)]]),
        (SIZE, [[0, 0, 10**9]]),
        ([1 << 40, 1 << 40], [[0, 0, len(packed)]]),
        ([True, 300], []),
    ]:
        assert _with_tiles(size, tiles, packed) == Story((), 1)
    # A frame that claims to hold a terabyte, one that holds less than its tile, and one that is none.
    claims = bytes.fromhex("28b52ffde0") + struct.pack("<Q", 1 << 40) + b"\x01\x00\x00"
    for frame in (claims, ZstdCompressor().compress(b"short"), b"no frame"):
        (record,) = _with_tiles(SIZE, [[0, 0, len(frame)]], frame).strokes
        labels = np.full(SIZE, 7, np.uint8)
        assert not record.lay(labels)
        assert (labels == 7).all()
    assert not Record("x", "", (4, 4), {}).lay(np.zeros(SIZE, np.uint8))


def test_a_million_false_marks_take_no_longer_than_a_glance() -> None:
    length = struct.pack("<I", 500_000)
    assert parse((b"STRK" + length + b"\0\0\0\0") * 100_000).damaged == 1


def test_deeply_nested_words_are_damage() -> None:
    assert parse(_sealed(b"[" * 100_000)) == Story((), 1)
