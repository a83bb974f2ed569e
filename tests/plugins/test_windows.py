"""A window holds the part, whatever the view's shape, and its patches are square."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pentad.sdk import ViewPixels
from pentad.sdk.testing import PatientTicket, RandomParts
from pentad_models.backbones.windows import Windows, find_windows, foreground, whole_views


class OnStage(RandomParts):
    """Views in which a bright block lies on an even backdrop, a little elsewhere each time; ``normals`` if wanted."""

    category = "block"

    def __init__(self, size: tuple[int, int], box: tuple[int, int, int, int], *, normals: bool, names: int = 1) -> None:
        self._size, self._box, self._normals, self._names = size, box, normals, names

    def __len__(self) -> int:
        return 12

    def __getitem__(self, index: int) -> ViewPixels:
        jitter = index % 3
        top, left, bottom, right = (edge + jitter for edge in self._box)
        rgb = np.full((*self._size, 3), 30, np.uint8)
        rgb[top:bottom, left:right] = 140
        normals = np.zeros((*self._size, 3), np.float32)
        normals[top:bottom, left:right, 2] = 1
        return ViewPixels(f"v{index % self._names}", rgb, normals if self._normals else None, self._size)


def find(data: OnStage, side: int = 28) -> Windows:
    return find_windows(data, range(len(data)), side=side, seed=0, ticket=PatientTicket())


@given(
    height=st.integers(80, 300),
    width=st.integers(80, 300),
    corner=st.tuples(st.floats(0.05, 0.4), st.floats(0.05, 0.4)),
    extent=st.tuples(st.floats(0.2, 0.5), st.floats(0.2, 0.5)),
)
@settings(max_examples=60, deadline=None)
def test_every_pixel_of_the_part_is_inside_its_window(
    height: int, width: int, corner: tuple[float, float], extent: tuple[float, float]
) -> None:
    top, left = int(corner[0] * height), int(corner[1] * width)
    bottom, right = top + max(6, int(extent[0] * height)), left + max(6, int(extent[1] * width))
    window = find(OnStage((height, width), (top, left, bottom, right), normals=True)).of("v0")
    rows, columns = window.cut(height, width)
    assert rows.start <= top
    assert columns.start <= left
    assert rows.stop >= min(height, bottom + 2)
    assert columns.stop >= min(width, right + 2)


@pytest.mark.parametrize("box", [(40, 30, 80, 270), (20, 120, 180, 160), (60, 100, 140, 190)])
def test_patches_are_square_and_as_many_in_every_view(box: tuple[int, int, int, int]) -> None:
    windows = find(OnStage((200, 300), box, normals=True))
    window = windows.of("v0")
    tall = (window.bottom - window.top) * 200 / window.rows
    wide = (window.right - window.left) * 300 / window.columns
    assert tall == pytest.approx(wide, rel=0.05)
    assert window.rows * window.columns == windows.patches
    assert 0.9 * 28 * 28 <= windows.patches <= 28 * 28
    assert windows.of("a view never seen").rows * windows.of("a view never seen").columns == windows.patches


def test_a_part_is_told_from_an_even_backdrop_without_normals() -> None:
    data = OnStage((200, 300), (60, 100, 140, 190), normals=False)
    found = foreground(data[0])
    assert found is not None
    assert np.array_equal(found, data[0].rgb[..., 0] > 100)


def test_a_view_that_its_part_fills_is_read_whole() -> None:
    tile = ViewPixels("image", np.random.default_rng(0).integers(0, 255, (90, 60, 3), np.uint8), None, (90, 60))
    assert foreground(tile) is None

    class Tiles(OnStage):
        def __getitem__(self, index: int) -> ViewPixels:
            return tile

    assert find(Tiles((90, 60), (0, 0, 1, 1), normals=False)) == whole_views(28)


def test_windows_come_back_from_a_model_card_as_they_were() -> None:
    windows = find(OnStage((200, 300), (60, 100, 140, 190), normals=True, names=3))
    assert sorted(windows.by_view) == ["v0", "v1", "v2"]
    assert Windows.from_regions(windows.regions) == windows
