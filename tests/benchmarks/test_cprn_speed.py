"""What CPRN costs on top of the frozen encoder it reads."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pentad.core.problem import Problem
from pentad.sdk import Request, ViewPixels
from pentad.sdk.testing import PatientTicket, RandomParts
from pentad_models.cprn import MODEL

_VIEWS, _SIDE = 5, 392


def _view(index: int) -> ViewPixels:
    random = np.random.default_rng(index)
    rgb = random.integers(0, 255, (_SIDE, _SIDE, 3), dtype=np.uint8)
    normals = random.normal(size=(_SIDE, _SIDE, 3)).astype(np.float32)
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    return ViewPixels(f"view{index}", rgb, normals, (_SIDE, _SIDE))


def _seconds(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


@pytest.mark.benchmark
def test_five_views_cost_the_encoder_and_at_most_sixty_per_cent_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from pentad_models.backbones.pixels import encode
    from pentad_models.backbones.vit import load_backbone
    from pentad_models.backbones.windows import whole_views

    try:
        backbone = load_backbone("imgfocus-vits14")
    except Problem as problem:
        pytest.skip(f"{problem} ({problem.remedy})")
    MODEL.trainer({"steps": 1, "batch": 2, "crop": "frame"}).train(RandomParts(4), tmp_path, PatientTicket())
    predictor = MODEL.load(tmp_path)
    request = Request("part", tuple(_view(index) for index in range(_VIEWS)))

    whole = whole_views(_SIDE // backbone.patch).whole

    def encoder_alone() -> None:
        for view in request.views:
            encode(backbone, view, whole, ("rgb", "normal"))

    encoder_alone()
    predictor.predict(request, PatientTicket())
    # Why turn by turn, and the quickest of each: other work on the machine comes and goes.
    turns = [(_seconds(encoder_alone), _seconds(lambda: predictor.predict(request, PatientTicket()))) for _ in range(3)]
    encoder, whole = (min(times) for times in zip(*turns, strict=True))
    with capsys.disabled():
        more = 100 * (whole / encoder - 1)
        print(
            f"\n{_VIEWS} views RGB + normals at {_SIDE} px: encoder {encoder:.2f} s, CPRN {whole:.2f} s (+{more:.0f} %)"
        )
    assert whole <= 1.6 * encoder
