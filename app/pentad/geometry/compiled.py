"""Loops over pixels and triangles, compiled by numba at their first call; imported only where they are needed.

A *lens* is ``flat_lens``'s row of numbers. Rasters hold camera z at ``step`` image pixels a cell, infinite where
nothing is; the cell (r, c) stands for the image point y = r step + (step - 1) / 2, and x alike. Every function leaves
the interpreter alone, so threads may run them side by side.
"""

import numpy as np

from pentad.core.arrays import Bools, Doubles, Floats
from pentad.core.camera import Camera
from pentad.geometry.compiling import compiled

_TERMS = 10
"""Where the distortion's twelve terms begin in a lens."""
_FOLD = 1e-6
_CLOSE = 1e-12
_BORDER_PX = 3.0
"""How near the edge of what hides a surface counts as near."""
_FULL_COSINE = 0.5
"""Surfaces turned from a ray by up to 60 degrees are seen well."""
_NEAR_BORDER = 0.5
_BACK_COSINE = -0.05
"""Not zero, for slopes taken from a raster are not exact."""


def flat_lens(camera: Camera) -> Doubles:
    """(23,) K's six numbers, its inverse's four, twelve distortion terms, and whether any of them is not zero."""
    k = camera.matrix[:2, :2]
    terms = np.pad(camera.distortion.ravel(), (0, 12 - camera.distortion.size))
    return np.concatenate([camera.matrix[:2].ravel(), np.linalg.inv(k).ravel(), terms, [float(terms.any())]])


@compiled
def _bend(x: float, y: float, lens: Doubles) -> tuple[float, float, float, float, float, float]:
    """The lens's place of an ideal one, and the four derivatives, by rows."""
    k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4 = lens[10:22]
    r2 = x * x + y * y
    upper = 1 + r2 * (k1 + r2 * (k2 + r2 * k3))
    lower = 1 + r2 * (k4 + r2 * (k5 + r2 * k6))
    radial = upper / lower
    slope = ((k1 + r2 * (2 * k2 + r2 * 3 * k3)) - radial * (k4 + r2 * (2 * k5 + r2 * 3 * k6))) / lower
    prism_x, prism_y = s1 + 2 * s2 * r2, s3 + 2 * s4 * r2
    bx = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x) + r2 * (s1 + s2 * r2)
    by = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y + r2 * (s3 + s4 * r2)
    xx = radial + 2 * x * x * slope + 2 * p1 * y + 6 * p2 * x + 2 * x * prism_x
    xy = 2 * x * y * slope + 2 * p1 * x + 2 * p2 * y + 2 * y * prism_x
    yx = 2 * x * y * slope + 2 * p1 * x + 2 * p2 * y + 2 * x * prism_y
    yy = radial + 2 * y * y * slope + 6 * p1 * y + 2 * p2 * x + 2 * y * prism_y
    return bx, by, xx, xy, yx, yy


@compiled
def _ideal(px: float, py: float, lens: Doubles, near_x: float, near_y: float) -> tuple[float, float]:
    """The ideal place of a pixel by Newton steps from a place nearby; NaN where there is none."""
    dx, dy = px - lens[2], py - lens[5]
    bx, by = lens[6] * dx + lens[7] * dy, lens[8] * dx + lens[9] * dy
    if lens[22] == 0.0:
        return bx, by
    x, y = near_x, near_y
    if not (np.isfinite(x) and np.isfinite(y)):
        x, y = bx, by
    for _ in range(40):
        ax, ay, xx, xy, yx, yy = _bend(x, y, lens)
        ex, ey = ax - bx, ay - by
        determinant = xx * yy - xy * yx
        if abs(ex) + abs(ey) < _CLOSE:
            # Why: past the fold the polynomial turns left into right; light does not come from there.
            if determinant > _FOLD:
                return x, y
            break
        if abs(determinant) < _FOLD:
            break
        x -= min(0.05, max(-0.05, (yy * ex - xy * ey) / determinant))
        y -= min(0.05, max(-0.05, (xx * ey - yx * ex) / determinant))
    return np.nan, np.nan


@compiled
def _pixel(x: float, y: float, lens: Doubles) -> tuple[float, float]:
    """The pixel x, y of an ideal place; NaN past the lens's fold."""
    if lens[22] != 0.0:
        x, y, xx, xy, yx, yy = _bend(x, y, lens)
        if xx * yy - xy * yx <= _FOLD:
            return np.nan, np.nan
    return lens[0] * x + lens[1] * y + lens[2], lens[3] * x + lens[4] * y + lens[5]


