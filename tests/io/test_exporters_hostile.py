"""Files somebody tampered with: a Problem or a reason, never a traceback, never a pixel outside, never much memory."""

import base64
import contextlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from pentad.core.problem import Problem
from pentad.io.exporters.opening import exporter
from pentad.sdk.exchange import Drawn
from pentad.sdk.testing import PatientTicket
from tests.helpers.mask_sets import Masks, settings_of

TICKET = PatientTicket()
SIZE = (12, 16)
MASK = np.zeros(SIZE, np.uint8)
MASK[2:9, 3:12] = 1
MASK[4:6, 5:7] = 0
MASK[10, 15] = 3


def read(path: Path, format: str) -> tuple[list[Drawn], list[tuple[str, str]]]:
    """What is read and drawn, and what is skipped."""
    skipped: list[tuple[str, str]] = []
    found = list(exporter(format).read(path, lambda item, why: skipped.append((item, why)), TICKET))
    for drawn in found:
        try:
            labels = drawn.draw(SIZE)
        except Problem as problem:
            skipped.append((drawn.name, str(problem)))
        else:
            assert labels.shape == SIZE
            assert set(np.unique(labels).tolist()) - {0} <= set(drawn.classes)
    assert all(why for _, why in skipped)
    return found, skipped


def files_of(folder: Path, format: str, **given: Any) -> dict[str, bytes]:
    folder.mkdir()
    chosen = exporter(format)
    chosen.write(Masks([MASK, MASK]), folder, settings_of(chosen, **given), TICKET)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


POLYGONS = {"shapes": "polygons"}
FORMATS: list[tuple[str, dict[str, Any]]] = [
    ("coco", {}), ("coco", POLYGONS), ("labelme", {}), ("cvat", {}), ("cvat", POLYGONS),
    ("yolo", {}), ("png", {}), ("png", {"style": "binary"}), ("mvtec", {}),
]  # fmt: skip


@pytest.mark.parametrize(("format", "given_settings"), FORMATS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_bytes_are_a_problem_or_skipped(
    tmp_path_factory: pytest.TempPathFactory, format: str, given_settings: dict[str, Any], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("bad") / "out"
    for name, content in files_of(folder, format, **given_settings).items():
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        kind = data.draw(st.sampled_from(["keep", "cut", "flip", "insert"]))
        junk = data.draw(st.binary(min_size=1, max_size=8))
        spoilt = {
            "keep": content,
            "cut": content[:at],
            "flip": content[:at] + junk + content[at + len(junk) :],
            "insert": content[:at] + junk + content[at:],
        }[kind]
        (folder / name).write_bytes(spoilt)
    with contextlib.suppress(Problem):
        read(folder, format)


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([-1, 10**19, 10**400, 2**63, 1e308, "NaN", "", "../../etc/passwd", "\x00", "\ud800"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.lists(st.integers(-5, 5), max_size=4),
    st.dictionaries(st.sampled_from(["id", "size", "counts", "points"]), st.integers(), max_size=2),
)


def nodes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every place in a JSON document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(way for key, item in inner for way in nodes(item, (*path, key)))]


def mutate(document: Any, way: tuple[Any, ...], value: object, *, drop: bool) -> Any:
    if not way:
        return value
    here = document
    for key in way[:-1]:
        here = here[key]
    if drop:
        del here[way[-1]]
    else:
        here[way[-1]] = value
    return document


@pytest.mark.parametrize(("format", "given_settings"), [f for f in FORMATS if f[0] in ("coco", "labelme")])
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_value_in_any_place_of_a_json_is_a_problem_or_skipped(
    tmp_path_factory: pytest.TempPathFactory, format: str, given_settings: dict[str, Any], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("bad") / "out"
    name, content = next((n, c) for n, c in files_of(folder, format, **given_settings).items() if n.endswith(".json"))
    document = json.loads(content)
    for _ in range(data.draw(st.integers(1, 3))):
        ways = nodes(document)
        if len(ways) < 2:
            break
        document = mutate(document, data.draw(st.sampled_from(ways)), data.draw(ODD), drop=data.draw(st.booleans()))
    (folder / name).write_text(json.dumps(document), "utf-8")
    with contextlib.suppress(Problem):
        read(folder, format)


def coco(segmentation: object, **more: object) -> dict[str, Any]:
    annotation = {"id": 1, "image_id": 1, "category_id": 1, "segmentation": segmentation, **more}
    image = {"id": 1, "file_name": "a.png", "height": 12, "width": 16}
    return {"images": [image], "annotations": [annotation], "categories": [{"id": 1, "name": "dent"}]}


@pytest.mark.parametrize(
    ("segmentation", "why"),
    [
        ([[0, 0, 1, 1]], "three points"),
        ([[0, 0, 1, 1, 2, 2, 3]], "three points"),
        ([["a", 0, 1, 1, 2, 2]], "no coordinate"),
        ([[1e300, 0, 1, 1, 2, 2]], "no place"),
        ([[10**400, 0, 1, 1, 2, 2]], "no place"),
        ([], "no segmentation"),
        (None, "no segmentation"),
        ({"size": [12, 16], "counts": [0, 2**62, 2**62]}, "whole numbers"),
        ({"size": [12, 16], "counts": [0, 10**11]}, "do not fit"),
        ({"size": [12, 16], "counts": [0, 200]}, "do not fit"),
        ({"size": [12, 16], "counts": [-1, 5]}, "whole numbers"),
        ({"size": [12, 16], "counts": "~~~~~~~~~~~~~~"}, "damaged"),
        ({"size": [12, 16], "counts": "ooooooooooooo0"}, "too large"),
        ({"size": [12, 16], "counts": "oooo0oooo0"}, "do not fit"),
        ({"size": [10**5, 10**5], "counts": [0, 10**10]}, "the image 16 x 12"),
        ({"size": [10**9, 10**9], "counts": [5]}, "height"),
        ({"counts": [5]}, "size is missing"),
    ],
)
def test_a_bad_annotation_is_skipped_with_its_reason_and_the_rest_is_drawn(
    tmp_path: Path, segmentation: object, why: str
) -> None:
    document = coco(segmentation)
    good = {"image_id": 1, "category_id": 1, "segmentation": [[2, 2, 6, 2, 6, 6, 2, 6]]}
    document["annotations"].append(good)
    (tmp_path / "c.json").write_text(json.dumps(document))
    (drawn,), skipped = read(tmp_path / "c.json", "coco")
    assert drawn.draw(SIZE).sum() == 16
    assert any(why in said for _, said in skipped), skipped


def test_not_a_number_and_endless_nesting_are_named(tmp_path: Path) -> None:
    file = tmp_path / "c.json"
    for text in (json.dumps(coco([[float("nan")] * 6])), "[" * 200_000, '{"a":' * 200_000):
        file.write_text(text)
        with pytest.raises(Problem, match=r"c\.json"):
            read(file, "coco")


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]><annotations>&x;</annotations>',
        '<!DOCTYPE annotations SYSTEM "file:///etc/passwd"><annotations/>',
        '<?xml version="1.0" encoding="UTF-16"?><annotations/>',
        '<?xml version="1.0" encoding="klingon"?><annotations/>',
        "<other/>",
        "<annotations>",
        "",
    ],
)
def test_cvat_files_with_a_document_type_or_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.xml").write_text(text)
    with pytest.raises(Problem, match=r"a\.xml"):
        read(tmp_path / "a.xml", "cvat")


