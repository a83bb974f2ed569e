"""What lies under the pointer, in words: where, which colour, which way it faces, how hot."""

import numpy as np

from pentad.core.arrays import Floats
from pentad.core.sample import Modality
from pentad.session.depth_maps import DepthMap
from pentad.session.shape_mapping import TITLES
from pentad.session.shape_maps import Shown
from pentad.ui.composing import ViewContent
from pentad.ui.picture_loading import Picture


def readout(view: str, content: ViewContent, point: tuple[float, float]) -> str:
    """One line about the pixel nearest to ``point`` (y, x), in pixels of the photo."""
    size = next((picture.size for picture in content.pictures.values()), None)
    if size is None:
        return ""
    y, x = round(point[0]), round(point[1])
    parts = [f"{view}   y {y}  x {x}"]
    if (rgb := _colour(content.pictures.get(Modality.RGB), size, y, x)) is not None:
        parts.append("RGB " + " ".join(f"{value:3d}" for value in rgb))
    if (code := _colour(content.pictures.get(Modality.NORMAL), size, y, x)) is not None:
        parts.append("normal " + _normal_text(code))
    if isinstance(content.shape, Shown):
        shape = content.shape.map
        parts.append(f"{TITLES[shape.kind].lower()} {shape.words(shape.pyramid.at(y, x))}")
    if isinstance(content.depth, DepthMap) and (words := content.depth.words_at(y, x)):
        parts.append(f"depth {words}")
    if content.heatmap is not None:
        parts.append(f"heat {heat_at(content.heatmap.values, size, point):.3f}")
    if (label := _label(content.pictures.get(Modality.MASK), size, y, x)) is not None:
        parts.append(f"mask {_name(content, label)}")
    return "    ".join(parts)


def _name(content: ViewContent, label: int) -> str:
    names = {0: "background", **{known.index: known.name for known in content.classes}}
    return names.get(label, "defect" if not content.classes else f"class {label}")


def heat_at(values: Floats, size: tuple[int, int], point: tuple[float, float]) -> float:
    """The map's value at an image point, bilinear between cell centres; the map's edges lie on the image's edges."""
    place = [(p + 0.5) / full * cells - 0.5 for p, full, cells in zip(point, size, values.shape, strict=True)]
    y, x = (min(max(p, 0.0), cells - 1.0) for p, cells in zip(place, values.shape, strict=True))
    y0, x0 = int(y), int(x)
    y1, x1 = min(y0 + 1, values.shape[0] - 1), min(x0 + 1, values.shape[1] - 1)
    top = values[y0, x0] * (1 - (x - x0)) + values[y0, x1] * (x - x0)
    bottom = values[y1, x0] * (1 - (x - x0)) + values[y1, x1] * (x - x0)
    return float(top * (1 - (y - y0)) + bottom * (y - y0))


def _colour(picture: Picture | None, size: tuple[int, int], y: int, x: int) -> tuple[int, int, int] | None:
    if picture is None or picture.colours is None:
        return None
    pixels = picture.colours.levels[0]
    row, column = _scaled(y, x, size, (pixels.shape[0], pixels.shape[1]))
    blue, green, red = (int(value) for value in pixels[row, column, :3])
    return red, green, blue


def _label(picture: Picture | None, size: tuple[int, int], y: int, x: int) -> int | None:
    if picture is None or picture.labels is None:
        return None
    labels = picture.labels.levels[0]
    row, column = _scaled(y, x, size, (labels.shape[0], labels.shape[1]))
    return int(labels[row, column])


def _scaled(y: int, x: int, size: tuple[int, int], shape: tuple[int, int]) -> tuple[int, int]:
    row, column = y * shape[0] // size[0], x * shape[1] // size[1]
    return min(max(row, 0), shape[0] - 1), min(max(column, 0), shape[1] - 1)


def _normal_text(code: tuple[int, int, int]) -> str:
    if not any(code):
        return "none"
    normal = (np.array(code) - 127.5) / 127.5
    normal /= np.linalg.norm(normal)
    return " ".join(f"{value:+.2f}" for value in normal)
