"""Writers of tiny data sets, one for each layout that Pentad reads."""

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from numpy.typing import NDArray

SIZE = (12, 16)
REALIAD_STAMP = "20231021130235"
EYECANDIES_RANGE = (0.5, 2.5)


def write_image(path: Path, image: NDArray[Any]) -> Path:
    """``image`` (grey or RGB) as the file type that ``path`` names."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix in (".tif", ".tiff"):
        tifffile.imwrite(path, image, photometric="rgb" if image.ndim == 3 else "minisblack")
        return path
    done, data = cv2.imencode(path.suffix, image[..., ::-1] if image.ndim == 3 else image)
    assert done
    path.write_bytes(data.tobytes())
    return path


def photo(path: Path, *, shade: int = 90, size: tuple[int, int] = SIZE) -> Path:
    return write_image(path, np.full((*size, 3), (shade, 120, 30), np.uint8))


def mask(path: Path, *, value: int = 255, size: tuple[int, int] = SIZE) -> Path:
    """Three rows of four pixels are a defect."""
    pixels = np.zeros(size, np.uint8)
    pixels[2:5, 3:7] = value
    return write_image(path, pixels)


def normals(path: Path, *, size: tuple[int, int] = SIZE) -> Path:
    """Every pixel tilted up and right: green is high as OpenGL writes it."""
    vector = np.array([0.48, 0.6, 0.64])
    codes = np.rint((vector + 1) / 2 * 255).astype(np.uint8)
    return write_image(path, np.broadcast_to(codes, (*size, 3)))


def points(path: Path) -> Path:
    """A plane at 2 m, its first row without a return."""
    y, x = np.mgrid[0 : SIZE[0], 0 : SIZE[1]].astype(np.float32)
    cloud = np.dstack([x, y, np.full_like(x, 2000)])
    cloud[0] = 0
    return write_image(path, cloud)


def write_json(path: Path, document: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def zipped(folder: Path, file: Path, *, top: str = "") -> Path:
    """The folder's files in a zip, below ``top``, with what macOS adds to its archives."""
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = top + path.relative_to(folder).as_posix()
                archive.write(path, name)
                archive.writestr(f"__MACOSX/{name}", b"resource fork")
    return file


def write_realiad(root: Path, *, nested: bool = True) -> None:
    """S0001 good for training; S0001 again, deformed, and good S0002 for testing."""
    entries: dict[str, list[dict[str, object]]] = {"train": [], "test": []}
    parts = (
        ("train", "OK", "OK/S0001", "audiojack_0001_OK"),
        ("test", "BX", "NG/BX/S0001", "audiojack__0001_NG_BX"),
        ("test", "OK", "OK/S0002", "audiojack_0002_OK"),
    )
    for split, code, folder, stem in parts:
        for view in range(1, 6):
            image = f"{folder}/{stem}_C{view}_{REALIAD_STAMP}.jpg"
            photo(root / "realiad_256/audiojack" / image, shade=40 * view)
            drawn = image.replace(".jpg", ".png") if code != "OK" and view in (1, 3) else None
            if drawn:
                mask(root / "realiad_256/audiojack" / drawn)
            entry: dict[str, object] = {
                "category": "audiojack",
                "anomaly_class": code,
                "image_path": image,
                "mask_path": drawn,
            }
            entries[split].append(entry)
    folder_of_lists = "realiad_jsons/realiad_jsons" if nested else "realiad_jsons"
    meta = {"prefix": "audiojack/", "normal_class": "OK"}
    write_json(root / folder_of_lists / "audiojack.json", {"meta": meta, **entries})


