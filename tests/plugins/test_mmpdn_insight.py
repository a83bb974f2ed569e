"""What MMPDN lets one see is what its verdict was made of."""

import cv2
import numpy as np
import pytest
import torch

from pentad.sdk import Explainer, Value
from pentad.sdk.made_up_parts import block_request
from pentad.sdk.model_folder import ModelCard
from pentad.sdk.settings import checked_settings
from pentad.sdk.testing import PatientTicket
from pentad_models.ptad.mmpdn.info import INFO, PRESETS
from pentad_models.ptad.mmpdn.network import Mmpdn
from pentad_models.ptad.mmpdn.predictor import MmpdnPredictor

SMALL: dict[str, Value] = {"side": 64, "pose": "none", "precision": "float32"}


def untrained() -> MmpdnPredictor:
    """A network as it is before it has learnt: its maps are maps nevertheless."""
    torch.manual_seed(1)
    settings = checked_settings(INFO, SMALL, presets=PRESETS)
    scale = {"low": 0.0, "high": 1.0, "threshold": 0.5}
    return MmpdnPredictor(ModelCard("mmpdn", "resnet18", "", "default", settings, "", "", scale), Mmpdn())


def test_a_look_inside_shows_the_pair_four_distance_maps_their_fusion_and_the_box() -> None:
    predictor, request = untrained(), block_request("part", views=2, seed=100)
    assert isinstance(predictor, Explainer)
    judged, seen = predictor.predict(request, PatientTicket()), predictor.explain(request, PatientTicket())
    assert list(seen) == [view.view for view in request.views]
    for view, insight in seen.items():
        assert insight.picture.shape == (64, 64, 3)
        assert [each.title for each in insight.maps] == ["Rendered depth", "D1", "D2", "D3", "D4", "Fused"]
        assert [each.values.shape for each in insight.maps] == [(s, s) for s in (64, 16, 8, 4, 2, 8)]
        assert insight.score == pytest.approx(judged.views[view].score, abs=1e-5)
        for distance in insight.maps[1:5]:
            assert distance.values.min() >= -1e-5
            assert distance.values.max() <= 2 + 1e-5
        finest, next_one = (each.values for each in insight.maps[1:3])
        heat = (finest + cv2.resize(next_one, (16, 16), interpolation=cv2.INTER_LINEAR)) / 2
        shown = judged.views[view].heatmap.values
        assert float(np.nanmax(shown)) == pytest.approx(float(heat.max()), abs=0.1), "the heat is D1 and D2"