@compiled
def _cell(values: Floats, row: int, column: int) -> float:
    """One by the depth there; zero for nothing, or outside."""
    if row < 0 or column < 0 or row >= values.shape[0] or column >= values.shape[1]:
        return 0.0
    return float(1.0 / values[row, column])


@compiled
def _slope(here: float, before: float, after: float) -> float:
    """Through both neighbours where the surface goes on, else to that which is more alike; zero where there is none."""
    if before > 0 and after > 0:
        back, forth = here - before, after - here
        if back * forth > 0 and 0.5 < back / forth < 2.0:
            return 0.5 * (back + forth)
        return back if abs(back) < abs(forth) else forth
    if before > 0:
        return here - before
    return after - here if after > 0 else 0.0


@compiled
def _tangent(values: Floats, step: int, y: float, x: float) -> tuple[float, float, float]:
    """One by the depth at an image point, and its slopes per pixel along y and x, by the nearest cell's plane.

    Why one by the depth: of a plane it is linear in the picture. Why not between four cells: at an edge that would lie
    on neither side.
    """
    row, column = (y - 0.5 * (step - 1)) / step, (x - 0.5 * (step - 1)) / step
    r, c = int(np.floor(row + 0.5)), int(np.floor(column + 0.5))
    here = _cell(values, r, c)
    if not here > 0:
        return 0.0, 0.0, 0.0
    down = _slope(here, _cell(values, r - 1, c), _cell(values, r + 1, c))
    along = _slope(here, _cell(values, r, c - 1), _cell(values, r, c + 1))
    at = here + down * (row - r) + along * (column - c)
    return max(at, 1e-12), down / step, along / step


@compiled
def _cosine(inverse: float, down: float, along: float, u: float, v: float, lens: Doubles) -> float:
    """Between a surface's normal and the ray (u, v, 1) it is seen by, from one by its depth and that one's slopes."""
    # n . (u, v, 1) = 1 / z  =>  n_u, n_v are the slopes in the ideal plane.
    nu = along * lens[0] + down * lens[3]
    nv = along * lens[1] + down * lens[4]
    nz = inverse - nu * u - nv * v
    length = np.sqrt((nu * nu + nv * nv + nz * nz) * (1 + u * u + v * v))
    return float(inverse / length)


@compiled
def _away(inverse: float, down: float, along: float, u: float, v: float, move: Doubles, lens: Doubles) -> bool:
    """Whether a surface seen along (u, v, 1) turns its back to the other camera, to which ``move`` leads."""
    nu = along * lens[0] + down * lens[3]
    nv = along * lens[1] + down * lens[4]
    nz = inverse - nu * u - nv * v
    z = 1 / inverse
    tx, ty, tz = move[0, 3], move[1, 3], move[2, 3]
    x = u * z + move[0, 0] * tx + move[1, 0] * ty + move[2, 0] * tz
    y = v * z + move[0, 1] * tx + move[1, 1] * ty + move[2, 1] * tz
    z = z + move[0, 2] * tx + move[1, 2] * ty + move[2, 2] * tz
    limit = _BACK_COSINE * np.sqrt((nu * nu + nv * nv + nz * nz) * (x * x + y * y + z * z))
    return bool(nu * x + nv * y + nz * z < limit)


@compiled
def _at_border(values: Floats, step: int, y: float, x: float, slack: float) -> bool:
    """Whether the surface breaks off, or goes behind something, within a few pixels."""
    r = int(np.floor((y - 0.5 * (step - 1)) / step + 0.5))
    c = int(np.floor((x - 0.5 * (step - 1)) / step + 0.5))
    reach = max(1, int(_BORDER_PX / step + 0.5))
    here = _cell(values, r, c)
    limit = 2 * slack * here * here
    above, below = _cell(values, r - reach, c), _cell(values, r + reach, c)
    left, right = _cell(values, r, c - reach), _cell(values, r, c + reach)
    if not (above > 0 and below > 0 and left > 0 and right > 0):
        return True
    return abs(above + below - 2 * here) > limit or abs(left + right - 2 * here) > limit


