"""Whether the lights of a stack are in another order than its images."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles
from pentad.geometry.integrability import curl
from pentad.geometry.photometric_stereo.lighting import Lighting
from pentad.geometry.photometric_stereo.stack import LightStack

_CELLS = 8
"""The picture is split into so many by so many parts, which vote."""
_BETTER = 0.75
"""Another order is spoken of where it misses by at most that share of what the given order does."""
_STARTS = 3
"""Orders that are improved by swaps."""
_EXPLAINED = 0.15
"""Of the brightness: where an order found by swaps leaves more, it is no better than chance."""
_BETTER_BY_CURL = 0.5
_ALIKE = 1.05
_FEW = 24
"""Pixels of a thumbnail: below that a cell has no vote, and the stack no doubt."""
_SURE = 0.75
_SHADOW = 0.1
_MOST_TRIED = 20_000
"""Swaps that are weighed from one start: a second of work with a hundred lights."""

_Order = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OrderDoubt:
    """Another order in which the lights fit the images better.

    ``lights`` (K) says which row of the lights belongs to each image, counted from 0; ``name`` describes it. ``misfit``
    and ``given_misfit`` are what it and the given order leave unexplained, as a share of the brightness; ``sure`` is
    the share of the picture's parts that say the same. ``by_curl`` is true where the brightness fits both, as with
    lights in an even ring, and only the better surface speaks for it; the misfits are then shares of curl.
    """

    lights: tuple[int, ...]
    name: str
    misfit: float
    given_misfit: float
    sure: float
    by_curl: bool


def doubt_order(stack: LightStack, lighting: Lighting, *, valid: Bools | None = None) -> OrderDoubt | None:
    """A doubt about the lights' order from the stack's thumbnails; None where the given order is as good as any.

    Tried are the reverse, every rotation of both, and the best of these improved by swaps of two lights. A half turn of
    an even ring looks like the same part pressed in instead of out, and cannot be told.
    """
    grey, here = _greys(stack, lighting, valid)
    moments, cells = _moments(grey, here)
    if not len(moments):
        return None
    count = len(grey)
    whole, gains = moments.sum(axis=0), lighting.gains.astype(np.float64).mean(axis=1)
    projector = lighting.directions @ np.linalg.pinv(lighting.directions)
    given: _Order = tuple(range(count))
    named = dict(_named(count))
    misfits = {order: _misfit(order, projector, whole, gains) for order in named}
    starts = dict.fromkeys((given, *sorted(misfits, key=lambda order: misfits[order])[:_STARTS]))
    tried = [_swapped(one, projector, whole, gains) for one in starts]
    swapped = {order: _misfit(order, projector, whole, gains) for order in tried}
    misfits |= {order: misfit for order, misfit in swapped.items() if misfit <= _EXPLAINED**2}
    best = min(misfits, key=lambda order: misfits[order])
    if misfits[best] <= _BETTER**2 * misfits[given]:
        votes = [_misfit(best, projector, part, gains) < _misfit(given, projector, part, gains) for part in moments]
        sure = float(np.mean(votes))
        name = named.get(best, "with some lights swapped")
        found = OrderDoubt(best, name, misfits[best] ** 0.5, misfits[given] ** 0.5, sure, by_curl=False)
        return found if sure >= _SURE else None
    # Why: an even ring turned by some lights spans the same brightnesses; only the surface can tell.
    alike = [order for order in named if misfits[order] <= _ALIKE * misfits[given] + 1e-9]
    return _by_curl(alike, named, grey, here, lighting, cells)


def _named(count: int) -> Iterator[tuple[_Order, str]]:
    """The orders worth trying, each once, the given one first."""
    rows = list(range(count))
    seen: set[_Order] = set()
    for turned in range(count):
        for back in (False, True):
            order = tuple((rows[::-1] if back else rows)[turned:] + (rows[::-1] if back else rows)[:turned])
            if order in seen:
                continue
            seen.add(order)
            by = f"turned by {turned}" if turned else ""
            yield order, " and ".join(word for word in ("reversed" if back else "", by) if word) or "as given"


def _greys(stack: LightStack, lighting: Lighting, valid: Bools | None) -> tuple[Doubles, Bools]:
    """(K, h, w) thumbnails, each by its light's intensity, and which of their pixels can be judged."""
    small = stack.small.astype(np.float64)
    gains = lighting.gains.astype(np.float64)
    if stack.colour:
        grey = (small * gains[:, None, None, :]).mean(axis=3)
        full = (stack.small >= stack.white).any(axis=(0, 3))
    else:
        grey = small / (1 / gains).mean(axis=1)[:, None, None]
        full = (stack.small >= stack.white).any(axis=0)
    wanted = ~full
    if valid is not None:
        rows = np.linspace(0, valid.shape[0] - 1, wanted.shape[0]).round().astype(int)
        columns = np.linspace(0, valid.shape[1] - 1, wanted.shape[1]).round().astype(int)
        wanted &= valid[np.ix_(rows, columns)]
    here = _lit(grey, _SHADOW) & wanted
    if np.count_nonzero(here) < _FEW * _CELLS:
        # Why once more: intensities of other lights make a pixel look as if it lay in shadow.
        here = _lit(small.mean(axis=3) if stack.colour else small, _SHADOW / 2) & wanted
    return grey, here