def test_a_document_type_is_refused_in_any_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes('<!DOCTYPE a [<!ENTITY x "y">]><annotations/>'.encode("utf-16"))
    with pytest.raises(Problem, match="document type"):
        read(tmp_path / "a.xml", "cvat")


@pytest.mark.parametrize(
    "shape",
    [
        '<mask label="a" rle="0, 5" left="0" top="0" width="100000" height="100000"/>',
        '<mask label="a" rle="0, 999999999999999999999" left="0" top="0" width="5" height="1"/>',
        '<mask label="a" rle="0, 6" left="0" top="0" width="5" height="1"/>',
        '<mask label="a" rle="-1, 6" left="0" top="0" width="5" height="1"/>',
        '<mask label="a" rle="0, 5" left="14" top="0" width="5" height="1"/>',
        '<mask label="a" rle="0, 5" left="-1" top="0" width="5" height="1"/>',
        '<mask label="a" rle="0, 5" left="0" top="0" width="0" height="1"/>',
        '<polygon label="a" points="nan,1;2,2;3,3"/>',
        '<polygon label="a" points="1;2;3"/>',
        '<polygon points="1,1;2,1;2,2"/>',
        '<polyline label="a" points="1,1;2,1"/>',
        '<box label="a" xtl="1" ytl="1" xbr="1e999" ybr="3"/>',
        '<ellipse label="a" cx="1" cy="1" rx="x" ry="3"/>',
    ],
)
def test_a_bad_cvat_shape_is_skipped(tmp_path: Path, shape: str) -> None:
    image = f'<image id="0" name="a.png" width="16" height="12">{shape}<box label="b" xtl="1" ytl="1" xbr="3" ybr="3"/>'
    (tmp_path / "a.xml").write_text(f"<annotations>{image}</image></annotations>")
    (drawn,), skipped = read(tmp_path / "a.xml", "cvat")
    assert np.count_nonzero(drawn.draw(SIZE)) == 4
    assert skipped


def png(values: "np.ndarray[Any, np.dtype[np.uint8]]") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(values).save(stream, "PNG")
    return stream.getvalue()


