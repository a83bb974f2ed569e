"""Every layout lists the same samples from a folder, a zip and a wrapped zip, and its pixels read."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from pentad.core.sample import Modality, NormalEncoding, Sample, Split
from pentad.io import rasters
from pentad.io.datasets import Dataset, describe, installed_readers, open_dataset
from pentad.io.tree import open_tree
from pentad.io.view_pixels import load_view
from tests.helpers.layouts import EYECANDIES_RANGE, WRITERS, write_mvtec, write_visa_converted, zipped

_FIVE = tuple(f"C{view}" for view in range(1, 6))
_RIG = ("top", "front", "right", "back", "left")


@dataclass(frozen=True)
class Known:
    """What a fixture holds: (id, split, anomaly) of each sample, and the views and rasters each of them has.

    ``category`` where ids do not begin with it.
    """

    samples: tuple[tuple[str, str, str | None], ...]
    views: tuple[str, ...] = ("image",)
    rasters: frozenset[str] = frozenset({"rgb"})
    category: str = ""


KNOWN = {
    "broken_chairs": Known(
        (
            ("A7_missing/7_31_2.5_120_30_4_anomaly", "train", "missing"),
            ("A8_position/8_31_2.5_120_30_4_anomaly", "test", "positional"),
            ("N7/7_31_2.5_120_30_4_normal", "train", None),
            ("N8/8_31_2.5_120_30_4_normal", "test", None),
        ),
        category="chair",
    ),
    "realiad": Known(
        (
            ("audiojack/NG/BX/S0001", "test", "deformation"),
            ("audiojack/OK/S0001", "train", None),
            ("audiojack/OK/S0002", "test", None),
        ),
        _FIVE,
    ),
    "realiad_d3": Known(
        (
            ("audio_jack_socket/OK/S0001", "train", None),
            ("audio_jack_socket/OK/S0002", "validation", None),
            ("audio_jack_socket/scratch/S0003", "test", "scratch"),
        ),
        rasters=frozenset({"rgb", "normal", "xyz"}),
    ),
    "realiad_mvn": Known(
        (("plug_top/OK/S0001", "train", None), ("plug_top/scratch/S0001", "test", "scratch")),
        _FIVE,
        frozenset({"rgb", "normal"}),
    ),
    "mvtec": Known(
        (
            ("bottle/test/broken_large/000", "test", "broken_large"),
            ("bottle/test/good/000", "test", None),
            ("bottle/train/good/000", "train", None),
            ("bottle/train/good/001", "train", None),
        )
    ),
    "mvtec3d": Known(
        (
            ("bagel/test/good/000", "test", None),
            ("bagel/test/hole/000", "test", "hole"),
            ("bagel/train/good/000", "train", None),
            ("bagel/validation/good/000", "validation", None),
        ),
        rasters=frozenset({"rgb", "xyz"}),
    ),
    "visa": Known(
        (
            ("candle/Anomaly/000", "test", "anomaly"),
            ("candle/Normal/0000", "train", None),
            ("candle/Normal/0001", "test", None),
        )
    ),
    "eyecandies": Known(
        (
            ("CandyCane/test_public/00", "test", None),
            ("CandyCane/test_public/01", "test", "bumps"),
            ("CandyCane/train/000", "train", None),
        ),
        rasters=frozenset({"rgb", "normal", "depth"}),
    ),
    "manta": Known(
        (
            ("gear/test/crack/002", "test", "crack"),
            ("gear/test/good/001", "test", None),
            ("gear/train/good/000", "train", None),
        ),
        tuple(f"view{view}" for view in range(1, 6)),
    ),
    "manifest": Known(
        (("pin_connector/test/dent/S0001", "test", "dent"), ("pin_connector/train/good/S0001", "train", None)),
        _RIG,
        frozenset({"rgb", "normal"}),
    ),
}


# Why: D3 keeps its zips in a folder; a zip of zips is no released form.
CASES = [
    (layout, wrapping)
    for layout in sorted(KNOWN)
    for wrapping in ("folder", "zip", "wrapped zip")
    if layout != "realiad_d3" or wrapping == "folder"
]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]} in a {case[1]}")
def dataset(request: pytest.FixtureRequest, tmp_path: Path) -> Dataset:
    layout, wrapping = request.param
    folder = tmp_path / "data"
    folder.mkdir()
    WRITERS[layout](folder)
    if wrapping == "folder":
        return open_dataset(folder)
    return open_dataset(zipped(folder, tmp_path / "data.zip", top="" if wrapping == "zip" else "download/"))


def _one(dataset: Dataset, *, anomalous: bool) -> Sample:
    return next(sample for sample in dataset.samples if sample.split is Split.TEST and sample.good != anomalous)


def test_the_layout_is_recognised_and_its_samples_listed(dataset: Dataset) -> None:
    known = KNOWN[dataset.layout]
    assert tuple((sample.id, sample.split.value, sample.anomaly) for sample in dataset.samples) == known.samples
    for sample in dataset.samples:
        assert tuple(view.name for view in sample.views) == known.views
        assert all(known.rasters <= set(view.rasters) for view in sample.views)
    assert dataset.problems == ()
    assert dataset.listing.missing == 0


def test_every_view_of_every_sample_reads(dataset: Dataset) -> None:
    masked = 0
    for sample in dataset.samples:
        for view in sample.views:
            pixels = load_view(dataset.tree, view, 100, with_mask=True)
            assert pixels.rgb.shape[:2] == pixels.size
            assert (pixels.normals is not None) == (Modality.NORMAL in view.rasters)
            if pixels.mask is not None and pixels.mask.any():
                assert not sample.good
                masked += 1
    assert masked >= 1


def test_the_defect_has_the_pixels_that_were_drawn(dataset: Dataset) -> None:
    sample = _one(dataset, anomalous=True)
    masks = [
        rasters.read_mask(dataset.tree, view.rasters[Modality.MASK])
        for view in sample.views
        if Modality.MASK in view.rasters
    ]
    expected = 8 if dataset.layout == "manta" else 12
    assert {int(mask.sum()) for mask in masks if mask.any()} == {expected}


def test_paths_hold_in_the_tree_of_the_path_itself(dataset: Dataset) -> None:
    tree = open_tree(dataset.tree.location)
    refs = [ref for sample in dataset.samples for view in sample.views for ref in view.rasters.values()]
    assert all(tree.read_bytes(ref.path, 4) for ref in refs)


def test_the_description_counts_what_was_written(dataset: Dataset) -> None:
    known = KNOWN[dataset.layout]
    told = describe(dataset)
    good = sum(anomaly is None for _, _, anomaly in known.samples)
    assert told["samples"] == len(known.samples)
    assert told["images"] == len(known.samples) * len(known.views)
    assert told["views"] == list(known.views)
    assert (told["normal"], told["anomalous"]) == (good, len(known.samples) - good)
    assert (told["missing"], told["problems"]) == (0, [])
    assert told["categories"] == [known.category or known.samples[0][0].split("/")[0]]


@pytest.mark.parametrize("layout", sorted(set(KNOWN) - {"manta", "realiad_d3"}))
def test_listing_opens_no_image(layout: str, tmp_path: Path) -> None:
    WRITERS[layout](tmp_path)
    for path in tmp_path.rglob("*"):
        if path.suffix.lower() in {".png", ".jpg", ".tif", ".tiff"}:
            path.write_bytes(b"")
    dataset = open_dataset(tmp_path)
    assert tuple(sample.id for sample in dataset.samples) == tuple(known[0] for known in KNOWN[layout].samples)


def test_a_manifest_goes_before_what_the_names_suggest(tmp_path: Path) -> None:
    write_mvtec(tmp_path)
    (tmp_path / "pentad.toml").write_text('format = 1\n[layout]\nrgb = "**/train/{label}/{sample}.png"\n')
    dataset = open_dataset(tmp_path)
    assert (dataset.layout, len(dataset.samples)) == ("manifest", 2)
    assert open_dataset(tmp_path, layout="mvtec").layout == "mvtec"


def test_every_reader_is_behind_the_same_door() -> None:
    readers, problems = installed_readers()
    assert [reader.id for reader in readers] == sorted(KNOWN)
    assert problems == ()


def test_depth_codes_become_lengths_by_their_range(tmp_path: Path) -> None:
    WRITERS["eyecandies"](tmp_path)
    dataset = open_dataset(tmp_path)
    depth = rasters.read_depth(dataset.tree, dataset.samples[0].views[0].rasters[Modality.DEPTH])
    low, high = EYECANDIES_RANGE
    assert np.isnan(depth[0]).all()
    metres = 32768 / 65535 * (high - low) + low
    np.testing.assert_allclose(depth[1:], 1000 * metres, rtol=1e-6)


def test_points_without_a_return_are_not_a_number(tmp_path: Path) -> None:
    WRITERS["mvtec3d"](tmp_path)
    dataset = open_dataset(tmp_path)
    points = rasters.read_xyz(dataset.tree, dataset.samples[0].views[0].rasters[Modality.XYZ])
    assert np.isnan(points[0]).all()
    in_metres = [5, 3, 2000]
    np.testing.assert_array_equal(points[3, 5], np.multiply(in_metres, 1000))


def test_the_five_views_of_a_wide_image_are_its_fifths(tmp_path: Path) -> None:
    WRITERS["manta"](tmp_path)
    dataset = open_dataset(tmp_path)
    shades = [load_view(dataset.tree, view, 100).rgb for view in dataset.samples[0].views]
    assert [int(rgb.mean()) for rgb in shades] == [0, 50, 100, 150, 200]
    assert {rgb.shape for rgb in shades} == {(12, 12, 3)}


@pytest.mark.parametrize(("said", "up"), [("opengl", 0.6), ("directx", -0.6)])
def test_normals_are_read_as_the_person_says_they_are_written(tmp_path: Path, said: str, up: float) -> None:
    WRITERS["realiad_mvn"](tmp_path)
    dataset = open_dataset(tmp_path, options={"normals": said})
    normals = load_view(dataset.tree, dataset.samples[0].views[0], 100).normals
    assert normals is not None
    np.testing.assert_allclose(normals[3, 3], [0.48, up, 0.64], atol=0.01)
    assert not any("encoding" in note for note in dataset.listing.notes)


def test_an_undeclared_encoding_is_said_aloud(tmp_path: Path) -> None:
    WRITERS["realiad_mvn"](tmp_path)
    dataset = open_dataset(tmp_path)
    assert any("read as opengl" in note for note in dataset.listing.notes)
    assert dataset.samples[0].views[0].rasters[Modality.NORMAL].encoding is NormalEncoding.OPENGL


def test_a_category_folder_reads_by_itself(tmp_path: Path) -> None:
    write_mvtec(tmp_path)
    dataset = open_dataset(tmp_path / "bottle")
    assert [sample.id for sample in dataset.samples] == [known[0] for known in KNOWN["mvtec"].samples]


def test_masks_named_as_their_photos_are_found_too(tmp_path: Path) -> None:
    write_mvtec(tmp_path, suffix="")
    dataset = open_dataset(tmp_path)
    assert dataset.problems == ()
    assert Modality.MASK in _one(dataset, anomalous=True).views[0].rasters


def test_converted_visa_reads_with_masks_of_small_numbers(tmp_path: Path) -> None:
    write_visa_converted(tmp_path)
    (tmp_path / "note.txt").touch()
    dataset = open_dataset(tmp_path)
    assert dataset.layout == "visa"
    mask = load_view(dataset.tree, _one(dataset, anomalous=True).views[0], 100, with_mask=True).mask
    assert mask is not None
    assert mask.sum() == 12


def test_the_light_stack_is_in_the_order_people_count(tmp_path: Path) -> None:
    WRITERS["manifest"](tmp_path)
    dataset = open_dataset(tmp_path)
    lights = dataset.samples[0].views[0].lights
    assert [int(rasters.read_raw(dataset.tree, light)[0, 0]) for light in lights] == [1000, 2000, 10000]
    assert (dataset.listing.rig_file, dataset.listing.lights_file) == ("rig.toml", "lights.txt")
