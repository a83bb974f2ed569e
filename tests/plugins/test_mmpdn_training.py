"""What MMPDN learns from is varied alike on both sides, kept across interruptions, and refused in words."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from pentad.core.mesh import Mesh
from pentad.core.problem import Problem
from pentad.sdk import Request, Value, ViewPixels
from pentad.sdk.cancelled import Cancelled
from pentad.sdk.made_up_parts import BlockParts, block_mesh, block_view
from pentad.sdk.model_folder import ModelCard
from pentad.sdk.settings import checked_settings
from pentad.sdk.testing import ImpatientTicket, PatientTicket, check_model
from pentad_models.ptad.mmpdn import MODEL
from pentad_models.ptad.mmpdn.batches import cut, varied
from pentad_models.ptad.mmpdn.heat import best_threshold
from pentad_models.ptad.mmpdn.kept_pairs import KeptPairs, Lesson, Lessons
from pentad_models.ptad.mmpdn.network import Mmpdn
from pentad_models.ptad.mmpdn.predictor import MmpdnPredictor
from pentad_models.ptad.mmpdn.resnet import ResNet18

SMALL: dict[str, Value] = {"side": 64, "epochs": 1, "batch": 4, "pose": "none", "precision": "float32"}


def test_mmpdn_keeps_the_promises_of_the_door(tmp_path: Path) -> None:
    check_model(MODEL, settings=SMALL, folder=tmp_path)


def test_it_tells_its_losses_epoch_by_epoch(tmp_path: Path) -> None:
    ticket = PatientTicket()
    report = MODEL.trainer({**SMALL, "epochs": 2}).train(BlockParts(), tmp_path, ticket)
    assert [(news.step, news.steps) for news in ticket.news] == [(1, 2), (2, 2)]
    assert tuple(news.losses["loss"] for news in ticket.news) == report.losses
    for news in ticket.news:
        assert news.losses["loss"] == pytest.approx(news.losses["score and box"] + news.losses["maps"])


def lessons(count: int, side: int = 32) -> Lessons:
    """Pairs whose photo is their depth: what holds of one must hold of the other."""
    random = np.random.default_rng(0)
    grey = random.integers(1, 256, (count, side, side, 1), np.uint8)
    full = np.full_like(grey, 255)
    pairs = np.concatenate([grey, grey, grey, full, np.zeros_like(grey), grey], axis=3)
    boxes = np.tile(np.array([[0.4, 0.6, 0.2, 0.3]], np.float32), (count, 1))
    rows = np.arange(count)
    return Lessons(pairs, rows, np.ones(count, np.float32), boxes, rows)


def test_photo_and_depth_are_cropped_and_flipped_alike() -> None:
    batch = varied(lessons(8), np.arange(8), np.random.default_rng(1), masked=True)
    for photo, depth in zip(batch.query[:, 0].flatten(1), batch.reference[:, 0].flatten(1), strict=True):
        unclipped = photo.abs() < 0.999
        assert float(torch.corrcoef(torch.stack([photo[unclipped], depth[unclipped]]))[0, 1]) > 0.999


def test_the_same_draw_gives_the_same_batch_and_another_one_another() -> None:
    made = [varied(lessons(4), np.arange(4), np.random.default_rng(seed), masked=True).query for seed in (3, 3, 4)]
    assert torch.equal(made[0], made[1])
    assert not torch.equal(made[0], made[2])


@given(
    ends=st.tuples(*(st.integers(0, 39) for _ in range(4))),
    corner=st.tuples(st.integers(0, 8), st.integers(0, 8)),
    size=st.integers(20, 32),
)
@settings(max_examples=60, deadline=None)
def test_a_cut_box_is_what_is_left_of_its_pixels(
    ends: tuple[int, int, int, int], corner: tuple[int, int], size: int
) -> None:
    left, right = sorted((ends[0], ends[2]))
    top, bottom = sorted((ends[1], ends[3]))
    image = np.zeros((40, 40), bool)
    image[top : bottom + 1, left : right + 1] = True
    window = image[corner[1] : corner[1] + size, corner[0] : corner[0] + size]
    box = (
        np.array([left + right + 1, top + bottom + 1, 2 * (right + 1 - left), 2 * (bottom + 1 - top)], np.float32) / 80
    )
    found = cut(box.astype(np.float32), (np.array(corner) / 40).astype(np.float32), size / 40)
    if not window.any():
        assert found[2] * found[3] == pytest.approx(0, abs=1e-6)
        return
    rows, columns = np.flatnonzero(window.any(axis=1)), np.flatnonzero(window.any(axis=0))
    expected = [columns[0] + columns[-1] + 1, rows[0] + rows[-1] + 1, 2 * np.ptp(columns) + 2, 2 * np.ptp(rows) + 2]
    assert found == pytest.approx(np.array(expected) / (2 * size), abs=1e-5)


@given(st.lists(st.tuples(st.floats(0.015625, 0.984375, width=32), st.booleans()), min_size=2, max_size=12))
@settings(max_examples=60, deadline=None)
def test_the_threshold_calls_as_many_rightly_as_any_other_could(judged: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in judged], np.float32)
    labels = np.array([label for _, label in judged], np.float32)
    found = best_threshold(scores, labels)
    if len(np.unique(scores)) < len(scores) or len(np.unique(labels)) < 2:
        return
    tried = np.concatenate([[0], (np.sort(scores)[1:] + np.sort(scores)[:-1]) / 2, [1]])
    most = max(int(((scores > at) == (labels > 0)).sum()) for at in tried)
    assert int(((scores > found) == (labels > 0)).sum()) == most


def test_pairs_are_made_once_and_a_part_that_cannot_be_used_is_left_out(tmp_path: Path) -> None:
    parts, asked = [range(2), range(2, 3), range(3, 5)], list[int]()

    def work(part: int) -> Sequence[Lesson | None]:
        asked.append(part)
        if part == 1:
            raise Problem("no outline", remedy="x")
        some = [
            Lesson(np.full((8, 8, 5), 10 * part + k, np.uint8), float(k), np.zeros(4, np.float32)) for k in range(2)
        ]
        return some if part == 0 else [some[0], None]

    def fill(key: str = "one") -> Lessons:
        kept = KeptPairs(tmp_path, key, 5, (8, 8, 5))
        return kept.fill(parts, [0, 1, 2], lambda part: part, work, PatientTicket())

    with pytest.raises(Cancelled):
        KeptPairs(tmp_path, "one", 5, (8, 8, 5)).fill(parts, [0, 1, 2], lambda p: p, work, ImpatientTicket(0))
    first, again = fill(), fill()
    assert sorted(asked) == [0, 1, 2]
    for found in (first, again):
        assert found.places.tolist() == [0, 1, 3]
        assert found.parts.tolist() == [0, 0, 2]
        assert found.labels.tolist() == [0, 1, 0]
        assert found.pairs[found.places, 0, 0, 0].tolist() == [0, 1, 20]
    facts = tmp_path / "facts.f32"
    facts.write_bytes(facts.read_bytes()[:-1] + b"?")
    assert len(fill()) == 3
    assert sorted(asked) == [0, 0, 1, 1, 2, 2]
    asked.clear()
    fill("another")
    assert sorted(asked) == [0, 1, 2]


def test_where_no_part_can_be_used_the_last_reason_is_told(tmp_path: Path) -> None:
    def work(part: int) -> Sequence[Lesson | None]:
        raise Problem("no outline", remedy="Take the photos on a plain ground.")

    with pytest.raises(Problem, match=r"nothing to learn from: no outline"):
        KeptPairs(tmp_path, "one", 2, (8, 8, 5)).fill(
            [range(1), range(1, 2)], [0, 1], lambda p: p, work, PatientTicket()
        )


class WithoutMesh(BlockParts):
    def mesh(self, part: int) -> Mesh | None:
        return None


class OnlyGood(BlockParts):
    def __getitem__(self, index: int) -> ViewPixels:
        return block_view("top", seed=index)


@pytest.mark.parametrize(
    ("data", "why"), [(WithoutMesh(), "has no mesh"), (OnlyGood(), "only one kind of part to learn from")]
)
def test_data_that_cannot_teach_it_is_refused_in_words(tmp_path: Path, data: BlockParts, why: str) -> None:
    with pytest.raises(Problem, match=why):
        MODEL.trainer(SMALL).train(data, tmp_path, PatientTicket())


def test_settings_that_do_not_fit_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="'side' cannot be 100"):
        MODEL.trainer({"side": 100})
    save_file({"conv1.weight": torch.zeros(3)}, tmp_path / "other.safetensors")
    for name in ("other", "nowhere"):
        with pytest.raises(Problem, match="no state dict of ResNet18"):
            MODEL.trainer({**SMALL, "weights": str(tmp_path / f"{name}.safetensors")}).train(
                BlockParts(), tmp_path, PatientTicket()
            )


def test_a_network_begins_with_the_weights_it_is_given(tmp_path: Path) -> None:
    from pentad_models.ptad.mmpdn.course import network

    given = ResNet18().state_dict()
    save_file(given, tmp_path / "resnet18.safetensors")
    trainer = MODEL.trainer({"weights": str(tmp_path / "resnet18.safetensors")})
    made = network({**SMALL, "seed": 0, "distance": "cosine", "weights": str(tmp_path / "resnet18.safetensors")})
    assert trainer.longest_side == 512
    assert all(torch.equal(made.encoder.state_dict()[name], value) for name, value in given.items())


def test_samples_without_mesh_or_camera_are_problems_that_say_so() -> None:
    chosen = checked_settings(MODEL.info, SMALL)
    scale = {"low": 0.0, "high": 1.0, "threshold": 0.5}
    card = ModelCard("mmpdn", "resnet18", "", "default", chosen, "made_up", "2026-11-22T10:00:00", scale)
    predictor, view = MmpdnPredictor(card, Mmpdn()), block_view("west", seed=1)
    with pytest.raises(Problem, match="S0001 has no mesh"):
        predictor.predict(Request("S0001", (view,)), PatientTicket())
    with pytest.raises(Problem, match="view west has no camera"):
        predictor.predict(Request("S0001", (replace(view, camera=None),), block_mesh()), PatientTicket())
    blank = replace(view, rgb=np.full_like(view.rgb, 255))
    with pytest.raises(Problem, match="differs from the background"):
        predictor.predict(Request("S0001", (blank,), block_mesh()), PatientTicket())


def test_pairs_that_do_not_fit_on_the_disk_are_a_problem_before_any_is_made(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="too full to train"):
        KeptPairs(tmp_path, "one", 10**12, (128, 128, 6))
