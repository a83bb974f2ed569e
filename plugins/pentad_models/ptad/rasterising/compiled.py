"""Loops over splats and pixels, compiled by numba at their first call; imported only where they are needed.

The *optics* are fx, fy, cx, cy, the near plane, how far aside (left, right, up, down, as x / z and y / z) a splat's
shape is still told by its own place, the splats' opacity, the square of how many standard deviations they are drawn to
(their reach), and their spread. A *place* is one projected splat: u, v, the inverse covariance's xx, xy, yy, how far it
reaches along x and y, and z. A *box* is top, left, bottom, right, half open. Every function leaves the interpreter
alone.
"""

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array
from numpy.typing import NDArray

from pentad.core.arrays import Floats
from pentad.geometry.compiling import compiled

_Function = TypeVar("_Function", bound=Callable[..., Any])
Integers = NDArray[np.int64]
_f = np.float32
_MOST_ALPHA = _f(0.99)
_NIL = cast(float, _f(0))
_LEAST_POWER = -math.log(255)
_OPAQUE = _f(1e-6)
"""What lets less through than that has no slope worth adding up."""
_STOP = _f(1e-4)
"""Where so little comes through, 3DGS stops blending."""
# Why not all of fastmath: numbers that are not finite must stay comparable.
_FAST = frozenset({"contract", "reassoc", "nsz", "arcp", "afn"})


def _compiled(function: _Function) -> _Function:
    return compiled(function, fast=_FAST)


class _Eight:
    """Code for eight neighbouring pixels at once, which no compiler finds by itself in rows as short as a splat's."""

    def __init__(self, context: Any, builder: Any) -> None:
        self.context, self.builder = context, builder
        self.floats, self.ints = ir.VectorType(ir.FloatType(), 8), ir.VectorType(ir.IntType(32), 8)

    def constant(self, value: float | np.float32) -> Any:
        return self.floats([ir.FloatType()(float(_f(value)))] * 8)

    def same(self, scalar: Any) -> Any:
        one = self.builder.insert_element(self.floats(ir.Undefined), scalar, ir.IntType(32)(0))
        return self.builder.shuffle_vector(one, one, self.ints([0] * 8))

    def plus(self, a: Any, b: Any) -> Any:
        return self.builder.fadd(a, b, flags=("contract",))

    def times(self, a: Any, b: Any) -> Any:
        return self.builder.fmul(a, b, flags=("contract",))

    def pointer(self, kind: Any, array: Any, index: Any) -> Any:
        data = make_array(kind)(self.context, self.builder, array).data
        return self.builder.bitcast(self.builder.gep(data, [index]), self.floats.as_pointer())

    def load(self, pointer: Any) -> Any:
        return self.builder.load(pointer, align=4)

    def exponential(self, power: Any) -> Any:
        """Of numbers from -20 to 0, to single precision: 2^n by the exponent's bits, the rest by Taylor's series."""
        build = self.builder
        low = self.constant(-20)
        power = build.select(build.fcmp_ordered(">", power, low), power, low)
        binary = self.times(power, self.constant(1 / math.log(2)))
        whole = build.fptosi(build.fadd(binary, self.constant(-0.5)), self.ints)
        rest = build.fsub(binary, build.sitofp(whole, self.floats))
        value = self.constant(0)
        for k in range(6, -1, -1):
            value = self.plus(self.times(value, rest), self.constant(math.log(2) ** k / math.factorial(k)))
        shifted = build.shl(whole, self.ints([23] * 8))
        return build.bitcast(build.add(build.bitcast(value, self.ints), shifted), self.floats)

    def dim(self, pointer: Any, dx: Any, powers: Any) -> tuple[Any, Any]:
        """Let less through at ``pointer``; dx of the eight, and alpha / (1 - alpha) where it depends on anything."""
        build = self.builder
        steps = self.floats([ir.FloatType()(float(k)) for k in range(8)])
        x = build.fadd(self.same(dx), steps)
        constant, linear, square = (self.same(power) for power in powers)
        power = self.plus(self.times(self.plus(self.times(square, x), linear), x), constant)
        kept = build.fcmp_ordered(">=", power, self.constant(_LEAST_POWER))
        alpha = build.select(kept, self.exponential(power), self.constant(0))
        over = build.fcmp_ordered(">", alpha, self.constant(_MOST_ALPHA))
        alpha = build.select(over, self.constant(_MOST_ALPHA), alpha)
        passes = build.fsub(self.constant(1), alpha)
        build.store(build.fmul(self.load(pointer), passes), pointer, align=4)
        return x, build.select(over, self.constant(0), build.fdiv(alpha, passes))


