"""How often each value occurs, for more values than fit in memory."""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Doubles, Floats
from pentad.core.problem import Problem

Keys = NDArray[np.uint32]

_LIMIT = 2**18
"""Distinct values kept apart; 12 bytes each without weights, 20 with two."""
_TOP = np.uint32(0x80000000)


class Tally:
    """Sums per distinct float32 value, in bounded memory, adding up across shards.

    Values are keyed by their bit pattern made to sort like the number itself. While there are at most ``limit``
    distinct ones the tally is exact; beyond that the lowest bits are dropped, one at a time, for all. Cells are then
    equally fine for values around 1e-9 and around 1, so no monotone map of the scores (s -> s**6, a logistic) can
    crowd them into a few, as it does with thresholds at equal distances. How far bits are dropped depends on the
    values alone, not on their order or on how they were split over shards.
    """

    def __init__(self, columns: int = 1, *, limit: int = _LIMIT) -> None:
        self._limit = limit
        self._shift = 0
        self._keys: Keys = np.empty(0, np.uint32)
        self._sums: Doubles = np.empty((columns, 0))
        self._waiting: list[tuple[Keys, Doubles | None]] = []
        self._waiting_size = 0

    def add(self, values: Floats, weights: Doubles | None = None) -> None:
        """Count ``values`` (n,); ``weights`` (columns, n) says by how much, one by default. Problem for NaN."""
        if values.size == 0:
            return
        self._waiting.append((sortable_keys(values), weights))
        self._waiting_size += values.size
        if self._waiting_size >= self._limit:
            self._flush()

    def merge(self, other: Self) -> None:
        """Take in what another shard counted; ``other`` keeps its content."""
        self._flush()
        other._flush()
        shift = max(self._shift, other._shift)
        self._coarsen_to(shift)
        self._take(other._keys >> np.uint32(shift - other._shift), other._sums)

    def tables(self, other: Self) -> tuple[Keys, Doubles, Doubles]:
        """The cells of both, rising, and each one's sums (columns, cells), 0 where it has none."""
        self._flush()
        other._flush()
        shift = max(self._shift, other._shift)
        self._coarsen_to(shift)
        other._coarsen_to(shift)
        # Why not np.union1d: it hashes, and is twenty times slower than sorting.
        both = np.sort(np.concatenate((self._keys, other._keys)))
        keys = both[_starts(both)]
        return keys, self._spread_over(keys), other._spread_over(keys)

    def _spread_over(self, keys: Keys) -> Doubles:
        sums = np.zeros((len(self._sums), keys.size))
        sums[:, np.searchsorted(keys, self._keys)] = self._sums
        return sums

    def _flush(self) -> None:
        plain = [keys for keys, weights in self._waiting if weights is None]
        weighted = [(keys, weights) for keys, weights in self._waiting if weights is not None]
        self._waiting, self._waiting_size = [], 0
        if plain:
            # Why: sorting numbers is several times faster than sorting an order to apply to weights.
            keys = np.sort(np.concatenate(plain) >> np.uint32(self._shift))
            starts = _starts(keys)
            counts = np.diff(starts, append=keys.size).astype(np.float64)
            self._take(keys[starts], np.broadcast_to(counts, (len(self._sums), counts.size)))
        if weighted:
            keys = np.concatenate([keys for keys, _ in weighted]) >> np.uint32(self._shift)
            self._take(keys, np.concatenate([weights for _, weights in weighted], axis=1))

    def _take(self, keys: Keys, sums: Doubles) -> None:
        self._keys, self._sums = _collapsed(np.concatenate((self._keys, keys)), np.hstack((self._sums, sums)))
        step = 0
        while _starts(self._keys >> np.uint32(step)).size > self._limit:
            step += 1
        self._coarsen_to(self._shift + step)

    def _coarsen_to(self, shift: int) -> None:
        if shift > self._shift:
            self._keys, self._sums = _collapsed(self._keys >> np.uint32(shift - self._shift), self._sums)
            self._shift = shift


def sortable_keys(values: Floats) -> Keys:
    """uint32 that compare like the float32 ``values``; -0.0 is 0.0. Problem for NaN and infinities."""
    if not np.isfinite(values).all():
        raise Problem(
            "A map holds values that are not numbers", "NaN or infinity", remedy="Make the map again, or leave it out."
        )
    bits = (np.ravel(values).astype(np.float32) + np.float32(0)).view(np.uint32)
    return np.where(bits >= _TOP, ~bits, bits | _TOP)


def _collapsed(keys: Keys, sums: Doubles) -> tuple[Keys, Doubles]:
    """Rising distinct keys and their added sums."""
    if keys.size == 0:
        return keys, sums
    if not np.all(keys[1:] >= keys[:-1]):
        order = np.argsort(keys, kind="stable")
        keys, sums = keys[order], sums[:, order]
    starts = _starts(keys)
    return (keys, sums) if starts.size == keys.size else (keys[starts], np.add.reduceat(sums, starts, axis=1))


def _starts(keys: Keys) -> NDArray[np.intp]:
    """Where a new key begins in sorted ``keys``."""
    return np.flatnonzero(np.concatenate((np.ones(min(1, keys.size), np.bool_), keys[1:] != keys[:-1])))
