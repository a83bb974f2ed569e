"""A data set whose normal maps lie upside down is hinted at, and read as declared all the same."""

from pathlib import Path

import cv2

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, RasterRef, Sample, Split, View
from pentad.geometry.normals_codec import encode_normals
from pentad.io.datasets.green import green_hint
from pentad.io.tree import open_tree
from tests.geometry.test_integrability import saddle


def hint(folder: Path, encoding: NormalEncoding, *, good: int = 3) -> Problem | None:
    """What is said of three OpenGL maps that are declared as ``encoding``, all but ``good`` of them damaged."""
    samples = []
    for number in range(3):
        codes = encode_normals(saddle(), NormalEncoding.OPENGL)
        data = cv2.imencode(".png", codes[..., ::-1])[1].tobytes()
        (folder / f"{number}.png").write_bytes(data if number < good else data[:100])
        view = View("top", {Modality.NORMAL: RasterRef(f"{number}.png", encoding=encoding)})
        samples.append(Sample(f"s{number}", "part", Split.TRAIN, None, (view,)))
    return green_hint(open_tree(folder), samples)


def test_a_wrong_declaration_is_hinted_at_with_how_sure_and_the_way_to_declare_the_other(tmp_path: Path) -> None:
    found = hint(tmp_path, NormalEncoding.DIRECTX)
    assert found is not None
    assert "3 of 3 maps" in found.why
    assert "100%" in found.why
    assert "--normals opengl" in found.remedy


def test_a_right_declaration_is_not(tmp_path: Path) -> None:
    assert hint(tmp_path, NormalEncoding.OPENGL) is None


def test_damaged_maps_have_no_say(tmp_path: Path) -> None:
    assert hint(tmp_path, NormalEncoding.DIRECTX, good=0) is None
    found = hint(tmp_path, NormalEncoding.DIRECTX, good=1)
    assert found is not None
    assert "1 of 3 maps" in found.why
    assert green_hint(open_tree(tmp_path), []) is None