def _lets_through_code(_: Any, sheet: Any, at: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        eight = _Eight(context, builder)
        passes = eight.load(eight.pointer(signature.args[0], values[0], values[1]))
        lively = builder.bitcast(builder.fcmp_ordered(">", passes, eight.constant(_OPAQUE)), ir.IntType(8))
        return builder.icmp_unsigned("!=", lively, ir.IntType(8)(0))

    return types.boolean(sheet, types.intp), code


def _dim_code(_: Any, sheet: Any, at: Any, dx: Any, constant: Any, linear: Any, square: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        eight = _Eight(context, builder)
        eight.dim(eight.pointer(signature.args[0], values[0], values[1]), values[2], values[3:6])
        return context.get_dummy_value()

    return types.void(sheet, types.intp, *[types.float32] * 4), code


def _dim_with_slopes_code(
    _: Any, sheet: Any, at: Any, dx: Any, constant: Any, linear: Any, square: Any, dy: Any, plane: Any, by: Any
) -> Any:
    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        eight = _Eight(context, builder)
        times, plus = eight.times, eight.plus
        x, weight = eight.dim(eight.pointer(signature.args[0], values[0], values[1]), values[2], values[3:6])
        y = eight.same(values[6])
        wx, wy = times(weight, x), times(weight, y)
        terms = (wx, wy, times(wx, x), times(wx, y), times(wy, y))
        factors = make_array(signature.args[8])(context, builder, values[8]).data
        at = values[1]
        for column in range(6):
            at = builder.add(at, values[7])
            pointer = eight.pointer(signature.args[0], values[0], at)
            total = eight.load(pointer)
            for k, term in enumerate(terms):
                factor = builder.load(builder.gep(factors, [ir.IntType(64)(5 * column + k)]))
                total = plus(total, times(term, eight.same(factor)))
            builder.store(total, pointer, align=4)
        return context.get_dummy_value()

    return types.void(sheet, types.intp, *[types.float32] * 5, types.intp, by), code


# Why so: the eight pixels are at ``at`` of a flat sheet, alpha there is exp(constant + linear dx + square dx dx).
_lets_through = cast(Callable[[Floats, int], bool], intrinsic(_lets_through_code))
_dim = cast(Callable[..., None], intrinsic(_dim_code))
_dim_with_slopes = cast(Callable[..., None], intrinsic(_dim_with_slopes_code))


@_compiled
def _turned(vectors: Floats, i: int, pose: Floats) -> tuple[float, float, float]:
    a, b, c = vectors[i, 0], vectors[i, 1], vectors[i, 2]
    return (
        pose[0, 0] * a + pose[0, 1] * b + pose[0, 2] * c,
        pose[1, 0] * a + pose[1, 1] * b + pose[1, 2] * c,
        pose[2, 0] * a + pose[2, 1] * b + pose[2, 2] * c,
    )


@_compiled
def project(means: Floats, first: Floats, second: Floats, pose: Floats, optics: Floats, places: Floats) -> None:
    """Every splat to its place (N, 8); one that is not drawn reaches nowhere: NaN."""
    fx, fy, cx, cy, near = optics[0], optics[1], optics[2], optics[3], optics[4]
    reach, spread = optics[10], optics[11]
    for i in range(len(means)):
        x, y, z = _turned(means, i, pose)
        x, y, z = x + pose[0, 3], y + pose[1, 3], z + pose[2, 3]
        one = _f(1) / z
        xz, yz = x * one, y * one
        sx, sy = min(max(xz, optics[5]), optics[6]), min(max(yz, optics[7]), optics[8])
        ax, ay, az = _turned(first, i, pose)
        ex, ey, ez = _turned(second, i, pose)
        px, py = fx * one * (ax - sx * az), fy * one * (ay - sy * az)
        qx, qy = fx * one * (ex - sx * ez), fy * one * (ey - sy * ez)
        xx, xy, yy = px * px + qx * qx + spread, px * py + qx * qy, py * py + qy * qy + spread
        # Why not xx yy - xy xy: of a disk seen from its side next to nothing would be left.
        cross = px * qy - py * qx
        determinant = cross * cross + spread * (xx + yy - spread)
        places[i, 0], places[i, 1] = fx * xz + cx, fy * yz + cy
        places[i, 2], places[i, 3], places[i, 4] = yy / determinant, -xy / determinant, xx / determinant
        places[i, 5] = math.sqrt(reach * xx)
        places[i, 6] = math.sqrt(reach * yy) if z > near else _f(np.nan)
        places[i, 7] = z


@_compiled
def bounds(places: Floats, height: int, width: int, box: Integers) -> None:
    """The box of pixels that any splat reaches, empty (0, 0, 0, 0) where none does."""
    top, left, bottom, right = _f(height), _f(width), _f(-1), _f(-1)
    for i in range(len(places)):
        u, v, rx, ry = places[i, 0], places[i, 1], places[i, 5], places[i, 6]
        # Why so: it is false for NaN.
        if u + rx >= 0 and u - rx <= width - 1 and v + ry >= 0 and v - ry <= height - 1:
            top, left = min(top, v - ry), min(left, u - rx)
            bottom, right = max(bottom, v + ry), max(right, u + rx)
    box[:] = 0
    if bottom >= 0:
        box[0], box[1] = max(0, math.ceil(top)), max(0, math.ceil(left))
        box[2] = min(height - 1, math.floor(min(bottom, _f(height)))) + 1
        box[3] = min(width - 1, math.floor(min(right, _f(width)))) + 1


@_compiled
def _span(middle: np.float32, reach: np.float32, low: int, end: int) -> tuple[int, int]:
    """First and last of the pixels from ``low`` up to ``end`` within ``reach`` of ``middle``; none where the last is
    before the first."""
    first, last = _f(low), _f(end - 1)
    if not (middle + reach >= first and middle - reach <= last):
        return 0, -1
    return math.ceil(max(middle - reach, first)), math.floor(min(middle + reach, last))


@_compiled
def _rows(place: Floats, box: Integers) -> tuple[int, int]:
    """Of a box, those that a splat reaches."""
    return _span(place[1], place[6], box[0], box[2])


@_compiled
def _columns(place: Floats, box: Integers) -> tuple[int, int]:
    """Of a box, those that a splat reaches."""
    return _span(place[0], place[5], box[1], box[3])


@_compiled
def _narrowed(left: int, right: int, place: Floats, dy: float, optics: Floats) -> tuple[int, int]:
    """Of the columns that a splat reaches, those that it reaches in the row ``dy`` below its middle."""
    a, b, c = place[2], place[3], place[4]
    under = optics[10] * a - (a * c - b * b) * dy * dy
    if not under >= 0:
        return left, left - 1
    middle, half = place[0] - b * dy / a, math.sqrt(under) / a
    return max(left, math.ceil(middle - half)), min(right, math.floor(middle + half))


@_compiled
def _factors(
    du: float, dv: float, dp: tuple[float, float], dq: tuple[float, float], conic: tuple[float, float, float],
    mp: tuple[float, float], mq: tuple[float, float],
) -> tuple[float, float, float, float, float]:  # fmt: skip
    """Of dx, dy, dx dx, dx dy and dy dy in d M (du, dv) + d M (p dp^T + q dq^T) M d."""
    a, b, c = conic
    xx, xy = dp[0] * mp[0] + dq[0] * mq[0], dp[0] * mp[1] + dq[0] * mq[1]
    yx, yy = dp[1] * mp[0] + dq[1] * mq[0], dp[1] * mp[1] + dq[1] * mq[1]
    return a * du + b * dv, b * du + c * dv, a * xx + b * yx, a * xy + b * yy + b * xx + c * yx, b * xy + c * yy


@_compiled
def _slopes(
    means: Floats, first: Floats, second: Floats, i: int, pose: Floats, optics: Floats, place: Floats, by: Floats
) -> None:
    """How a splat's exponent changes with the pose: ``by`` (6, 5), the factors of dx, dy, dx dx, dx dy, dy dy.

    The place d = (dx, dy) counts from the splat's middle (u, v); the six are a rotation and a shift in the camera's
    axes. The covariance is p p^T + q q^T + spread, M its inverse.
    """
    x, y, z = _turned(means, i, pose)
    x, y, z = x + pose[0, 3], y + pose[1, 3], z + pose[2, 3]
    one = _f(1) / z
    xz, yz = x * one, y * one
    sx, sy = min(max(xz, optics[5]), optics[6]), min(max(yz, optics[7]), optics[8])
    fx, fy, spread = optics[0] * one, optics[1] * one, optics[11]
    ax, ay, az = _turned(first, i, pose)
    ex, ey, ez = _turned(second, i, pose)
    px, py, qx, qy = fx * (ax - sx * az), fy * (ay - sy * az), fx * (ex - sx * ez), fy * (ey - sy * ez)
    cross = px * qy - py * qx
    size = _f(1) / (cross * cross + spread * (px * px + py * py + qx * qx + qy * qy + spread))
    # Why not M times p: for disks seen from their sides nearly all of it cancels out.
    mp = size * (spread * px + cross * qy), size * (spread * py - cross * qx)
    mq = size * (spread * qx - cross * py), size * (spread * qy + cross * px)
    conic = place[2], place[3], place[4]
    aside = -fx * one * _f(sx == xz), -fy * one * _f(sy == yz)
    along_x = _factors(fx, _NIL, (aside[0] * az, _NIL), (aside[0] * ez, _NIL), conic, mp, mq)
    along_y = _factors(_NIL, fy, (_NIL, aside[1] * az), (_NIL, aside[1] * ez), conic, mp, mq)
    shrunk = _factors(_NIL, _NIL, (-px * one, -py * one), (-qx * one, -qy * one), conic, mp, mq)
    # What turns of the shapes alone do; those of the middles are shifts.
    pitched = (-fx * sx * ay, -fy * (az + sy * ay)), (-fx * sx * ey, -fy * (ez + sy * ey))
    yawed = (fx * (az + sx * ax), fy * sy * ax), (fx * (ez + sx * ex), fy * sy * ex)
    rolled = (-fx * ay, fy * ax), (-fx * ey, fy * ex)
    pitch = _factors(_NIL, _NIL, pitched[0], pitched[1], conic, mp, mq)
    yaw = _factors(_NIL, _NIL, yawed[0], yawed[1], conic, mp, mq)
    roll = _factors(_NIL, _NIL, rolled[0], rolled[1], conic, mp, mq)
    for k in range(5):
        along_z = shrunk[k] - xz * along_x[k] - yz * along_y[k]
        by[0, k] = pitch[k] - z * along_y[k] + y * along_z
        by[1, k] = yaw[k] + z * along_x[k] - x * along_z
        by[2, k] = roll[k] - y * along_x[k] + x * along_y[k]
        by[3, k], by[4, k], by[5, k] = along_x[k], along_y[k], along_z


@_compiled
def thin(places: Floats, optics: Floats, box: Integers, begin: int, step: int, sheet: Floats) -> None:
    """``sheet`` (h, 1, w + 7) of the box: what every ``step``-th splat lets through, one where there is none."""
    sheet[:] = _f(1)
    flat, width = sheet.reshape(sheet.size), sheet.shape[2]
    top_power = math.log(optics[9])
    for i in range(begin, len(places), step):
        place = places[i]
        top, bottom = _rows(place, box)
        first_column, last_column = _columns(place, box)
        for row in range(top, bottom + 1):
            dy = _f(row) - place[1]
            left, right = first_column, last_column
            if right - left >= 8:
                left, right = _narrowed(left, right, place, dy, optics)
            for column in range(left, right + 1, 8):
                at = (row - box[0]) * width + column - box[1]
                dx = _f(column) - place[0]
                if _lets_through(flat, at):
                    _dim(flat, at, dx, top_power - _f(0.5) * place[4] * dy * dy, -place[3] * dy, _f(-0.5) * place[2])


@_compiled
def thin_with_slopes(
    means: Floats, first: Floats, second: Floats, pose: Floats, optics: Floats, places: Floats, box: Integers,
    begin: int, step: int, sheet: Floats,
) -> None:  # fmt: skip
    """``thin`` in the first of the planes of ``sheet`` (h, 7, w + 7), the derivative of its -log in the six others."""
    sheet[:, 0] = _f(1)
    sheet[:, 1:] = _f(0)
    flat, width = sheet.reshape(sheet.size), sheet.shape[2]
    by = np.empty((6, 5), np.float32)
    top_power = math.log(optics[9])
    for i in range(begin, len(places), step):
        place = places[i]
        top, bottom = _rows(place, box)
        first_column, last_column = _columns(place, box)
        known = False
        for row in range(top, bottom + 1):
            dy = _f(row) - place[1]
            left, right = first_column, last_column
            if right - left >= 8:
                left, right = _narrowed(left, right, place, dy, optics)
            for column in range(left, right + 1, 8):
                at = (row - box[0]) * 7 * width + column - box[1]
                if not _lets_through(flat, at):
                    continue
                if not known:
                    _slopes(means, first, second, i, pose, optics, place, by)
                    known = True
                dx = _f(column) - place[0]
                power = top_power - _f(0.5) * place[4] * dy * dy
                _dim_with_slopes(flat, at, dx, power, -place[3] * dy, _f(-0.5) * place[2], dy, width, by)


@_compiled
def join(sheets: Floats, box: Integers, mask: Floats) -> None:
    """Write 1 - the product of the first planes of (n, h, p, w) ``sheets`` into the box of ``mask``."""
    for r in range(box[2] - box[0]):
        for c in range(box[3] - box[1]):
            through = sheets[0, r, 0, c]
            for n in range(1, len(sheets)):
                through *= sheets[n, r, 0, c]
            mask[box[0] + r, box[1] + c] = _f(1) - through


@_compiled
def join_slopes(sheets: Floats, box: Integers, jacobian: Floats) -> None:
    """Write what passes times the sum of the other planes of (n, h, 7, w) ``sheets`` into the box of ``jacobian``."""
    for r in range(box[2] - box[0]):
        for c in range(box[3] - box[1]):
            through = sheets[0, r, 0, c]
            for n in range(1, len(sheets)):
                through *= sheets[n, r, 0, c]
            for k in range(6):
                total = sheets[0, r, k + 1, c]
                for n in range(1, len(sheets)):
                    total += sheets[n, r, k + 1, c]
                jacobian[box[0] + r, box[1] + c, k] = through * total


@_compiled
def blend(
    places: Floats, order: Integers, optics: Floats, box: Integers, begin: int, step: int, mask: Floats, depth: Floats
) -> None:
    """Front to back into every ``step``-th row of ``mask`` and ``depth`` (h, w): PTAD eq. 8, sum of z alpha T."""
    clear = np.ones((box[2] - box[0], box[3] - box[1]), np.float32)
    for o in range(len(order)):
        place = places[order[o]]
        top, bottom = _rows(place, box)
        first_column, last_column = _columns(place, box)
        top += (begin - top) % step
        for row in range(top, bottom + 1, step):
            dy = _f(row) - place[1]
            left, right = _narrowed(first_column, last_column, place, dy, optics)
            for column in range(left, right + 1):
                through = clear[row - box[0], column - box[1]]
                if through < _STOP:
                    continue
                dx = _f(column) - place[0]
                power = _f(-0.5) * (place[2] * dx * dx + place[4] * dy * dy) - place[3] * dx * dy
                alpha = min(_MOST_ALPHA, optics[9] * math.exp(power))
                depth[row, column] += place[7] * alpha * through
                clear[row - box[0], column - box[1]] = through * (_f(1) - alpha)
    for row in range(box[0] + (begin - box[0]) % step, box[2], step):
        for column in range(box[1], box[3]):
            mask[row, column] = _f(1) - clear[row - box[0], column - box[1]]
