"""Backbones come to a machine without a network as files: checked, whole, never unpickled."""

import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.numpy import load_file, save_file

from pentad.cli import main
from pentad.core.problem import Problem
from pentad.sdk.cancelled import Cancelled
from pentad_models.backbones import importing, source
from pentad_models.backbones.imported import find_imported, imported_folder
from pentad_models.backbones.known_shapes import configuration
from pentad_models.backbones.vit import load_backbone
from tests.helpers.disks import small_disk
from tests.helpers.tiny_dataset import write_tiny_dataset
from tests.release.conftest import change_config


class Ticket:
    """Goes on, or ends once so much is done."""

    def __init__(self, until: float = 2.0) -> None:
        self.until, self.said = until, list[float]()

    def check(self) -> None:
        if self.said and self.said[-1] >= self.until:
            raise Cancelled

    def report(self, fraction: float, message: str = "") -> None:
        self.said.append(fraction)
        self.check()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _zipped(folder: Path, target: Path, *, inside: str = "dinov2-tiny/") -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for file in folder.iterdir():
            archive.write(file, inside + file.name)
    return target


def _kept(id: str = "dinov2-tiny") -> list[str]:
    folder = imported_folder(id)
    return sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []


def test_a_folder_is_imported_listed_used_and_removed(folder: Path) -> None:
    card = source.add(folder, Ticket(), name="facebook/dinov2-tiny")
    shutil.rmtree(folder)
    assert (card.id, card.sha256) == ("facebook/dinov2-tiny", _sha256(imported_folder(card.id) / "model.safetensors"))
    (listed,) = [one for one in source.available() if one.id == "facebook/dinov2-tiny"]
    assert (listed.available, listed.imported, listed.licence) == (True, True, "apache-2.0")
    assert "LICENSE" in _kept(card.id)
    found = load_backbone("facebook/dinov2-tiny", blocks=(0, 3))
    assert (found.id, found.sha256, found.width) == ("facebook/dinov2-tiny", card.sha256, 24)
    source.remove("facebook/dinov2-tiny")
    assert not imported_folder(card.id).exists()
    with pytest.raises(Problem, match="not on this machine"):
        load_backbone("facebook/dinov2-tiny")
    with pytest.raises(Problem, match="was imported"):
        source.remove("facebook/dinov2-tiny")


def test_a_zip_of_the_folder_gives_the_same_weights_and_either_digest_is_good(folder: Path, tmp_path: Path) -> None:
    archive = _zipped(folder, tmp_path / "carried.zip")
    weights = _sha256(folder / "model.safetensors")
    by_zip = source.add(archive, Ticket(), name="a", sha256=_sha256(archive).upper())
    by_weights = source.add(archive, Ticket(), name="b", sha256=f"sha256:{weights}")
    assert by_zip.sha256 == by_weights.sha256 == weights
    assert by_zip.brought_sha256 == _sha256(archive)
    assert source.add(archive, Ticket()).id == "carried"


def test_a_digest_that_differs_is_refused_and_leaves_nothing(folder: Path) -> None:
    with pytest.raises(Problem, match="not what was asked for"):
        source.add(folder, Ticket(), sha256="0" * 64)
    with pytest.raises(Problem, match="no sha256"):
        source.add(folder, Ticket(), sha256="12ab")
    assert _kept() == []