@compiled
def _seen(
    x: float, y: float, z: float, move: Doubles, lens: Doubles, values: Floats, step: int, size: tuple[int, int],
    slack: float,
) -> tuple[float, float, float]:  # fmt: skip
    """The pixel (y, x) of a point of another camera in this one; NaN where it is hidden, outside or behind.

    The third is the cosine between the ray and the surface that the raster has there, zero where it has none.
    """
    tx = move[0, 0] * x + move[0, 1] * y + move[0, 2] * z + move[0, 3]
    ty = move[1, 0] * x + move[1, 1] * y + move[1, 2] * z + move[1, 3]
    tz = move[2, 0] * x + move[2, 1] * y + move[2, 2] * z + move[2, 3]
    if not tz > 0:
        return np.nan, np.nan, 0.0
    u, v = tx / tz, ty / tz
    px, py = _pixel(u, v, lens)
    if not (-0.5 <= px < size[1] - 0.5 and -0.5 <= py < size[0] - 0.5):
        return np.nan, np.nan, 0.0
    inverse, down, along = _tangent(values, step, py, px)
    if not inverse > 0:
        return py, px, 0.0
    # Why half a cell's slope: on what is seen at a slant, that much is the raster's own coarseness.
    slope = 0.5 * step * (abs(down) + abs(along)) / (inverse * inverse)
    if tz > 1 / inverse + slack + slope:
        return np.nan, np.nan, 0.0
    return py, px, _cosine(inverse, down, along, u, v, lens)


@compiled
def send(
    pixels: Doubles, found: Doubles, lens: Doubles, values: Floats, step: int, move: Doubles, other_lens: Doubles,
    other_values: Floats, other_step: int, other_size: tuple[int, int], slack: float,
) -> None:  # fmt: skip
    """(N, 2) pixels y, x of a view to ``found``, those of another that shows the same places of the surface, or NaN."""
    near_x, near_y = np.nan, np.nan
    for i in range(len(pixels)):
        y, x = pixels[i, 0], pixels[i, 1]
        found[i, 0] = found[i, 1] = np.nan
        inverse, down, along = _tangent(values, step, y, x)
        if inverse > 0:
            near_x, near_y = _ideal(x, y, lens, near_x, near_y)
            if _away(inverse, down, along, near_x, near_y, move, lens):
                continue
            z = 1 / inverse
            found[i, 0], found[i, 1], _ = _seen(
                near_x * z, near_y * z, z, move, other_lens, other_values, other_step, other_size, slack
            )


