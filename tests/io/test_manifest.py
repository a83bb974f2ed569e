"""A pentad.toml describes any layout, says where it is wrong, and is never a way out of the root."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.core.sample import Modality, NormalEncoding, Split
from pentad.io.datasets import describe, manifest_file, open_dataset
from pentad.io.datasets.manifest_file import EXAMPLE, parse_manifest
from pentad.io.datasets.patterns import compile_pattern
from pentad.io.view_pixels import load_view
from tests.helpers.layouts import MANIFEST, mask, photo, write_manifest_set

FOLDER = "pin-connector/test/dent/S0001"


def _write(root: Path, text: str) -> Path:
    file = root / "pentad.toml"
    file.write_text("format = 1\n" + text, encoding="utf-8")
    return file


def test_the_agreed_shape_reads(tmp_path: Path) -> None:
    write_manifest_set(tmp_path)
    dataset = open_dataset(tmp_path)
    top = dataset.samples[0].view("top")
    assert top.rasters[Modality.NORMAL].encoding is NormalEncoding.DIRECTX
    assert set(top.rasters) == {Modality.RGB, Modality.NORMAL, Modality.MASK}
    assert [light.path for light in top.lights] == [f"{FOLDER}/lights/top_{number}.tif" for number in (1, 2, 10)]


def test_the_example_we_print_is_a_manifest() -> None:
    assert parse_manifest(EXAMPLE.encode()).good == {"good"}


def test_the_manifest_itself_may_be_named_as_the_data_set(tmp_path: Path) -> None:
    write_manifest_set(tmp_path)
    dataset = open_dataset(tmp_path / "pentad.toml")
    assert dataset.layout == "manifest"
    assert load_view(dataset.tree, dataset.samples[0].views[0], 100).rgb.shape == (12, 16, 3)


def test_a_manifest_elsewhere_describes_the_folder_it_is_given_with(tmp_path: Path) -> None:
    write_manifest_set(tmp_path / "data")
    (tmp_path / "data/pentad.toml").rename(tmp_path / "mine.toml")
    dataset = open_dataset(tmp_path / "data", options={"manifest": str(tmp_path / "mine.toml")})
    assert len(dataset.samples) == 2
    with pytest.raises(Problem, match=r"gone\.toml cannot be read"):
        open_dataset(tmp_path / "data", options={"manifest": "gone.toml"})


@pytest.mark.parametrize(("gone", "modality"), [("front_rgb.png", Modality.RGB), ("front_normal.png", Modality.NORMAL)])
def test_a_missing_raster_is_said_and_shown_in_its_place(tmp_path: Path, gone: str, modality: Modality) -> None:
    write_manifest_set(tmp_path)
    (tmp_path / FOLDER / gone).unlink()
    dataset = open_dataset(tmp_path)
    assert [str(problem) for problem in dataset.problems] == [f"{FOLDER}/{gone} is missing: named by the manifest"]
    assert dataset.listing.missing == 1
    sample = dataset.samples[0]
    assert [view.name for view in sample.views] == ["top", "front", "right", "back", "left"]
    assert sample.view("front").rasters[modality].path == f"{FOLDER}/{gone}"
    with pytest.raises(Problem, match=f"{gone} is missing"):
        load_view(dataset.tree, sample.view("front"), 100)


@pytest.mark.parametrize("orphan", ["test/dent/S0002/top_mask.png", "train/good/S0003/left_normal.png"])
def test_a_raster_without_a_photo_is_said(tmp_path: Path, orphan: str) -> None:
    write_manifest_set(tmp_path)
    mask(tmp_path / "pin-connector" / orphan)
    assert [problem.what for problem in open_dataset(tmp_path).problems] == [
        f"pin-connector/{orphan} belongs to no photo"
    ]


def test_a_defective_part_without_any_mask_is_said(tmp_path: Path) -> None:
    write_manifest_set(tmp_path)
    (tmp_path / FOLDER / "top_mask.png").unlink()
    assert "has no mask" in str(open_dataset(tmp_path).problems[0])


def test_missing_rig_lights_and_light_stack_are_said(tmp_path: Path) -> None:
    write_manifest_set(tmp_path)
    (tmp_path / "rig.toml").unlink()
    for path in (tmp_path / FOLDER / "lights").glob("left_*"):
        path.unlink()
    told = [problem.what for problem in open_dataset(tmp_path).problems]
    assert told == [f"The light stack of {FOLDER}/left_rgb.png is missing", "rig.toml is missing"]


def test_odd_and_even_count_parts_from_one(tmp_path: Path) -> None:
    for number in range(1, 6):
        for view in ("top", "left"):
            photo(tmp_path / f"{number:02d}/{view}.png")
    rule = '[[rule]]\nrgb = "{sample}/{view}.png"\nlabel = "good"\n'
    _write(tmp_path, f'{rule}select = "odd"\nsplit = "train"\n{rule}select = "even"\nsplit = "test"\n')
    dataset = open_dataset(tmp_path)
    by_split = {split: [sample.id[-2:] for sample in dataset.samples if sample.split is split] for split in Split}
    assert by_split == {Split.TRAIN: ["01", "03", "05"], Split.VALIDATION: [], Split.TEST: ["02", "04"]}
    assert {len(sample.views) for sample in dataset.samples} == {2}


def test_defaults_and_constants_stand_in_for_folders(tmp_path: Path) -> None:
    photo(tmp_path / "shots/a.png")
    _write(
        tmp_path, '[defaults]\ncategory = "nut"\nsplit = "val"\n[layout]\nrgb = "shots/{sample}.png"\nlabel = "good"\n'
    )
    (sample,) = open_dataset(tmp_path).samples
    assert (sample.id, sample.category, sample.split) == ("nut/val/good/a", "nut", Split.VALIDATION)
    assert [view.name for view in sample.views] == ["image"]


def test_folder_names_may_be_told_to_be_splits(tmp_path: Path) -> None:
    photo(tmp_path / "holdout/good/a.png")
    layout = '[layout]\nrgb = "{split}/{label}/{sample}.png"\n'
    _write(tmp_path, layout)
    with pytest.raises(Problem, match="'holdout' is no split"):
        open_dataset(tmp_path)
    _write(tmp_path, layout + '[splits]\nholdout = "test"\n')
    assert open_dataset(tmp_path).samples[0].split is Split.TEST


def test_parts_without_labels_are_good_and_it_is_said(tmp_path: Path) -> None:
    photo(tmp_path / "a.png")
    _write(tmp_path, '[layout]\nrgb = "{sample}.png"\n')
    dataset = open_dataset(tmp_path)
    assert dataset.samples[0].good
    assert "listed as good" in dataset.listing.notes[0]


def test_a_mask_pattern_may_lie_elsewhere_and_lack_fields(tmp_path: Path) -> None:
    photo(tmp_path / "nut/test/hole/001.png")
    mask(tmp_path / "ground_truth/hole/001_mask.png", value=1)
    layout = '[layout]\nrgb = "{category}/{split}/{label}/{sample}.png"\nmask = "**/{label}/{sample}_mask.png"\n'
    _write(tmp_path, layout + "[mask]\nabove = 0\n")
    dataset = open_dataset(tmp_path)
    assert dataset.problems == ()
    pixels = load_view(dataset.tree, dataset.samples[0].views[0], 100, with_mask=True).mask
    assert pixels is not None
    assert pixels.sum() == 12


def test_cameras_are_given_to_views_by_name(tmp_path: Path) -> None:
    photo(tmp_path / "S1/top.png")
    _write(tmp_path, '[layout]\nrgb = "{sample}/{view}.png"\n[rig]\nfile = "S1/top.png"\ncameras = { top = "cam4" }\n')
    assert open_dataset(tmp_path).samples[0].views[0].camera == "cam4"


def test_a_pattern_that_fits_nothing_is_said(tmp_path: Path) -> None:
    photo(tmp_path / "a.jpg")
    _write(tmp_path, '[layout]\nrgb = "{sample}.png"\n')
    with pytest.raises(Problem, match=r"No file fits the pattern \{sample\}\.png"):
        open_dataset(tmp_path)


def test_two_photos_of_one_view_are_said(tmp_path: Path) -> None:
    for name in ("a1", "a2"):
        photo(tmp_path / f"S1/{name}.png")
    _write(tmp_path, '[layout]\nrgb = "{sample}/a?.png"\n')
    assert "S1/a2.png was left out" in str(open_dataset(tmp_path).problems[0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[layout", "not readable TOML"),
        ("", "does not say where the photos are"),
        ("[layout]\nrgb = 3", "a pattern is a piece of text"),
        ('[layout]\nrgb = "{category}.png"', "no rgb pattern with {sample}"),
        ('[layout]\nrgb = "{sample}_{veiw}.png"', "{veiw} is no field"),
        ('[layout]\nrgb = "{sample.png"', "a lone '{'"),
        ('[layout]\nrgb = "' + "*" * 3 + "*/a" * 30 + '{sample}.png"', "too many wildcards"),
        ('[layout]\nrgb = "../{sample}.png"', "may leave the data folder"),
        ('[layout]\nrgb = "/etc/{sample}"', "leaves the data folder"),
        ('[layout]\nrgb = "{sample}.png"\nmask = "{label}_{sample}.png"', "which the rgb pattern has not"),
        ('[layout]\nrgb = "{sample}.png"\nlight = "{sample}.tif"', "see {light}"),
        ('[layout]\nrgb = "{sample}.png"\nmaks = "x"', "unknown entry 'maks'"),
        ('[layouts]\nrgb = "{sample}.png"', "unknown entry 'layouts'"),
        ('[layout]\nrgb = "{sample}.png"\nviews = "top"', "a list of words"),
        ('[layout]\nrgb = "{sample}.png"\nselect = "third"', '"odd" or "even"'),
        ('[layout]\nrgb = "{sample}.png"\n[normals]\nencoding = "left"', "one of opengl"),
        ('[layout]\nrgb = "{sample}.png"\n[mask]\nabove = "x"', "a whole number"),
        ('[layout]\nrgb = "{sample}.png"\n[rig]\nfile = "../rig.toml"', "may leave the data folder"),
        ('[layout]\nrgb = "{sample}.png"\n[lights]\nfile = 4', "not a path"),
        ('[layout]\nrgb = "{sample}.png"\n[splits]\nx = "y"', "one of train"),
        ('layout = 3', "a table, [layout]"),
        ('rule = 3', "written as [[rule]] blocks"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_manifest_is_named(text: str, said: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_manifest(b"format = 1\n" + text.encode())
    assert said in f"{caught.value.what} {caught.value.why}"
    assert "pentad.toml" in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize("data", [b"", b"format = 2", b"\xff\xfe", b"format = 1\n[layout]\nrgb = " + b"[" * 5000])
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(Problem):
        parse_manifest(data)


def test_a_pattern_gives_the_fields_it_names() -> None:
    pattern = compile_pattern("{category}/{sample}/{view}_{light}.tif", "x", views=("top", "top_left"))
    assert pattern.match("nut/S1/top_left_03.tif") == {
        "category": "nut",
        "sample": "S1",
        "view": "top_left",
        "light": "03",
    }
    assert pattern.match("nut/S1/bottom_03.tif") is None
    assert compile_pattern("{sample}/{sample}.png", "x").match("a/b.png") is None
    assert compile_pattern("**/{sample}.png", "x").match("b.png") == {"sample": "b"}


@settings(max_examples=150, deadline=None)
@given(
    fields=st.lists(
        st.sampled_from(["category", "split", "label", "sample", "view"]), min_size=1, max_size=5, unique=True
    ),
    data=st.data(),
)
def test_a_filled_pattern_matches_what_filled_it(fields: list[str], data: st.DataObject) -> None:
    words = st.text(
        st.characters(codec="utf-8", exclude_characters="/\\{}*?", exclude_categories=["C"]), min_size=1, max_size=8
    )
    values = {field: "x" + data.draw(words) for field in fields}
    pattern = compile_pattern("/".join(f"{{{field}}}" for field in fields) + ".png", "x")
    path = pattern.fill(values)
    assert path is not None
    assert pattern.match(path) == values


TOML_PIECES = st.sampled_from(
    ['"{sample}.png"', '"{category}/**/{view}"', '"odd"', '"../x"', '["good"]', "3", "{}", "true", '"test"', "[[1]]"]
)  # fmt: skip
TOML_KEYS = st.sampled_from(
    ["rgb", "mask", "light", "good", "views", "select", "split", "encoding", "file", "above", "cameras", "x"]
)
TOML_HEADS = st.sampled_from(
    ["[layout]", "[[rule]]", "[normals]", "[mask]", "[rig]", "[lights]", "[splits]", "[defaults]", "name = 3"]
)
TOML_LINES = st.one_of(TOML_HEADS, st.builds("{} = {}".format, TOML_KEYS, TOML_PIECES), st.text(max_size=20))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=st.lists(TOML_LINES, max_size=12))
@example(lines=["[layout]", 'rgb = "{sample}.png"'])
def test_any_text_gives_a_listing_or_a_problem(lines: list[str], tmp_path: Path) -> None:
    photo(tmp_path / "a.png")
    (tmp_path / "pentad.toml").write_text("\n".join(["format = 1", *lines]), encoding="utf-8")
    try:
        told = describe(open_dataset(tmp_path))
    except Problem as problem:
        told = {"samples": str(problem)}
    assert told["samples"]


def test_bytes_of_any_kind_are_refused_in_words() -> None:
    for cut in range(0, len(MANIFEST), 7):
        try:
            outcome = parse_manifest(MANIFEST[:cut].encode()).name
        except Problem as problem:
            outcome = str(problem)
        assert outcome


def test_the_real_magnetic_tiles_read_through_a_manifest(real_data: Path) -> None:
    manifest = Path(__file__).parents[1] / "data" / "magnetic_tile.toml"
    dataset = open_dataset(real_data / "magnetic_tile", options={"manifest": str(manifest)})
    photos = {
        kind: len(list((real_data / f"magnetic_tile/MT_{kind}/Imgs").glob("*.jpg")))
        for kind in ("Free", "Blowhole", "Crack")
    }
    train = [sample for sample in dataset.samples if sample.split is Split.TRAIN]
    test = [sample for sample in dataset.samples if sample.split is Split.TEST]
    assert dataset.problems == ()
    assert (len(train), len(test)) == (
        (photos["Free"] + 1) // 2,
        photos["Free"] // 2 + photos["Blowhole"] + photos["Crack"],
    )
    assert all(sample.good for sample in train)
    assert {sample.anomaly for sample in test} == {None, "blowhole", "crack"}
    for sample in dataset.samples[::20]:
        pixels = load_view(dataset.tree, sample.views[0], 256, with_mask=True)
        assert (pixels.mask is None) == sample.good
        assert sample.good or (pixels.mask is not None and pixels.mask.any())


def test_the_written_explanation_is_itself_readable() -> None:
    page = Path(manifest_file.__file__).with_name("MANIFEST.md").read_text(encoding="utf-8")
    whole, rules = (block.split("```")[0] for block in page.split("```toml\n")[1:])
    assert set(parse_manifest(whole.encode()).rules[0].patterns) == set(Modality) - {Modality.XYZ, Modality.DEPTH}
    assert [rule.select for rule in parse_manifest(b"format = 1\n" + rules.encode()).rules] == ["odd", None]
