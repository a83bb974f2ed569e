"""The frozen encoder gives the tokens of the blocks that were asked for, or says why it cannot."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from torch import Tensor
from torch.nn import functional

from pentad.core.problem import Problem
from pentad_models.backbones.vit import default_blocks, load_backbone
from tests.helpers.tiny_backbone import write_tiny_backbone

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def _reference(folder: Path, image: Tensor, *, heads: int = 2, registers: int = 0) -> list[Tensor]:
    """A plain ViT written from the paper: the patch tokens (N, D) after each block, in double precision."""
    weights = {
        name: torch.from_numpy(value).double() for name, value in load_file(folder / "model.safetensors").items()
    }
    pixels = (image.double() - torch.tensor(_MEAN).view(3, 1, 1)) / torch.tensor(_STD).view(3, 1, 1)
    patch = "embeddings.patch_embeddings.projection"
    tokens = functional.conv2d(pixels[None], weights[f"{patch}.weight"], weights[f"{patch}.bias"], stride=14)
    side = tokens.shape[-1]
    places = weights["embeddings.position_embeddings"]
    known = round((places.shape[1] - 1) ** 0.5)
    grid = places[:, 1:].view(1, known, known, -1).permute(0, 3, 1, 2)
    # Why: the published models with registers resample their positions with antialiasing, those without do not.
    grid = functional.interpolate(grid, (side, side), mode="bicubic", antialias=registers > 0)
    grid = grid.flatten(2).transpose(1, 2)
    first = weights["embeddings.cls_token"][0] + places[0, :1]
    extra = [weights["embeddings.register_tokens"][0]] if registers else []
    x = torch.cat([first, *extra, (tokens.flatten(2).transpose(1, 2) + grid)[0]])
    kept = []
    for block in range(4):
        x = _block(weights, f"encoder.layer.{block}.", x, heads)
        kept.append(x[1 + registers :])
    return kept


def _block(weights: dict[str, Tensor], name: str, x: Tensor, heads: int) -> Tensor:
    def linear(part: str, y: Tensor) -> Tensor:
        return functional.linear(y, weights[f"{name}{part}.weight"], weights[f"{name}{part}.bias"])

    def norm(part: str, y: Tensor) -> Tensor:
        return functional.layer_norm(
            y, y.shape[-1:], weights[f"{name}{part}.weight"], weights[f"{name}{part}.bias"], 1e-6
        )

    y = norm("norm1", x)
    q, k, v = (linear(f"attention.{part}_proj", y).view(len(x), heads, -1).transpose(0, 1) for part in "qkv")
    mixed = ((q @ k.transpose(1, 2) / q.shape[-1] ** 0.5).softmax(-1) @ v).transpose(0, 1).flatten(1)
    x = x + linear("attention.o_proj", mixed) * weights[f"{name}layer_scale1.lambda1"]
    hidden = functional.gelu(linear("mlp.fc1", norm("norm2", x)))
    return x + linear("mlp.fc2", hidden) * weights[f"{name}layer_scale2.lambda1"]


@pytest.mark.parametrize("side", [56, 84])
@pytest.mark.parametrize("registers", [False, True])
def test_tokens_equal_those_of_a_transformer_written_by_hand(tmp_path: Path, side: int, registers: bool) -> None:
    folder = write_tiny_backbone(tmp_path / "vit", registers=registers)
    image = torch.rand(3, side, side, generator=torch.Generator().manual_seed(0))
    expected = _reference(folder, image, registers=4 if registers else 0)
    found = load_backbone(str(folder), blocks=(1, 3))(image[None])
    assert found.shape == (1, 2, (side // 14) ** 2, 24)
    for index, block in enumerate((1, 3)):
        np.testing.assert_allclose(found[0, index].numpy(), expected[block].numpy(), atol=2e-5)


def test_blocks_after_the_last_one_read_are_not_kept(tiny: str) -> None:
    whole, cut = load_backbone(tiny, blocks=(3,)), load_backbone(tiny, blocks=(0,))
    per_block = sum(p.numel() for p in whole.parameters()) - sum(p.numel() for p in cut.parameters())
    assert per_block > 0
    image = torch.rand(1, 3, 56, 56)
    assert torch.equal(cut(image)[:, 0], load_backbone(tiny, blocks=(0, 3))(image)[:, 0])


def test_the_late_blocks_of_imgfocus_are_not_read() -> None:
    assert list(default_blocks("imgfocus-vits14", 12)) == [3, 4, 5, 6, 7, 8]
    assert list(default_blocks("facebook/dinov2-small", 12)) == [2, 3, 4, 5, 6, 7, 8, 9]


def test_names_of_published_checkpoints_are_understood(tmp_path: Path) -> None:
    folder = write_tiny_backbone(tmp_path / "new")
    old = tmp_path / "old"
    old.mkdir()
    (old / "config.json").write_text((folder / "config.json").read_text())
    renamed = {_published(name): value for name, value in load_file(folder / "model.safetensors").items()}
    save_file(renamed, old / "model.safetensors")
    image = torch.rand(1, 3, 56, 56)
    assert torch.equal(load_backbone(str(old))(image), load_backbone(str(folder))(image))


def _published(name: str) -> str:
    for short, part in (("q", "query"), ("k", "key"), ("v", "value")):
        name = name.replace(f"attention.{short}_proj", f"attention.attention.{part}")
    return name.replace("attention.o_proj", "attention.output.dense")


def test_unknown_weights_are_a_problem_that_names_them() -> None:
    with pytest.raises(Problem, match="facebook/nothing"):
        load_backbone("facebook/nothing")


def test_another_architecture_is_a_problem(tmp_path: Path) -> None:
    folder = write_tiny_backbone(tmp_path / "vit")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "bert"}))
    with pytest.raises(Problem, match="another kind"):
        load_backbone(str(folder))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_truncated_or_missing_file_is_a_problem(tmp_path: Path, name: str) -> None:
    folder = write_tiny_backbone(tmp_path / "vit")
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[: len(data) // 2])
    with pytest.raises(Problem):
        load_backbone(str(folder))
    (folder / name).unlink()
    with pytest.raises(Problem):
        load_backbone(str(folder))


def test_weights_that_lack_a_tensor_are_a_problem(tmp_path: Path) -> None:
    folder = write_tiny_backbone(tmp_path / "vit")
    tensors = load_file(folder / "model.safetensors")
    del tensors["encoder.layer.1.norm1.bias"]
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(Problem, match=r"encoder\.layer\.1\.norm1\.bias"):
        load_backbone(str(folder))


def test_blocks_the_backbone_has_not_are_a_problem(tiny: str) -> None:
    with pytest.raises(Problem, match="no blocks"):
        load_backbone(tiny, blocks=(2, 12))
