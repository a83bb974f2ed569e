"""What is done with every pixel of a light stack, compiled; imported only where a stack is solved.

A chunk is (K, P): K lights, P pixels. The inner loops run over a block of pixels, for that is what processors do eight
at a time.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from pentad.core.arrays import Bools, Doubles, Floats, Image, Labels
from pentad.geometry.compiling import compiled

Ranks = NDArray[np.int32]
_BLOCK = 256
_DARK = np.float32(1e-12)
_FLAT = np.float32(1e-7)
"""Of the 3 x 3 matrix, its determinant by its mean diagonal cubed: below that the lights are as good as in a plane."""
_KNEE = np.float32(1e-3)
"""By the albedo: a miss smaller than that weighs no more. Iteratively reweighted squares would divide by zero."""

_ONES = np.ones(_BLOCK, np.float32)

_quick = partial(compiled, fast=frozenset({"contract"}))


@_quick
def lay_grey(codes: Image, gain: float, flat: Floats, seen: Floats) -> None:
    """``seen`` (P,) of one light: codes (P,) by the light's intensity and, where it has values, the flat field."""
    factor = np.float32(gain)
    if flat.size:
        for p in range(seen.size):
            seen[p] = np.float32(codes[p]) * factor / flat[p]
    else:
        for p in range(seen.size):
            seen[p] = np.float32(codes[p]) * factor


@_quick
def lay_colour(codes: Image, gains: Floats, flat: Floats, seen: Floats) -> None:
    """``seen`` (P,) of one light: the mean over the channels of codes (P, 3), each by its own intensity."""
    red, green, blue = gains[0] / np.float32(3), gains[1] / np.float32(3), gains[2] / np.float32(3)
    for p in range(seen.size):
        seen[p] = codes[p, 0] * red + codes[p, 1] * green + codes[p, 2] * blue
    if flat.size:
        for p in range(seen.size):
            seen[p] /= flat[p]


@_quick
def trust(codes: Image, lowest: float, highest: float, weight: Floats) -> None:
    """Take the weight from where a light's codes (P,), of one channel, are not in [lowest, highest)."""
    low, high = np.float32(lowest), np.float32(highest)
    for p in range(weight.size):
        code = np.float32(codes[p])
        weight[p] = weight[p] if (code >= low) & (code < high) else np.float32(0)


@_quick
def drop_holes(seen: Floats, weight: Floats) -> None:
    """Brightnesses that are no numbers become black and lose their weight."""
    for p in range(seen.size):
        number = abs(seen[p]) < np.float32(np.inf)
        weight[p] = weight[p] if number else np.float32(0)
        seen[p] = seen[p] if number else np.float32(0)


@_quick
def shine(
    start: int, width: int, place: Doubles, scale: Doubles, heights: Floats, towards: Floats, seen: Floats
) -> None:
    """A near light at ``place`` (mm): ``towards`` (3, P) its unit directions, and ``seen`` brought to one distance.

    ``scale`` is mm per pixel and the middle's column and row; ``heights`` (P,) of the surface above its plane, mm, or
    empty. Light falls with the distance squared, so the codes are multiplied by it, over that of the middle.
    """
    whole = place[0] * place[0] + place[1] * place[1] + place[2] * place[2]
    for p in range(seen.size):
        row, column = (start + p) // width, (start + p) % width
        x = place[0] - (column - scale[1]) * scale[0]
        y = place[1] - (scale[2] - row) * scale[0]
        z = place[2] - (heights[p] if heights.size else 0.0)
        square = x * x + y * y + z * z
        length = np.sqrt(square)
        towards[0, p], towards[1, p], towards[2, p] = x / length, y / length, z / length
        seen[p] *= square / whole


@_quick
def _keep(x: Floats, y: Floats, z: Floats, square: Floats, length: Floats, valid: Bools, size: int) -> None:
    """g to its ``length`` and direction, a mean square to its root; all of them zero where that is no answer."""
    for p in range(size):
        long = np.sqrt(x[p] * x[p] + y[p] * y[p] + z[p] * z[p])
        good = valid[p] & (long > _DARK) & (long < np.float32(np.inf))
        length[p] = long if good else np.float32(0)
    for p in range(size):
        square[p] = np.sqrt(square[p]) if length[p] > 0 else np.float32(0)
    for values in (x, y, z):
        # Why not times zero: a pixel that is not a number would stay one.
        for p in range(size):
            values[p] = values[p] / length[p] if length[p] > 0 else np.float32(0)


@_quick
def _put(x: Floats, y: Floats, z: Floats, normals: Floats, size: int) -> None:
    for p in range(size):
        normals[p, 0], normals[p, 1], normals[p, 2] = x[p], y[p], z[p]