def _lit(grey: Doubles, share: float) -> Bools:
    """(h, w) what all lights reach. Shadows fit no order, and would drown what tells them apart."""
    peak = grey.max(axis=0)
    return np.asarray((grey.min(axis=0) > share * peak) & (peak > 0.02 * peak.max()))


def _moments(grey: Doubles, here: Bools) -> tuple[Doubles, NDArray[np.intp]]:
    """(C, K, K) mean x xT of the cells that have enough pixels, x of length one, and each pixel's cell (-1: none)."""
    height, width = here.shape
    rows, columns = np.arange(height) * _CELLS // height, np.arange(width) * _CELLS // width
    cells = np.where(here, rows[:, None] * _CELLS + columns[None, :], -1)
    found = []
    for cell in range(_CELLS * _CELLS):
        inside = cells == cell
        if np.count_nonzero(inside) < _FEW:
            continue
        x = grey[:, inside]
        x = x / np.linalg.norm(x, axis=0)
        found.append(x @ x.T / x.shape[1])
    return np.array(found), cells


def _misfit(order: _Order, projector: Doubles, moments: Doubles, gains: Doubles) -> float:
    """Share of the brightness, squared, that lights in this order leave: 1 - tr(P S) / tr(S), P onto what they span.

    A light takes its intensity along: what was divided by another's is put right in S.
    """
    rows = np.array(order)
    scale = gains[rows] / gains
    moments = moments * np.outer(scale, scale)
    told = float((projector[np.ix_(rows, rows)] * moments).sum())
    return max(0.0, 1.0 - told / float(np.trace(moments)))


def _swapped(order: _Order, projector: Doubles, moments: Doubles, gains: Doubles) -> _Order:
    """``order`` after swaps of two lights, the best one each time, for as long as they help."""
    now, misfit = order, _misfit(order, projector, moments, gains)
    pairs = len(order) * (len(order) - 1) // 2
    for _ in range(max(1, min(2 * len(order), _MOST_TRIED // pairs))):
        tried = []
        for i, j in combinations(range(len(order)), 2):
            other = list(now)
            other[i], other[j] = other[j], other[i]
            tried.append((_misfit(tuple(other), projector, moments, gains), tuple(other)))
        better = min(tried)
        if better[0] >= 0.98 * misfit:
            break
        misfit, now = better
    return now


def _by_curl(
    alike: list[_Order],
    named: dict[_Order, str],
    grey: Doubles,
    here: Bools,
    lighting: Lighting,
    cells: NDArray[np.intp],
) -> OrderDoubt | None:
    given: _Order = tuple(range(len(grey)))
    if given not in alike or len(alike) < 2:
        return None
    gains = lighting.gains.astype(np.float64).mean(axis=1)
    scales = {order: (gains[list(order)] / gains)[:, None, None] for order in alike}
    maps = {order: _curl_map(grey * scales[order], here, lighting.directions[list(order)]) for order in alike}
    means = {order: float(np.nanmean(share)) if np.isfinite(share).any() else np.inf for order, share in maps.items()}
    best = min(means, key=lambda order: means[order])
    if not means[best] <= _BETTER_BY_CURL * means[given]:
        return None
    votes = []
    for cell in np.unique(cells[cells >= 0]):
        inside = (cells == cell)[:-1, :-1] & np.isfinite(maps[best]) & np.isfinite(maps[given])
        if np.count_nonzero(inside) >= _FEW:
            votes.append(maps[best][inside].mean() < maps[given][inside].mean())
    sure = float(np.mean(votes)) if votes else 0.0
    if sure < _SURE:
        return None
    return OrderDoubt(best, named[best], means[best], means[given], sure, by_curl=True)


def _curl_map(grey: Doubles, here: Bools, directions: Doubles) -> Doubles:
    """(h - 1, w - 1) |curl| of the surface that lights in this order see; NaN where nothing can be said."""
    g = np.tensordot(np.linalg.pinv(directions), grey, axes=1)
    length = np.linalg.norm(g, axis=0)
    normals = np.where(here & (length > 0), g / np.maximum(length, 1e-12), 0).transpose(1, 2, 0)
    return np.abs(curl(normals)[0])
