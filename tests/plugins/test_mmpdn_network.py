"""MMPDN's layers and losses against other people's layers, brute force and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.autograd import gradcheck
from transformers import ResNetConfig, ResNetModel

from pentad_models.ptad.mmpdn.losses import corners, detection_loss, map_loss, overlap
from pentad_models.ptad.mmpdn.network import Mmpdn, cosine_distance
from pentad_models.ptad.mmpdn.resnet import ResNet18


def size(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_layout_has_the_parameters_that_were_counted_by_hand() -> None:
    network = Mmpdn()
    assert size(network.encoder) == 11_176_512
    assert size(network.pyramid) == 2_362_368
    assert size(network.fuse) == 2_359_808
    assert size(network.score) == 524_545
    assert size(network.box) == 1_181_444
    assert size(network) == 17_604_677
    assert size(Mmpdn(channelwise=True).pyramid) == 2_607_104


def test_resnet18_computes_what_another_implementation_does() -> None:
    torch.manual_seed(1)
    ours = ResNet18().eval()
    config = ResNetConfig(
        embedding_size=64, hidden_sizes=[64, 128, 256, 512], depths=[2, 2, 2, 2], layer_type="basic",
        downsample_in_first_stage=False,
    )  # fmt: skip
    theirs = ResNetModel(config).eval()
    for module in ours.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            nn.init.uniform_(module.get_buffer("running_mean"), -1, 1)
    theirs.load_state_dict({_their_name(name): value for name, value in ours.state_dict().items()})
    images = torch.randn(2, 3, 64, 96)
    with torch.inference_mode():
        expected = theirs(images, output_hidden_states=True).hidden_states[1:]
        found = ours(images)
    assert [tuple(level.shape) for level in found] == [(2, 64, 16, 24), (2, 128, 8, 12), (2, 256, 4, 6), (2, 512, 2, 3)]
    for level, other in zip(found, expected, strict=True):
        torch.testing.assert_close(level, other, rtol=1e-4, atol=1e-4)


def _their_name(name: str) -> str:
    """``layer2.0.bn1.weight`` in the words of transformers."""
    place, _, last = name.rpartition(".")
    if place in ("conv1", "bn1"):
        return f"embedder.embedder.{'convolution' if place == 'conv1' else 'normalization'}.{last}"
    stage, block, kind = place.removeprefix("layer").split(".", 2)
    inner = {
        "conv1": "layer.0.convolution",
        "bn1": "layer.0.normalization",
        "conv2": "layer.1.convolution",
        "bn2": "layer.1.normalization",
        "downsample.0": "shortcut.convolution",
        "downsample.1": "shortcut.normalization",
    }[kind]
    return f"encoder.stages.{int(stage) - 1}.layers.{block}.{inner}.{last}"


def test_the_distance_is_eq_9_at_every_pixel() -> None:
    random = np.random.default_rng(0)
    query, reference = random.normal(size=(2, 2, 5, 3, 4))
    found = cosine_distance(torch.from_numpy(query), torch.from_numpy(reference), channelwise=False).numpy()
    apart = cosine_distance(torch.from_numpy(query), torch.from_numpy(reference), channelwise=True).numpy()
    assert found.shape == (2, 1, 3, 4)
    assert apart.shape == (2, 5, 3, 4)
    for image, y, x in np.ndindex(2, 3, 4):
        one, other = query[image, :, y, x], reference[image, :, y, x]
        expected = 1 - one @ other / (np.linalg.norm(one) * np.linalg.norm(other))
        assert found[image, 0, y, x] == pytest.approx(expected, abs=1e-5)
        assert apart[image, :, y, x].sum() == pytest.approx(expected, abs=1e-5)


def test_a_photo_that_looks_like_its_reference_is_at_no_distance() -> None:
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        verdict = Mmpdn().eval()(image, image)
    assert [tuple(d.shape[2:]) for d in verdict.distances] == [(16, 16), (8, 8), (4, 4), (2, 2)]
    assert all(float(d.abs().max()) < 1e-5 for d in verdict.distances)
    assert bool(((verdict.boxes > 0) & (verdict.boxes < 1)).all())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=8, max_size=8))
def test_iou_and_giou_are_what_counting_cells_gives(ends: list[int]) -> None:
    boxes = [(min(a, c), min(b, d), max(a, c) + 1, max(b, d) + 1) for a, b, c, d in (ends[:4], ends[4:])]
    cells = np.zeros((2, 13, 13), bool)
    for number, (left, top, right, bottom) in enumerate(boxes):
        cells[number, top:bottom, left:right] = True
    shared, union = (cells[0] & cells[1]).sum(), (cells[0] | cells[1]).sum()
    columns, rows = (np.flatnonzero(cells.any(axis=axes)) for axes in ((0, 1), (0, 2)))
    hull = (np.ptp(columns) + 1) * (np.ptp(rows) + 1)
    iou, giou = overlap(*(torch.tensor([box], dtype=torch.float64) for box in boxes))
    assert float(iou) == pytest.approx(shared / union)
    assert float(giou) == pytest.approx(shared / union - (hull - union) / hull)


def test_the_loss_is_its_closed_form_and_boxes_count_only_where_one_was_drawn() -> None:
    nowhere = [float("nan")] * 4
    logits = torch.tensor([0.3, -1.0, 2.0])
    labels = torch.tensor([1.0, 0.0, 1.0])
    boxes = torch.tensor([[0.5, 0.5, 0.4, 0.2], [0.1, 0.1, 0.1, 0.1], [0.9, 0.2, 0.1, 0.3]])
    targets = torch.tensor([[0.5, 0.6, 0.4, 0.2], nowhere, nowhere])
    entropy = np.log1p(np.exp(-0.3)) + np.log1p(np.exp(-1.0)) + np.log1p(np.exp(-2.0))
    iou = 0.1 / 0.3  # two boxes of 0.4 x 0.2, one 0.1 lower: they share half, and their hull is their union
    expected = entropy / 3 + 5 * (0.1 / 4) + 2 * (1 - iou)
    assert float(detection_loss(logits, boxes, labels, targets)) == pytest.approx(expected, rel=1e-5)


def test_the_loss_has_the_gradient_that_differences_give() -> None:
    torch.manual_seed(0)
    logits = torch.randn(4, dtype=torch.float64, requires_grad=True)
    boxes = (0.2 + 0.5 * torch.rand(4, 4, dtype=torch.float64)).requires_grad_()
    targets = 0.2 + 0.5 * torch.rand(4, 4, dtype=torch.float64)
    targets[3] = float("nan")
    labels = torch.tensor([1.0, 1.0, 0.0, 1.0], dtype=torch.float64)
    assert gradcheck(lambda a, b: detection_loss(a, b, labels, targets), (logits, boxes))
    detection_loss(logits, boxes, labels, targets).backward()
    assert boxes.grad is not None
    assert not boxes.grad[2:].any()


def test_corners_are_half_a_size_from_the_centre() -> None:
    assert corners(torch.tensor([0.5, 0.4, 0.2, 0.1])).tolist() == pytest.approx([0.4, 0.35, 0.6, 0.45])


def test_the_maps_are_told_of_every_cell_that_somebody_looked_at() -> None:
    random = np.random.default_rng(3)
    level = random.uniform(0, 1.5, (3, 1, 2, 2)).astype(np.float32)
    masks = np.zeros((3, 2, 8, 8), np.float32)
    masks[0, :, :3, 5:] = 1
    masks[1, 1, 6:, :2] = 1
    masks[2] = np.nan
    near, far, cells, covered = 0.0, 0.0, 0, 0.0
    for image, y, x in np.ndindex(2, 2, 2):
        here = (image, slice(4 * y, 4 * y + 4), slice(4 * x, 4 * x + 4))
        shown, drawn = masks[here[0], 0][here[1:]].mean(), masks[here[0], 1][here[1:]].any()
        near, cells = (near, cells) if drawn else (near + level[image, 0, y, x] ** 2, cells + 1)
        far += shown * max(0.0, 1 - level[image, 0, y, x]) ** 2
        covered += shown
    found = map_loss([torch.from_numpy(level)], torch.from_numpy(masks))
    assert float(found) == pytest.approx(near / cells + far / covered, rel=1e-5)
    nobody = torch.full((1, 2, 8, 8), float("nan"))
    assert float(map_loss([torch.ones(1, 1, 4, 4)], nobody)) == 0