@_quick
def least_squares(
    seen: Floats,
    lights: Floats,
    inverse: Floats,
    valid: Bools,
    normals: Floats,
    albedo: Floats,
    misses: Floats,
    used: Labels,
) -> None:
    """g = pinv(L) I for every pixel; fills ``normals`` (P, 3) and, (P,), ``albedo``, ``misses`` and ``used``.

    Misses are root mean squares; all K lights are used wherever a pixel is solved.
    """
    count, pixels = seen.shape
    x, y, z = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    total, length = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    for start in range(0, pixels, _BLOCK):
        size = min(_BLOCK, pixels - start)
        x[:], y[:], z[:], total[:] = 0, 0, 0, 0
        for k in range(count):
            a, b, c = inverse[0, k], inverse[1, k], inverse[2, k]
            for p in range(size):
                value = seen[k, start + p]
                x[p] += a * value
                y[p] += b * value
                z[p] += c * value
        for k in range(count):
            a, b, c = lights[k, 0], lights[k, 1], lights[k, 2]
            for p in range(size):
                miss = a * x[p] + b * y[p] + c * z[p] - seen[k, start + p]
                total[p] += miss * miss
        total /= np.float32(count)
        _keep(x, y, z, total, length, valid[start:], size)
        _put(x, y, z, normals[start:], size)
        for p in range(size):
            albedo[start + p] = length[p]
            misses[start + p] = total[p]
            used[start + p] = np.uint8(count) if length[p] > 0 else np.uint8(0)


@_quick
def drop_shadows(seen: Floats, weight: Floats, share: float) -> None:
    """No weight for what is darker than ``share`` of the brightest light of its pixel: it lies in shadow, or grazes."""
    count, pixels = seen.shape
    peak = np.empty(_BLOCK, np.float32)
    for start in range(0, pixels, _BLOCK):
        size = min(_BLOCK, pixels - start)
        peak[:] = 0
        for k in range(count):
            for p in range(size):
                peak[p] = max(peak[p], seen[k, start + p])
        peak *= np.float32(share)
        for k in range(count):
            for p in range(size):
                if seen[k, start + p] < peak[p]:
                    weight[k, start + p] = np.float32(0)


@_quick
def drop_ends(seen: Floats, weight: Floats, lowest: int, highest: int) -> None:
    """No weight for the ``lowest`` so many and the ``highest`` so many lights of each pixel, by brightness."""
    count, pixels = seen.shape
    rank = np.empty((count, _BLOCK), np.int32)
    for start in range(0, pixels, _BLOCK):
        size = min(_BLOCK, pixels - start)
        rank[:] = 0
        for k in range(count):
            for j in range(k):
                # Why each pair once: of equals the one that comes first is the darker, so that ranks are never shared.
                _compare(seen[j, start:], seen[k, start:], rank[j], rank[k], size)
        for k in range(count):
            for p in range(size):
                if rank[k, p] < lowest or rank[k, p] >= count - highest:
                    weight[k, start + p] = np.float32(0)


@_quick
def _compare(first: Floats, second: Floats, first_rank: Ranks, second_rank: Ranks, size: int) -> None:
    for p in range(size):
        above = np.int32(first[p] <= second[p])
        second_rank[p] += above
        first_rank[p] += np.int32(1) - above


@_quick
def _add(out: Floats, factor: float, values: Floats, size: int) -> None:
    for p in range(size):
        out[p] += factor * values[p]


@_quick
def _add_product(out: Floats, one: Floats, other: Floats, values: Floats, size: int) -> None:
    for p in range(size):
        out[p] += one[p] * other[p] * values[p]


@_quick
def _minor(out: Floats, a: Floats, b: Floats, c: Floats, d: Floats, size: int) -> None:
    for p in range(size):
        out[p] = a[p] * b[p] - c[p] * d[p]


@_quick
def _one_by_determinant(
    out: Floats, xx: Floats, xy: Floats, xz: Floats, minors: Floats, trace: Floats, size: int
) -> None:
    for p in range(size):
        determinant = xx[p] * minors[0, p] + xy[p] * minors[1, p] + xz[p] * minors[2, p]
        mean = trace[p] / np.float32(3)
        out[p] = np.float32(1) / determinant if determinant > _FLAT * mean * mean * mean else np.float32(0)


@_quick
def _combine(out: Floats, a: Floats, b: Floats, c: Floats, right: Floats, scale: Floats, size: int) -> None:
    for p in range(size):
        out[p] = (a[p] * right[0, p] + b[p] * right[1, p] + c[p] * right[2, p]) * scale[p]


@_quick
def _solve(sums: Floats, minors: Floats, trace: Floats, g: Floats, size: int) -> None:
    """Cramer's rule for ``sums`` (9, B), six of w L Lt and three of w L I: ``g`` (3, B), zero where lights lie flat.

    Why pieces: a compiler takes pixels eight at a time only where it can tell the arrays of a loop apart.
    """
    xx, xy, xz, yy, yz, zz = sums[0], sums[1], sums[2], sums[3], sums[4], sums[5]
    _minor(minors[0], yy, zz, yz, yz, size)
    _minor(minors[1], xz, yz, xy, zz, size)
    _minor(minors[2], xy, yz, xz, yy, size)
    _minor(minors[3], xx, zz, xz, xz, size)
    _minor(minors[4], xy, xz, xx, yz, size)
    _minor(minors[5], xx, yy, xy, xy, size)
    trace[:] = xx + yy + zz
    scale = minors[6]
    _one_by_determinant(scale, xx, xy, xz, minors, trace, size)
    _combine(g[0], minors[0], minors[1], minors[2], sums[6:], scale, size)
    _combine(g[1], minors[1], minors[3], minors[4], sums[6:], scale, size)
    _combine(g[2], minors[2], minors[4], minors[5], sums[6:], scale, size)