def test_labelmes_own_shapes_are_read_and_the_others_named(tmp_path: Path) -> None:
    stamp = np.eye(4, dtype=np.uint8) * 255
    mask = base64.b64encode(png(stamp)).decode()
    shapes = [
        {"label": "m", "shape_type": "mask", "points": [[2, 3], [5, 6]], "mask": mask},
        {"label": "r", "shape_type": "rectangle", "points": [[10, 1], [12, 2]]},
        {"label": "c", "shape_type": "circle", "points": [[12.5, 8.5], [14.1, 8.5]]},
        {"label": "l", "shape_type": "line", "points": [[0, 0], [5, 5]]},
        {"label": "m", "shape_type": "mask", "points": [[2, 3], [500000, 600000]], "mask": mask},
        {"label": "m", "shape_type": "mask", "points": [[2, 3], [5, 6]], "mask": "%%%"},
    ]
    document = {"imagePath": "..\\photos\\a.png", "imageHeight": 12, "imageWidth": 16, "shapes": shapes}
    (tmp_path / "a.json").write_text(json.dumps(document))
    (drawn,), skipped = read(tmp_path / "a.json", "labelme")
    labels = drawn.draw(SIZE)
    y, x = np.mgrid[:12, :16]
    assert drawn.name == "photos/a.png"
    assert [np.count_nonzero(labels == n) for n in (1, 2, 3)] == [4, 2, int((np.hypot(y - 8, x - 12) < 1.6).sum())]
    assert labels[3, 2] == labels[6, 5] == 1
    assert len(skipped) == 3


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("7 0.1 0.1 0.2 0.1 0.2 0.2", "no class 7"),
        ("x 0.1 0.1 0.2 0.1 0.2 0.2", "invalid literal"),
        ("0 0.1 0.1 0.2 0.2", "no polygon"),
        ("0 0.1 0.1 0.2 nan 0.2 0.2", "no share"),
        ("0 0.1 0.1 0.2 1e300 0.2 0.2", "no share"),
        ("0 0.1 0.1 0.2 0.2 0.3 0.3 0.4", "no polygon"),
    ],
)
def test_a_bad_yolo_line_is_skipped(tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / "data.yaml").write_text("names: [dent]\n")
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text(f"{line}\n\n0 0 0 0.5 0 0.5 0.5 0 0.5\n")
    (drawn,), skipped = read(tmp_path, "yolo")
    assert np.count_nonzero(drawn.draw(SIZE)) == 48
    assert [why in said for _, said in skipped] == [True]


@pytest.mark.parametrize("text", ["", "names: 5", "a: [", "names: [a, !!python/object:os.system {}]", "- 1"])
def test_a_data_yaml_without_classes_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "data.yaml").write_text(text)
    with pytest.raises(Problem, match=r"data\.yaml"):
        read(tmp_path, "yolo")


def test_a_png_of_another_size_or_kind_is_skipped_before_it_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(np.zeros((50, 60), np.uint8)))
    (tmp_path / "b.png").write_bytes(png(np.zeros((12, 16, 3), np.uint8)))
    (tmp_path / "c.png").write_bytes(b"no image")
    huge = png(np.zeros(SIZE, np.uint8))
    (tmp_path / "d.png").write_bytes(huge[:16] + (10**6).to_bytes(4, "big") * 2 + huge[24:])
    (tmp_path / "e.png").write_bytes(png(MASK * 85))
    found, skipped = read(tmp_path, "png")
    assert {name for name, _ in skipped} == {"a", "b", "c.png", "d"}
    assert [drawn.name for drawn in found if drawn.size == SIZE] == ["b", "e"]


def test_a_zip_is_read_in_place_and_unsafe_names_are_left_out(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as file:
        file.writestr("masks/a.png", png(MASK))
        file.writestr("../../b.png", png(MASK))
    (drawn,), _ = read(tmp_path / "m.zip", "png")
    assert (drawn.name, drawn.draw(SIZE).tolist()) == ("a", MASK.tolist())


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.png").write_bytes(png(MASK))
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.png").symlink_to(tmp_path / "outside.png")
    with pytest.raises(Problem, match="There is no mask"):
        read(tmp_path / "in", "png")


NOTHING: list[tuple[str, Callable[[Path], object]]] = [
    (format, make) for format in ("coco", "labelme", "cvat", "yolo", "png", "mvtec")
    for make in (lambda path: None, lambda path: path.mkdir(), lambda path: path.write_text("x"))
]  # fmt: skip


@pytest.mark.parametrize(("format", "make"), NOTHING)
def test_nothing_to_read_is_a_problem(tmp_path: Path, format: str, make: Callable[[Path], object]) -> None:
    make(tmp_path / "there")
    with pytest.raises(Problem):
        read(tmp_path / "there", format)
