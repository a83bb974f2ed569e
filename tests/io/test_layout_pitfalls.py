"""What is odd or broken in released data sets is read right or said aloud, and the rest goes on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.core.sample import Modality, Split
from pentad.io.datasets import describe, open_dataset
from pentad.io.datasets.faults import SHOWN
from pentad.io.view_pixels import load_view
from tests.helpers import layouts
from tests.helpers.layouts import WRITERS, photo, write_json, write_mvtec, write_realiad, write_realiad_mvn

LIST = "realiad_jsons/realiad_jsons/audiojack.json"


def _edit(path: Path, change: Callable[[Any], None]) -> None:
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def test_the_same_number_under_good_and_bad_is_two_parts(tmp_path: Path) -> None:
    write_realiad(tmp_path)
    ids = [sample.id for sample in open_dataset(tmp_path).samples]
    assert {"audiojack/OK/S0001", "audiojack/NG/BX/S0001"} < set(ids)
    assert len(set(ids)) == len(ids)


def test_a_null_mask_in_a_defective_part_is_a_view_that_does_not_show_it(tmp_path: Path) -> None:
    write_realiad(tmp_path)
    sample = next(sample for sample in open_dataset(tmp_path).samples if not sample.good)
    assert [view.name for view in sample.views if Modality.MASK in view.rasters] == ["C1", "C3"]
    assert sample.attributes == {"code": "BX"}


def test_lists_lie_flat_or_nested(tmp_path: Path) -> None:
    write_realiad(tmp_path, nested=False)
    assert len(open_dataset(tmp_path).samples) == 3


def test_another_list_folder_is_read_when_named(tmp_path: Path) -> None:
    write_realiad(tmp_path)
    other = tmp_path / "realiad_jsons/realiad_jsons_fuiad_0.1"
    other.mkdir()
    (tmp_path / LIST).rename(other / "audiojack.json")
    (tmp_path / "realiad_jsons/realiad_jsons").rmdir()
    with pytest.raises(Problem, match="No lists in realiad_jsons") as caught:
        open_dataset(tmp_path)
    assert "realiad_jsons_fuiad_0.1" in caught.value.why
    assert len(open_dataset(tmp_path, options={"lists": "realiad_jsons_fuiad_0.1"}).samples) == 3


def test_the_best_resolution_is_read_and_another_when_named(tmp_path: Path) -> None:
    write_realiad(tmp_path)
    (tmp_path / "realiad_1024").mkdir()
    (tmp_path / "realiad_256/audiojack").rename(tmp_path / "realiad_1024/audiojack")
    photo(tmp_path / "realiad_256/audiojack/x.jpg")
    best = open_dataset(tmp_path)
    assert best.problems == ()
    assert "realiad_1024; realiad_256 left aside" in best.listing.notes[0]
    assert open_dataset(tmp_path, options={"images": "realiad_256"}).listing.missing > 0


@pytest.mark.parametrize("prefix", ["audiojack/", "", None, "realiad-audiojack/", 7])
def test_the_prefix_may_be_right_wrong_or_absent(tmp_path: Path, prefix: object) -> None:
    write_realiad(tmp_path)
    _edit(tmp_path / LIST, lambda document: document["meta"].update(prefix=prefix))
    assert open_dataset(tmp_path).listing.missing == 0


def test_hyphens_and_underscores_are_one_name(tmp_path: Path) -> None:
    write_realiad_mvn(tmp_path)
    dataset = open_dataset(tmp_path)
    assert describe(dataset)["categories"] == ["plug_top"]
    assert dataset.listing.missing == 0


def test_missing_files_are_named_counted_and_kept_in_their_place(tmp_path: Path) -> None:
    write_realiad(tmp_path)
    for path in (tmp_path / "realiad_256/audiojack").rglob("*_C2_*.jpg"):
        path.unlink()
    dataset = open_dataset(tmp_path)
    assert dataset.listing.missing == 3
    assert sum("_C2_" in str(problem) for problem in dataset.problems) == 3
    view = dataset.samples[0].view("C2")
    with pytest.raises(Problem, match="missing"):
        load_view(dataset.tree, view, 10)


def test_views_that_no_list_names_are_said_aloud(tmp_path: Path) -> None:
    write_realiad(tmp_path)
    _edit(tmp_path / LIST, lambda document: document["train"].pop(3))
    problem = open_dataset(tmp_path).problems[0]
    assert (problem.what, problem.why) == ("audiojack/OK/S0001 has 4 of 5 views", "missing: C4")


def test_like_problems_are_shortened_and_counted(tmp_path: Path) -> None:
    for number in range(SHOWN + 5):
        photo(tmp_path / f"bottle/test/hole/{number:03d}.png")
    photo(tmp_path / "bottle/train/good/000.png")
    dataset = open_dataset(tmp_path)
    assert len(dataset.problems) == SHOWN + 1
    assert str(dataset.problems[-1]) == "… and 5 more: missing masks"
    assert dataset.listing.missing == SHOWN + 5


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "[" * 100_000, '{"train": 3}', "\x00", '{"train": [1' + "0" * 5000 + "]}"]
)
def test_a_corrupt_list_spares_the_other_categories(tmp_path: Path, content: str) -> None:
    write_realiad(tmp_path)
    (tmp_path / LIST).with_name("bottle.json").write_text(content)
    dataset = open_dataset(tmp_path)
    assert len(dataset.samples) == 3
    assert any("bottle.json" in str(problem) for problem in dataset.problems)


@pytest.mark.parametrize(
    "entry",
    [None, 3, "x", [], {}, {"image_path": None}, {"image_path": 4}, {"image_path": "no_view_token.jpg"}]
    + [{"image_path": path} for path in ("../../../etc/passwd_C1_", "/etc/passwd_C1_", "OK/../../x_C1_.jpg")]
    + [{"image_path": "OK/S0009/a_C1_0.jpg", "mask_path": "../../../secret.png"}],
)
def test_a_bad_entry_is_named_and_the_rest_goes_on(tmp_path: Path, entry: object) -> None:
    write_realiad(tmp_path)
    _edit(tmp_path / LIST, lambda document: document["test"].append(entry))
    dataset = open_dataset(tmp_path)
    assert {"audiojack/OK/S0001", "audiojack/OK/S0002"} < {sample.id for sample in dataset.samples}
    assert any("audiojack.json" in str(problem) for problem in dataset.problems)
    paths = [ref.path for sample in dataset.samples for view in sample.views for ref in view.rasters.values()]
    assert not any(".." in path or path.startswith("/") for path in paths)


def test_a_part_in_two_splits_is_a_contradiction(tmp_path: Path) -> None:
    write_realiad(tmp_path)
    _edit(tmp_path / LIST, lambda document: document["test"].append(document["train"][0]))
    dataset = open_dataset(tmp_path)
    assert "audiojack/OK/S0001 is listed twice" in str(dataset.problems[0])
    assert dataset.samples[1].split is Split.TRAIN


@pytest.mark.parametrize(
    "keys",
    [
        ("image_path", "ps_path", "mask_path", "anomaly_class"),
        ("image_path", "nv_path", "mask_path", "anomaly_class"),
        ("rgb_path", "normal_path", "gt_path", "label"),
    ],
)
def test_mvn_takes_the_names_its_relatives_use(tmp_path: Path, keys: tuple[str, ...]) -> None:
    write_realiad_mvn(tmp_path, keys=keys)
    dataset = open_dataset(tmp_path)
    assert dataset.problems == ()
    assert [sample.anomaly for sample in dataset.samples] == [None, "scratch"]


def test_mvn_with_names_of_its_own_fails_loudly_and_reads_by_a_mapping(tmp_path: Path) -> None:
    write_realiad_mvn(tmp_path, keys=("bild", "normalen", "maske", "fehler"))
    with pytest.raises(Problem) as caught:
        open_dataset(tmp_path)
    assert "'bild': 'OK/S0001/plug-top_0001_OK_C1_RGBL05_0.jpg'" in str(caught.value)
    mapping = {"keys": "rgb=bild, normal=normalen, mask=maske, class=fehler"}
    dataset = open_dataset(tmp_path, options=mapping)
    assert [sample.anomaly for sample in dataset.samples] == [None, "scratch"]
    with pytest.raises(Problem, match="which key holds what"):
        open_dataset(tmp_path, options={"keys": "picture:bild"})


def test_mvn_views_may_be_named_by_a_key(tmp_path: Path) -> None:
    photo(tmp_path / "realiad_mvn_raw/nut/OK/S1/a.jpg")
    photo(tmp_path / "realiad_mvn_raw/nut/OK/S1/b.jpg")
    entries = [{"rgb": f"OK/S1/{name}.jpg", "view": view, "class": "OK"} for name, view in (("a", 1), ("b", "C2"))]
    write_json(tmp_path / "realiad_mvn_jsons/nut.json", {"train": entries})
    assert [view.name for view in open_dataset(tmp_path).samples[0].views] == ["C1", "C2"]


def test_visa_without_its_split_list_says_so(tmp_path: Path) -> None:
    WRITERS["visa"](tmp_path)
    (tmp_path / "split_csv/1cls.csv").unlink()
    dataset = open_dataset(tmp_path)
    assert "split_csv/1cls.csv is missing" in str(dataset.problems[0])
    assert [sample.split for sample in dataset.samples] == [Split.TEST, Split.TRAIN, Split.TRAIN]


@pytest.mark.parametrize(
    "row", ["candle", "candle,train,normal,../../x.png,", "candle,train,normal,,", "a,b,c,d,e", '"']
)
def test_a_bad_row_of_visas_list_spares_the_others(tmp_path: Path, row: str) -> None:
    WRITERS["visa"](tmp_path)
    with (tmp_path / "split_csv/1cls.csv").open("a") as stream:
        stream.write(row + "\n")
    dataset = open_dataset(tmp_path)
    assert len(dataset.samples) == 3
    assert len(dataset.problems) == 1


def test_eyecandies_without_metadata_says_so(tmp_path: Path) -> None:
    WRITERS["eyecandies"](tmp_path)
    (tmp_path / "CandyCane/test_public/data/01_metadata.yaml").unlink()
    (tmp_path / "CandyCane/test_public/data/00_metadata.yaml").write_text("[")
    assert ["metadata.yaml" in str(problem) for problem in open_dataset(tmp_path).problems] == [True, True]


def test_a_layout_that_two_readers_claim_is_asked_about(tmp_path: Path) -> None:
    write_mvtec(tmp_path)
    layouts.write_mvtec3d(tmp_path)
    with pytest.raises(Problem, match="fits several layouts: mvtec, mvtec3d"):
        open_dataset(tmp_path)
    assert open_dataset(tmp_path, layout="mvtec3d").layout == "mvtec3d"


def test_a_folder_of_no_known_layout_shows_its_first_files_and_an_example(tmp_path: Path) -> None:
    photo(tmp_path / "holiday/beach.png")
    with pytest.raises(Problem, match="no layout Pentad knows") as caught:
        open_dataset(tmp_path)
    assert "holiday/beach.png" in caught.value.why
    assert "[layout]" in caught.value.remedy


def test_a_named_layout_that_does_not_fit_lists_nothing_and_says_so(tmp_path: Path) -> None:
    photo(tmp_path / "holiday/beach.png")
    for layout in sorted(set(WRITERS) - {"manifest"}):
        with pytest.raises(Problem):
            open_dataset(tmp_path, layout=layout)
    with pytest.raises(Problem, match="no layout 'holiday'"):
        open_dataset(tmp_path, layout="holiday")


def test_unknown_options_are_refused(tmp_path: Path) -> None:
    write_mvtec(tmp_path)
    with pytest.raises(Problem, match="no option 'colour'"):
        open_dataset(tmp_path, options={"colour": "red"})
    WRITERS["eyecandies"](tmp_path / "other")
    with pytest.raises(Problem, match="not an encoding"):
        open_dataset(tmp_path / "other", options={"normals": "left-handed"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("OK/S1/a_C1_.jpg"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["image_path", "mask_path", "anomaly_class", "view", "prefix"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(document=st.dictionaries(st.sampled_from(["meta", "train", "test", "validation"]), JSON) | JSON)
@pytest.mark.parametrize("layout", ["realiad", "realiad_d3", "realiad_mvn"])
def test_any_json_gives_a_listing_or_a_problem(layout: str, document: object, tmp_path: Path) -> None:
    write_json(tmp_path / f"{layout}_jsons/x.json", document)
    photo(tmp_path / f"{layout}_raw/x/OK/S1/a_C1_.jpg")
    try:
        told = describe(open_dataset(tmp_path))
    except Problem as problem:
        told = {"samples": str(problem)}
    assert told["samples"]