@_quick
def _gather(
    seen: Floats, weight: Floats, lights: Floats, towards: Floats, start: int, sums: Floats, lit: Floats
) -> None:
    """The nine ``sums`` of a block; lights are ``lights`` (K, 3), or ``towards`` (3, K, P) unless empty."""
    count, size = weight.shape[0], min(_BLOCK, seen.shape[1] - start)
    sums[:] = 0
    for k in range(count):
        w = weight[k]
        for p in range(size):
            lit[p] = w[p] * seen[k, start + p]
        row = 0
        for i in range(3):
            for j in range(i, 3):
                if towards.size:
                    _add_product(sums[row], towards[i, k, start:], towards[j, k, start:], w, size)
                else:
                    _add(sums[row], lights[k, i] * lights[k, j], w, size)
                row += 1
            if towards.size:
                _add_product(sums[6 + i], towards[i, k, start:], lit, _ONES, size)
            else:
                _add(sums[6 + i], lights[k, i], lit, size)


@_quick
def _far_miss(out: Floats, g: Floats, light: Floats, seen: Floats, size: int) -> None:
    x, y, z = light[0], light[1], light[2]
    for p in range(size):
        out[p] = abs(x * g[0, p] + y * g[1, p] + z * g[2, p] - seen[p])


@_quick
def _near_miss(out: Floats, g: Floats, towards: Floats, seen: Floats, size: int) -> None:
    for p in range(size):
        out[p] = abs(towards[0, p] * g[0, p] + towards[1, p] * g[1, p] + towards[2, p] * g[2, p] - seen[p])


@_quick
def _reweigh(out: Floats, base: Floats, miss: Floats, knee: Floats, size: int) -> None:
    for p in range(size):
        out[p] = base[p] * knee[p] / max(miss[p], knee[p])


@_quick
def weighted(
    seen: Floats,
    base: Floats,
    lights: Floats,
    towards: Floats,
    rounds: int,
    valid: Bools,
    normals: Floats,
    albedo: Floats,
    misses: Floats,
    used: Labels,
) -> None:
    """Weighted least squares for every pixel, ``rounds`` times reweighted towards least absolute misses.

    ``base`` (K, P) are the weights, 0 for a light that does not count; ``lights`` (K, 3), or ``towards`` (3, K, P)
    where every pixel has its own. Fills the outputs as ``least_squares`` does; misses are over the lights that count,
    and ``used`` (P,) is how many those are. Fewer than three, or three in a plane, leave a pixel unsolved.
    """
    count, pixels = seen.shape
    sums, minors = np.empty((9, _BLOCK), np.float32), np.empty((7, _BLOCK), np.float32)
    g, weight = np.zeros((3, _BLOCK), np.float32), np.empty((count, _BLOCK), np.float32)
    one, knee, lit = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    enough = np.empty(_BLOCK, np.bool_)
    for start in range(0, pixels, _BLOCK):
        size = min(_BLOCK, pixels - start)
        for k in range(count):
            weight[k, :size] = base[k, start : start + size]
        _gather(seen, weight, lights, towards, start, sums, lit)
        _solve(sums, minors, one, g, size)
        for _ in range(rounds):
            for p in range(size):
                knee[p] = _KNEE * np.sqrt(g[0, p] * g[0, p] + g[1, p] * g[1, p] + g[2, p] * g[2, p]) + _DARK
            for k in range(count):
                if towards.size:
                    _near_miss(one, g, towards[:, k, start:], seen[k, start:], size)
                else:
                    _far_miss(one, g, lights[k], seen[k, start:], size)
                _reweigh(weight[k], base[k, start:], one, knee, size)
            _gather(seen, weight, lights, towards, start, sums, lit)
            _solve(sums, minors, one, g, size)
        total, number = sums[0], sums[1]
        total[:], number[:] = 0, 0
        for k in range(count):
            if towards.size:
                _near_miss(one, g, towards[:, k, start:], seen[k, start:], size)
            else:
                _far_miss(one, g, lights[k], seen[k, start:], size)
            for p in range(size):
                total[p] += base[k, start + p] * one[p] * one[p]
                number[p] += base[k, start + p]
        for p in range(size):
            used[start + p] = np.uint8(number[p]) if valid[start + p] else np.uint8(0)
            enough[p] = valid[start + p] & (number[p] >= 3)
            total[p] /= max(number[p], np.float32(1))
        _keep(g[0], g[1], g[2], total, one, enough, size)
        _put(g[0], g[1], g[2], normals[start:], size)
        albedo[start : start + size] = one[:size]
        misses[start : start + size] = total[:size]