@compiled
def fetch(
    top: int, left: int, step: int, wanted: Bools, where: Bools, trust: Floats, lens: Doubles,
    values: Floats, values_step: int, move: Doubles, source: Bools, corner: tuple[int, int],
    source_lens: Doubles, source_values: Floats, source_values_step: int, source_size: tuple[int, int], slack: float,
) -> None:  # fmt: skip
    """For cells of a view: are they in another view's ``source`` mask, and how far is that to be trusted.

    ``where`` and ``trust`` begin at row ``top`` and column ``left``; ``wanted`` are the tiles of 16 x 16 cells to be
    looked at, from cell (0, 0) on; ``source`` begins at cell ``corner`` of its view, ``step`` pixels a cell as here.
    """
    for r in range(where.shape[0]):
        near_x, near_y = np.nan, np.nan
        y = (top + r) * step + 0.5 * (step - 1)
        for c in range(where.shape[1]):
            if not wanted[(top + r) // 16, (left + c) // 16]:
                continue
            x = (left + c) * step + 0.5 * (step - 1)
            inverse, down, along = _tangent(values, values_step, y, x)
            if not inverse > 0:
                continue
            near_x, near_y = _ideal(x, y, lens, near_x, near_y)
            if _away(inverse, down, along, near_x, near_y, move, lens):
                continue
            z = 1 / inverse
            sy, sx, cosine = _seen(
                near_x * z, near_y * z, z, move, source_lens, source_values, source_values_step, source_size, slack
            )
            if not sy > -1:
                continue
            sr = int(np.floor(sy + 0.5)) // step - corner[0]
            sc = int(np.floor(sx + 0.5)) // step - corner[1]
            if 0 <= sr < source.shape[0] and 0 <= sc < source.shape[1] and source[sr, sc]:
                where[r, c] = True
                cosine = min(cosine, _cosine(inverse, down, along, near_x, near_y, lens))
                sure = min(1.0, cosine / _FULL_COSINE)
                if _at_border(values, values_step, y, x, slack):
                    sure *= _NEAR_BORDER
                if _at_border(source_values, source_values_step, sy, sx, slack):
                    sure *= _NEAR_BORDER
                trust[r, c] = sure


@compiled
def draw(corners: Doubles, depth: Floats, first: int, slack: float) -> None:
    """Triangles ``corners`` (T, 3, 3) of column, row and one by the depth, into rows ``first`` on of a raster.

    ``depth`` (h, w) becomes the least depth, infinite for none. A centre up to ``slack`` cells off a triangle is in it.
    """
    height, width = depth.shape
    depth[:] = 0  # Why: one by the depth is linear, so that is kept until all are drawn.
    for t in range(len(corners)):
        ax, ay, aw = corners[t, 0]
        bx, by, bw = corners[t, 1]
        cx, cy, cw = corners[t, 2]
        top = max(int(np.ceil(min(ay, by, cy) - slack)), first)
        end = min(int(np.floor(max(ay, by, cy) + slack)) + 1, first + height)
        if top >= end:
            continue
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if not abs(area) > 1e-12:
            continue
        # Barycentric weights are linear: of a it is a_x column + a_y row + a_0, of c what is left.
        a_x, a_y, a_0 = (by - cy) / area, (cx - bx) / area, (bx * cy - cx * by) / area
        b_x, b_y, b_0 = (cy - ay) / area, (ax - cx) / area, (cx * ay - ax * cy) / area
        slacks = (slack * np.hypot(a_x, a_y), slack * np.hypot(b_x, b_y), slack * np.hypot(a_x + b_x, a_y + b_y))
        w_x = a_x * (aw - cw) + b_x * (bw - cw)
        most = max(aw, bw, cw)
        least = min(aw, bw, cw)
        for row in range(top, end):
            a, b = a_y * row + a_0, b_y * row + b_0
            left, right = min(ax, bx, cx) - slack, max(ax, bx, cx) + slack
            for k in range(3):
                at = a if k == 0 else (b if k == 1 else 1 - a - b)
                by_column = a_x if k == 0 else (b_x if k == 1 else -a_x - b_x)
                if by_column > 0:
                    left = max(left, (-slacks[k] - at) / by_column)
                elif by_column < 0:
                    right = min(right, (-slacks[k] - at) / by_column)
                elif at < -slacks[k]:
                    right = left - 1
            w = a * (aw - cw) + b * (bw - cw) + cw
            for column in range(max(0, int(np.ceil(left))), min(width, int(np.floor(right)) + 1)):
                here = min(most, max(least, w + w_x * column))
                if here > depth[row - first, column]:
                    depth[row - first, column] = here
    for row in range(height):
        for column in range(width):
            depth[row, column] = 1 / depth[row, column]


@compiled
def carve(field: Floats, first: int, low: Doubles, cell: float, distance: Floats, pose: Doubles, lens: Doubles) -> None:
    """Lower the nodes of ``field`` (nx, ny, nz), from plane ``first`` of a grid at ``low``, to what one view says.

    ``distance`` (H, W) is in pixels; it becomes millimetres by each node's own distance from the camera.
    """
    focal = np.sqrt(abs(lens[0] * lens[4] - lens[1] * lens[3]))
    height, width = distance.shape
    enough = -3 * cell
    for i in range(field.shape[0]):
        for j in range(field.shape[1]):
            for k in range(field.shape[2]):
                if field[i, j, k] < enough:
                    continue
                gx, gy, gz = low[0] + (first + i) * cell, low[1] + j * cell, low[2] + k * cell
                z = pose[2, 0] * gx + pose[2, 1] * gy + pose[2, 2] * gz + pose[2, 3]
                if not z > 0:
                    continue
                x = pose[0, 0] * gx + pose[0, 1] * gy + pose[0, 2] * gz + pose[0, 3]
                y = pose[1, 0] * gx + pose[1, 1] * gy + pose[1, 2] * gz + pose[1, 3]
                px, py = _pixel(x / z, y / z, lens)
                if not (0 <= px <= width - 1 and 0 <= py <= height - 1):
                    continue
                c, r = min(int(px), width - 2), min(int(py), height - 2)
                fx, fy = px - c, py - r
                upper = distance[r, c] * (1 - fx) + distance[r, c + 1] * fx
                lower = distance[r + 1, c] * (1 - fx) + distance[r + 1, c + 1] * fx
                here = (upper * (1 - fy) + lower * fy) * z / focal
                field[i, j, k] = min(field[i, j, k], here)