@pytest.mark.parametrize("name", ["pytorch_model.bin", "dinov2.pth", "model.ckpt", "x.pkl"])
def test_pickles_are_refused_unopened_wherever_they_are(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    torch.save({"weight": torch.zeros(3)}, folder / name)
    for place in (folder / name, folder, _zipped(folder, tmp_path / "old.zip")):
        with pytest.raises(Problem, match="pickled") as caught:
            source.add(place, Ticket())
        assert "safe_serialization" in caught.value.remedy


def test_a_pickle_under_another_name_is_damaged_weights(folder: Path) -> None:
    torch.save({"weight": torch.zeros(3)}, folder / "model.safetensors")
    with pytest.raises(Problem, match="damaged"):
        source.add(folder, Ticket())
    assert _kept() == []


@pytest.mark.parametrize(
    "name", ["../model.safetensors", "/etc/model.safetensors", "C:\\x\\model.safetensors", "a\\..\\..\\b"]
)
def test_a_zip_whose_paths_lead_out_of_it_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    archive = _zipped(folder, tmp_path / "carried.zip")
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr(name, b"x")
    with pytest.raises(Problem, match="honest"):
        source.add(archive, Ticket())
    assert list(imported_folder("x").parent.glob("*")) == []


def test_a_zip_that_holds_several_or_none_is_asked_about(folder: Path, tmp_path: Path) -> None:
    archive = _zipped(folder, tmp_path / "two.zip")
    with zipfile.ZipFile(archive, "a") as more:
        for name in ("config.json", "model.safetensors"):
            more.write(folder / name, f"other/{name}")
    with pytest.raises(Problem, match="several"):
        source.add(archive, Ticket())
    with zipfile.ZipFile(tmp_path / "none.zip", "w") as none:
        none.writestr("readme.txt", "nothing")
    with pytest.raises(Problem, match="no backbone"):
        source.add(tmp_path / "none.zip", Ticket())
    (tmp_path / "broken.zip").write_bytes(archive.read_bytes()[:1000])
    with pytest.raises(Problem, match="damaged"):
        source.add(tmp_path / "broken.zip", Ticket())


def test_a_zip_damaged_inside_is_a_problem(folder: Path, tmp_path: Path) -> None:
    archive = _zipped(folder, tmp_path / "carried.zip")
    data = bytearray(archive.read_bytes())
    middle = data.find((folder / "model.safetensors").read_bytes()[:64]) + 4000
    data[middle] ^= 0xFF
    archive.write_bytes(bytes(data))
    with pytest.raises(Problem, match="damaged"):
        source.add(archive, Ticket())
    assert _kept("carried") == []


def test_weights_that_do_not_fit_their_configuration_are_refused(folder: Path) -> None:
    for values in ({"hidden_size": 48}, {"num_hidden_layers": 10**9}, {"num_hidden_layers": 3}, {"hidden_size": "x"}):
        change_config(folder, **{"hidden_size": 24, "num_hidden_layers": 4, **values})
        with pytest.raises(Problem, match=r"fit its configuration|is damaged"):
            source.add(folder, Ticket())
    change_config(folder, hidden_size=24, num_hidden_layers=4, model_type="dinov3_vit")
    with pytest.raises(Problem, match="another kind"):
        source.add(folder, Ticket())
    for bad in ("[]", "{", "[" * 100_000):
        (folder / "config.json").write_text(bad)
        with pytest.raises(Problem, match="damaged"):
            source.add(folder, Ticket())
    assert _kept() == []


def test_whole_numbers_are_no_weights(folder: Path) -> None:
    tensors = {name: value.astype("int8") for name, value in load_file(folder / "model.safetensors").items()}
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(Problem, match="no plain floats"):
        source.add(folder, Ticket())


@pytest.mark.parametrize("kept", [0.5, 0.999])
def test_weights_cut_short_are_a_problem(folder: Path, kept: float) -> None:
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(Problem, match="damaged"):
        source.add(folder, Ticket())
    assert _kept() == []


@pytest.mark.parametrize("until", [0.01, 0.3, 0.9, 0.97])
def test_cancelled_at_any_step_it_leaves_nothing(folder: Path, tmp_path: Path, until: float) -> None:
    archive = _zipped(folder, tmp_path / "dinov2-tiny.zip")
    with pytest.raises(Cancelled):
        source.add(archive, Ticket(until))
    assert _kept() == []


def test_a_full_disk_is_said_and_leaves_nothing(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with small_disk(tmp_path / "disk", kilobytes=120) as disk:
        monkeypatch.setenv("PENTAD_HOME", str(disk / "home"))
        with pytest.raises(Problem, match=r"no room|could not be written"):
            source.add(folder, Ticket())
        assert _kept() == []


def test_a_name_is_not_given_to_other_weights_and_the_same_may_come_twice(folder: Path, published: Path) -> None:
    first = source.add(folder, Ticket())
    assert source.add(published, Ticket()).sha256 == first.sha256
    tensors = load_file(folder / "model.safetensors")
    save_file({name: value + 1 for name, value in tensors.items()}, folder / "model.safetensors")
    with pytest.raises(Problem, match="here already") as caught:
        source.add(folder, Ticket())
    assert "pentad backbone remove dinov2-tiny" in caught.value.remedy
    assert load_backbone("dinov2-tiny").sha256 == first.sha256


@pytest.mark.parametrize("name", ["../x", "a/b/c", "", " ", "a b", "-x", "x" * 200, "a--b", "imgfocus-vits14"])
def test_names_that_cannot_be_are_refused(folder: Path, name: str) -> None:
    if not name:
        assert source.add(folder, Ticket(), name=name).id == "dinov2-tiny"
        return
    with pytest.raises(Problem):
        source.add(folder, Ticket(), name=name)


def test_weights_changed_behind_its_back_are_not_used(folder: Path) -> None:
    source.add(folder, Ticket())
    weights = imported_folder("dinov2-tiny") / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(bytes(data))
    with pytest.raises(Problem, match="sha256") as caught:
        load_backbone("dinov2-tiny")
    assert "pentad backbone import" in caught.value.remedy


def test_a_damaged_or_newer_card_is_listed_as_what_it_is(folder: Path) -> None:
    source.add(folder, Ticket())
    card = imported_folder("dinov2-tiny") / "pentad.json"
    for text, words in (("{", "damaged"), (json.dumps({"format": 9}), "newer Pentad")):
        card.write_text(text)
        (listed,) = [one for one in source.available() if one.id == "dinov2-tiny"]
        assert not listed.available
        assert words in listed.source
        with pytest.raises(Problem, match=words):
            find_imported("dinov2-tiny")
    with pytest.raises(Problem, match="newer"):
        source.add(folder, Ticket())
    card.write_text("{")
    with pytest.raises(Problem, match="damaged") as caught:
        source.add(folder, Ticket())
    assert "Remove it" in caught.value.remedy
    source.remove("dinov2-tiny")
    assert _kept() == []
    source.add(folder, Ticket())


@pytest.mark.parametrize("id", ["dinov2-tiny", "../../elsewhere"])
def test_a_card_that_lies_in_another_folder_hides_nothing_and_removes_nothing_else(folder: Path, id: str) -> None:
    source.add(folder, Ticket())
    own = imported_folder("dinov2-tiny")
    other = own.with_name("copied-by-hand")
    shutil.copytree(own, other)
    card = json.loads((other / "pentad.json").read_text())
    (other / "pentad.json").write_text(json.dumps({**card, "id": id}))
    listed = {one.id: one for one in source.available() if one.imported}
    assert listed["dinov2-tiny"].available
    assert not listed["copied-by-hand"].available
    source.remove("copied-by-hand")
    assert not other.exists()
    assert find_imported("dinov2-tiny") is not None


def test_a_lone_file_of_a_published_size_needs_no_configuration(tmp_path: Path) -> None:
    from transformers import Dinov2WithRegistersConfig, Dinov2WithRegistersModel

    config = Dinov2WithRegistersConfig(
        hidden_size=384, num_hidden_layers=1, num_attention_heads=6, image_size=518, patch_size=14
    )
    tensors = {name: value.numpy() for name, value in Dinov2WithRegistersModel(config).state_dict().items()}
    lone = tmp_path / "dinov2-small-reg.safetensors"
    save_file(tensors, lone)
    for key, value in configuration(lone).items():
        assert getattr(config, key) == value, key
    assert source.add(lone, Ticket()).id == "dinov2-small-reg"
    assert load_backbone("dinov2-small-reg", blocks=(0,)).width == 384


def test_a_lone_file_of_an_unknown_size_wants_its_configuration(folder: Path) -> None:
    lone = (folder / "model.safetensors").rename(folder / "mine.safetensors")
    assert source.add(lone, Ticket()).id == "mine"
    (folder / "config.json").unlink()
    with pytest.raises(Problem, match="no known size") as caught:
        source.add(lone, Ticket(), name="other")
    assert "config.json" in caught.value.remedy


def test_what_is_no_backbone_is_said(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"x")
    (tmp_path / "vit_s_focus.onnx").write_bytes(b"not it")
    for place, words in (
        (tmp_path / "nothing", "nothing at"),
        (tmp_path / "photo.png", "no backbone"),
        (tmp_path / "vit_s_focus.onnx", "does not hold"),
        (tmp_path, "does not hold"),
    ):
        with pytest.raises(Problem, match=words):
            source.add(place, Ticket())


KILLED = """
import sys, time
from pathlib import Path
from pentad_models.backbones import importing, source
class Slow:
    def check(self): pass
    def report(self, fraction, message=""):
        if fraction > 0.5:
            print("half of it is written", flush=True)
            time.sleep(60)
source.add(Path(sys.argv[1]), Slow())
"""


def test_an_import_that_was_killed_is_no_backbone_and_the_next_one_clears_it_away(folder: Path, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE) as halfway:
        assert halfway.stdout is not None
        assert halfway.stdout.readline() == b"half of it is written\n"
        halfway.kill()
    assert len(_kept()) == 1
    assert "dinov2-tiny" not in [one.id for one in source.available()]
    source.add(folder, Ticket(), name="another")
    assert _kept() == []


def test_a_model_finds_its_backbone_by_name_and_takes_no_other_weights_for_it(
    folder: Path, published: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data, model = write_tiny_dataset(tmp_path / "plates", train=2, good=1, bad=0), tmp_path / "model"
    detect = ["detect", "--model", str(model), "--data", str(data), "--out"]
    assert main(["backbone", "import", str(folder), "--name", "facebook/dinov2-tiny", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["use"] == "--set backbone=facebook/dinov2-tiny"
    settings = [
        word for pair in ("backbone=facebook/dinov2-tiny", "input=56", "blocks=1-2") for word in ("--set", pair)
    ]
    assert main(["train", "patchcore", "--data", str(data), "--out", str(model), *settings]) == 0
    assert main([*detect, str(tmp_path / "first.h5")]) == 0
    assert main(["backbone", "remove", "facebook/dinov2-tiny"]) == 0
    capfd.readouterr()
    assert main([*detect, str(tmp_path / "second.h5")]) == 2
    assert "pentad backbone import" in capfd.readouterr().err
    tensors = load_file(published / "model.safetensors")
    save_file({name: value * 2 for name, value in tensors.items()}, folder / "model.safetensors")
    assert main(["backbone", "import", str(folder), "--name", "facebook/dinov2-tiny"]) == 0
    assert main([*detect, str(tmp_path / "third.h5")]) == 2
    assert "with other weights" in capfd.readouterr().err


def test_a_disk_that_fills_up_halfway_is_said_and_leaves_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk", kilobytes=120) as disk:
        monkeypatch.setenv("PENTAD_HOME", str(disk / "home"))
        monkeypatch.setattr(importing, "_check_room", lambda *_: None)
        with pytest.raises(Problem, match="could not be written") as caught:
            source.add(folder, Ticket())
        assert "Free some space" in caught.value.remedy
        assert _kept() == []