def write_realiad_d3(root: Path, *, category: str = "audio_jack_socket") -> None:
    """One part for each split; the images still in the category's zip, ``._`` files among them."""
    entries: dict[str, list[dict[str, object]]] = {}
    inside = root / "unpacked"
    for split, word, number in (("train", "OK", 1), ("validation", "OK", 2), ("test", "scratch", 3)):
        stem = f"{word}/S{number:04d}/{category}_{number:04d}_{word}"
        names = {"image_path": f"{stem}_RGBL05_0.jpg", "ps_path": f"{stem}_PS_0.png", "xyz_path": f"{stem}_XYZ_0.tiff"}
        photo(inside / names["image_path"])
        normals(inside / names["ps_path"])
        points(inside / names["xyz_path"])
        drawn = f"{stem}_MASK_0.png" if word != "OK" else None
        if drawn:
            mask(inside / drawn)
        (inside / stem).with_name("._junk.jpg").write_bytes(b"\0")
        entries[split] = [{**names, "mask_path": drawn, "anomaly_class": word}]
    (root / "realiad_d3_raw").mkdir(parents=True)
    zipped(inside, root / "realiad_d3_raw" / f"{category}.zip")
    for path in sorted(inside.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    inside.rmdir()
    write_json(root / f"realiad_d3_jsons/{category}.json", {"meta": {"prefix": f"{category}/"}, **entries})


def write_realiad_mvn(root: Path, *, keys: Sequence[str] = ("rgb_path", "nv_path", "gt_path", "defect_class")) -> None:
    """A good part for training and a scratched one for testing, five views each, under the key names given."""
    rgb_key, normal_key, mask_key, class_key = keys
    entries: dict[str, list[dict[str, object]]] = {"train": [], "test": []}
    for split, word in (("train", "OK"), ("test", "scratch")):
        for view in range(1, 6):
            stem = f"{word}/S0001/plug-top_0001_{word}_C{view}"
            base = root / "realiad_mvn_raw/plug_top"
            photo(base / f"{stem}_RGBL05_0.jpg")
            normals(base / f"{stem}_NV_0.png")
            entry: dict[str, object] = {class_key: word, mask_key: None}
            entry |= {rgb_key: f"{stem}_RGBL05_0.jpg", normal_key: f"{stem}_NV_0.png"}
            if word != "OK" and view == 2:
                mask(base / f"{stem}_MASK_0.png")
                entry[mask_key] = f"{stem}_MASK_0.png"
            entries[split].append(entry)
    write_json(root / "realiad_mvn_jsons/plug-top.json", {"meta": {"prefix": "plug-top/"}, **entries})


def write_mvtec(root: Path, *, category: str = "bottle", suffix: str = "_mask") -> None:
    """Two good parts for training, a good and a broken one for testing."""
    for name in ("000", "001"):
        photo(root / category / f"train/good/{name}.png")
    photo(root / category / "test/good/000.png")
    photo(root / category / "test/broken_large/000.png")
    mask(root / category / f"ground_truth/broken_large/000{suffix}.png")


def write_mvtec3d(root: Path) -> None:
    """One part for each split and label; the good test part has an empty mask, as released."""
    for split, label in (("train", "good"), ("validation", "good"), ("test", "good"), ("test", "hole")):
        folder = root / "bagel" / split / label
        photo(folder / "rgb/000.png")
        points(folder / "xyz/000.tiff")
        if split == "test":
            mask(folder / "gt/000.png", value=255 if label == "hole" else 0)
    write_json(root / "bagel/calibration/camera_parameters.json", {"focal_length": 711.0})


def write_visa(root: Path) -> None:
    """As released: two normal images and an anomalous one whose mask holds the defect's number."""
    rows = ["object,split,label,image,mask"]
    for name, split, label in (("0000", "train", "normal"), ("0001", "test", "normal"), ("000", "test", "anomaly")):
        image = f"candle/Data/Images/{label.capitalize()}/{name}.JPG"
        photo(root / image.replace(".JPG", ".jpg")).rename(root / image)
        drawn = f"candle/Data/Masks/Anomaly/{name}.png" if label == "anomaly" else ""
        if drawn:
            mask(root / drawn, value=2)
        rows.append(f"candle,{split},{label},{image},{drawn}")
    (root / "split_csv").mkdir()
    (root / "split_csv/1cls.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def write_visa_converted(root: Path) -> None:
    """The same in MVTec's folders."""
    for path in ("train/good/0000", "test/good/0001", "test/bad/000"):
        photo(root / f"1cls/candle/{path}.png")
    mask(root / "1cls/candle/ground_truth/bad/000.png", value=1)


def write_eyecandies(root: Path) -> None:
    """A training item (three digits) and two test items (two digits), the second with bumps."""
    low, high = EYECANDIES_RANGE
    depth = np.full(SIZE, 32768, np.uint16)
    depth[0] = 0
    for split, number, bumps in (("train", "000", 0), ("test_public", "00", 0), ("test_public", "01", 1)):
        start = root / "CandyCane" / split / "data"
        for light in range(6):
            photo(start / f"{number}_image_{light}.png", shade=30 * light)
        normals(start / f"{number}_normals.png")
        write_image(start / f"{number}_depth.png", depth)
        for name in ("mask", "bumps_mask", "dents_mask", "colors_mask", "normals_mask"):
            mask(start / f"{number}_{name}.png", value=255 * bumps)
        info = f"normalization: {{min: {low}, max: {high}}}\n"
        (start / f"{number}_info_depth.yaml").write_text(info, encoding="utf-8")
        metadata = f"anomalous: {bumps}\nbumps: {bumps}\ncolors: 0\ndents: 0\nnormals: 0\n"
        (start / f"{number}_metadata.yaml").write_text(metadata, encoding="utf-8")
        (start / f"{number}_pose.txt").write_text("1 0 0 0\n", encoding="utf-8")


def write_manta(root: Path) -> None:
    """One image holds five square views, 12 px each; the defect is in the second."""
    wide = np.repeat(np.arange(5, dtype=np.uint8) * 50, 12)
    image = np.broadcast_to(wide[None, :, None], (12, 60, 3))
    for path in ("train/good/000.png", "test/good/001.png", "test/crack/002.png"):
        write_image(root / "mechanics/gear" / path, image)
    drawn = np.zeros((12, 60), np.uint8)
    drawn[4:6, 14:18] = 255
    write_image(root / "mechanics/gear/ground_truth/crack/002.png", drawn)


MANIFEST = """format = 1
name = "bench"
[layout]
rgb    = "{category}/{split}/{label}/{sample}/{view}_rgb.png"
normal = "{category}/{split}/{label}/{sample}/{view}_normal.png"
mask   = "{category}/{split}/{label}/{sample}/{view}_mask.png"
light  = "{category}/{split}/{label}/{sample}/lights/{view}_{light}.tif"
good   = ["good"]
views  = ["top", "front", "right", "back", "left"]
[normals]
encoding = "directx"
[rig]
file = "rig.toml"
[lights]
file = "lights.txt"
"""


def write_manifest_set(root: Path) -> None:
    """Five-view parts with normals and a light stack of three: good for training, dented for testing."""
    for split, label in (("train", "good"), ("test", "dent")):
        folder = root / "pin-connector" / split / label / "S0001"
        for view in ("top", "front", "right", "back", "left"):
            photo(folder / f"{view}_rgb.png")
            normals(folder / f"{view}_normal.png")
            for light in (10, 2, 1):
                write_image(folder / f"lights/{view}_{light}.tif", np.full(SIZE, 1000 * light, np.uint16))
        if label == "dent":
            mask(folder / "top_mask.png")
    (root / "pentad.toml").write_text(MANIFEST, encoding="utf-8")
    (root / "rig.toml").write_text("", encoding="utf-8")
    (root / "lights.txt").write_text("0 0 1\n", encoding="utf-8")


def write_broken_chairs(root: Path) -> None:
    """Shape 7 for training, whole and with a leg missing; shape 8 for testing, whole and with an arm moved."""
    write_json(root / "split.json", {"train": ["7"], "test": ["8"], "val": []})
    for shape, folder, label, masks in (
        ("7", "N7", "normal", {}),
        ("7", "A7_missing", "anomaly", {"mask_new": (3, 7)}),
        ("8", "N8", "normal", {}),
        ("8", "A8_position", "anomaly", {"mask_new": (3, 5), "mask_old": (5, 7)}),
    ):
        stem = f"{shape}_31_2.5_120_30_4_{label}"
        photo(root / f"images/{folder}/render_{stem}.png", size=(16, 16))
        for name, (first, last) in masks.items():
            pixels = np.zeros((16, 16), np.uint8)
            pixels[2:5, first:last] = 255
            write_image(root / f"annotations/{folder}/{name}_{stem}.png", pixels)
        if masks:
            write_json(root / f"annotations/{folder}/info_{stem}.json", {"2d_bbox": [96, 64, 128, 96], "IoU": 0.0})
        view = root / f"shapes/shape_{shape}/mv_images/{shape}_2_0_20"
        photo(view.with_name(view.name + ".png"))
        (view.with_name(view.name + ".npy")).write_bytes(b"a pickle")


WRITERS: dict[str, Callable[[Path], None]] = {
    "broken_chairs": write_broken_chairs,
    "realiad": write_realiad,
    "realiad_d3": write_realiad_d3,
    "realiad_mvn": write_realiad_mvn,
    "mvtec": write_mvtec,
    "mvtec3d": write_mvtec3d,
    "visa": write_visa,
    "eyecandies": write_eyecandies,
    "manta": write_manta,
    "manifest": write_manifest_set,
}
