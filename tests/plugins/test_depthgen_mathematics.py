"""The equations of appendix A against closed forms and twins written by hand."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional

from pentad.core.problem import Problem
from pentad.sdk import Value
from pentad.sdk.settings import checked_settings
from pentad.sdk.testing import PatientTicket
from pentad_models.depthgen.conditioner import CrossAttention, Level, Seen
from pentad_models.depthgen.diffusion import TIMES, first_noise, noised, sample, sampler
from pentad_models.depthgen.discriminator import Discriminator
from pentad_models.depthgen.info import INFO, PRESETS
from pentad_models.depthgen.information import (
    first_beta,
    fixed_projection,
    gaussian_information,
    places,
    weight_of_normals,
)
from pentad_models.depthgen.losses import (
    discriminator_loss,
    divergence,
    generator_loss,
    reconstruction_loss,
)
from pentad_models.depthgen.training import DepthgenTrainer
from pentad_models.depthgen.unet import Denoiser, widths_of

BETAS = np.linspace(1e-4, 0.02, TIMES)
KEPT = np.cumprod(1 - BETAS)
"""Ho et al.: alpha-bar of a linear schedule."""


def settings(**changes: Value) -> dict[str, Value]:
    return checked_settings(INFO, changes, presets=PRESETS)


def pair(count: int, rank: int, rho: float, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    """Two Gaussian streams whose numbers correlate by ``rho`` one by one."""
    random = torch.Generator().manual_seed(seed)
    one, other = (torch.randn(count, rank, generator=random) for _ in range(2))
    return one, rho * one + math.sqrt(1 - rho**2) * other


def test_cross_attention_is_equation_a5_by_heads() -> None:
    attend = CrossAttention(24, 16, 12)
    random = torch.Generator().manual_seed(0)
    asked, tokens = torch.randn(2, 9, 24, generator=random), torch.randn(2, 7, 12, generator=random)
    found = attend(attend.queries(asked), attend.keys(tokens), attend.values(tokens))
    wide = 16 // 2
    for head in range(2):
        own = slice(head * wide, (head + 1) * wide)
        query = torch.einsum("bnc,dc->bnd", asked, attend.queries.weight[own])
        key = torch.einsum("btc,dc->btd", tokens, attend.keys.weight[own])
        value = torch.einsum("btc,dc->btd", tokens, attend.values.weight[own])
        scores = torch.einsum("bnd,btd->bnt", query, key) / math.sqrt(wide)
        shares = scores.exp() / scores.exp().sum(-1, keepdim=True)
        assert torch.allclose(found[..., own], torch.einsum("bnt,btd->bnd", shares, value), atol=1e-5)


def test_keys_are_the_norm_of_tokens_and_prototypes_together() -> None:
    level = Level(24, 16, 12, condition="full", alpha="centred")
    tokens, prototypes = torch.randn(2, 3, 3, 12), torch.randn(2, 5, 12)
    keys, values, spatial = level.prepared("rgb", tokens, prototypes)
    joined = torch.cat([tokens.reshape(2, 9, 12), prototypes], 1)
    normed = (joined - joined.mean(-1, keepdim=True)) / (joined.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt()
    weights = level.attend["rgb"].state_dict()
    assert torch.allclose(values, normed @ weights["values.weight"].T, atol=1e-5)
    assert torch.allclose(keys[:, 9:], (normed @ weights["keys.weight"].T)[:, 9:], atol=1e-5)
    assert torch.allclose(keys[:, :9] - spatial, places(3, 3, 16).expand(2, -1, -1), atol=1e-5)


@given(st.floats(0.01, 50), st.floats(0.01, 50), st.floats(0, 8))
def test_alpha_is_equation_a6_and_its_centred_form(normal: float, rgb: float, beta: float) -> None:
    known, factor = torch.tensor([normal, rgb]).double(), torch.tensor(beta).double()
    share = normal / (normal + rgb)
    printed, centred = (float(weight_of_normals(known, factor, form)) for form in ("paper", "centred"))
    assert printed == pytest.approx(1 / (1 + math.exp(-beta * share)), abs=1e-6)
    assert centred == pytest.approx(1 / (1 + math.exp(-beta * (2 * share - 1))), abs=1e-6)
    assert printed >= 0.5


def test_equal_information_weighs_equally_only_in_the_centred_form() -> None:
    even = torch.ones(2)
    assert float(weight_of_normals(even, torch.tensor(first_beta("centred")), "centred")) == 0.5
    assert float(weight_of_normals(even, torch.tensor(first_beta("paper")), "paper")) == pytest.approx(0.6225, abs=1e-4)


def test_independent_streams_share_no_information() -> None:
    found = [float(gaussian_information(*pair(2000, 16, 0.0, seed))) for seed in range(5)]
    assert max(found) < 0.02


def test_information_is_that_of_gaussians_and_grows_with_their_correlation() -> None:
    found = [float(gaussian_information(*pair(20000, 8, rho))) for rho in (0.0, 0.3, 0.6, 0.9)]
    assert found == sorted(found)
    assert found[3] == pytest.approx(-4 * math.log(1 - 0.81), rel=0.05)


def test_information_is_the_same_under_invertible_maps() -> None:
    one, other = pair(800, 8, 0.7)
    mixed = one @ torch.randn(8, 8, generator=torch.Generator().manual_seed(3)) + 5
    assert float(gaussian_information(mixed, other)) == pytest.approx(float(gaussian_information(one, other)), rel=1e-3)


def test_information_of_dead_features_is_least_and_finite() -> None:
    dead = torch.zeros(100, 8)
    assert float(gaussian_information(dead, torch.randn(100, 8))) == pytest.approx(1e-6)


def test_the_projection_is_orthonormal_and_the_same_in_every_run() -> None:
    projection = fixed_projection(48, 16)
    assert torch.allclose(projection.T @ projection, torch.eye(16), atol=1e-6)
    assert torch.equal(projection, fixed_projection(48, 16))


def test_the_same_place_has_the_same_code_in_grids_of_any_size() -> None:
    coarse, fine = places(3, 3, 16).view(3, 3, 16), places(9, 9, 16).view(9, 9, 16)
    assert torch.allclose(coarse, fine[1::3, 1::3], atol=1e-5)


def test_noise_is_added_as_the_closed_form_says() -> None:
    codes, noise = torch.randn(3, 4, 8, 8), torch.randn(3, 4, 8, 8)
    times = torch.tensor([0, 499, 999])
    keep = torch.tensor(KEPT, dtype=torch.float32)[times].view(-1, 1, 1, 1)
    noisy, target = noised(codes, noise, times, "epsilon")
    assert torch.allclose(noisy, keep.sqrt() * codes + (1 - keep).sqrt() * noise, atol=1e-5)
    assert target is noise
    _, velocity = noised(codes, noise, times, "v")
    assert torch.allclose(velocity, keep.sqrt() * noise - (1 - keep).sqrt() * codes, atol=1e-5)


@pytest.mark.parametrize("prediction", ["epsilon", "v"])
def test_a_step_back_is_that_of_ddim(prediction: str) -> None:
    chosen = sampler(settings(prediction=prediction), 10)
    assert chosen.timesteps[0] == TIMES - 1
    now, before = int(chosen.timesteps[3]), int(chosen.timesteps[3]) - TIMES // 10
    codes, found = torch.randn(2, 4, 8, 8), torch.randn(2, 4, 8, 8)
    keep, then = float(KEPT[now]), float(KEPT[before])
    noise = found if prediction == "epsilon" else math.sqrt(keep) * found + math.sqrt(1 - keep) * codes
    clean = (codes - math.sqrt(1 - keep) * noise) / math.sqrt(keep)
    stepped = chosen.step(found, now, codes).prev_sample
    assert torch.allclose(stepped, math.sqrt(then) * clean + math.sqrt(1 - then) * noise, atol=1e-4)


@pytest.mark.parametrize("name", ["ddim", "dpm", "ddpm"])
def test_a_perfect_prediction_is_sampled_to_the_code_itself(name: str) -> None:
    code = torch.randn(1, 4, 4, 4)
    table = torch.tensor(KEPT, dtype=torch.float32)

    def noise_in(noisy: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        keep = table[times].view(-1, 1, 1, 1)
        return (noisy - keep.sqrt() * code) / (1 - keep).sqrt()

    noise, random = first_noise((4, 4, 4), seed=1, view="top", samples=2)
    chosen = settings(prediction="epsilon", sampler=name)
    found = sample(noise_in, noise, random, settings=chosen, steps=20, ticket=PatientTicket())
    assert torch.allclose(found, code.expand(2, -1, -1, -1), atol=0.02)


def test_noise_depends_on_seed_view_and_number_alone() -> None:
    two, _ = first_noise((4, 4, 4), seed=1, view="top", samples=2)
    three, _ = first_noise((4, 4, 4), seed=1, view="top", samples=3)
    assert torch.equal(two, three[:2])
    assert not torch.equal(two[0], two[1])
    assert not torch.equal(two, first_noise((4, 4, 4), seed=1, view="left", samples=2)[0])


def test_reconstruction_counts_only_where_there_is_depth() -> None:
    made, true, valid = torch.zeros(1, 1, 2, 2), torch.tensor([[[[1.0, 2.0], [9.0, 9.0]]]]), torch.zeros(1, 1, 2, 2)
    valid[..., 0, :] = 1
    assert float(reconstruction_loss(made, true, valid)) == pytest.approx(2.5)
    assert float(reconstruction_loss(made, true, valid, absolute=True)) == pytest.approx(1.5)
    assert float(reconstruction_loss(made, true, torch.zeros_like(valid))) == 0


def test_the_adversarial_losses_are_equation_a4_and_its_usual_kin() -> None:
    fake, real = torch.tensor([0.3, -1.2]), torch.tensor([0.8, 2.0])
    seen, true = fake.sigmoid(), real.sigmoid()
    printed = (1 - seen).log().mean() + true.log().mean()
    assert float(discriminator_loss(fake, real, "minimax")) == pytest.approx(-float(printed), abs=1e-6)
    assert float(generator_loss(fake, "minimax")) == pytest.approx(float((1 - seen).log().mean()), abs=1e-6)
    assert float(generator_loss(fake, "nonsaturating")) == pytest.approx(-float(seen.log().mean()), abs=1e-6)
    assert float(discriminator_loss(fake, real, "hinge")) == pytest.approx(
        float((functional.relu(1 + fake).mean() + functional.relu(1 - real).mean()) / 2)
    )


def test_the_divergence_of_standard_codes_is_nothing() -> None:
    assert float(divergence(torch.zeros(3, 4), torch.zeros(3, 4))) == 0
    assert float(divergence(torch.ones(3, 4), torch.zeros(3, 4))) == pytest.approx(0.5)


def test_the_default_network_has_at_most_six_million_parameters_and_uses_them() -> None:
    made = Denoiser.of(settings(), 384)
    assert made.parameters_count <= 6_000_000
    assert widths_of("48-96-128") == (48, 96, 128)


@pytest.mark.parametrize("text", ["", "48-", "48-100", "0-8", "wide"])
def test_widths_that_are_none_are_a_problem(text: str) -> None:
    with pytest.raises(Problem):
        widths_of(text)


@pytest.mark.parametrize(("side", "widths"), [(32, "8-8-8"), (32, "48-8-48"), (96, "16-16-16-16"), (64, "8-8-8-8-8")])
def test_levels_that_a_side_is_too_small_for_are_a_problem_before_anything_is_learnt(side: int, widths: str) -> None:
    with pytest.raises(Problem) as raised:
        DepthgenTrainer.of(settings(side=side, widths=widths))
    assert raised.value.remedy
    assert DepthgenTrainer.of(settings(side=32, widths="48-96-128")).settings["side"] == 32


def test_a_withheld_stream_changes_nothing() -> None:
    chosen = settings(widths="16-24", blocks=1, attention=16, latent=4)
    made = Denoiser.of(chosen, 12).eval()
    for name, parameter in made.named_parameters():
        if name.endswith("out.weight"):
            torch.nn.init.normal_(parameter)
    codes, times = torch.randn(1, 4, 4, 4), torch.tensor([5])

    def found(normals: float, given: tuple[float, float]) -> torch.Tensor:
        images = {"rgb": torch.ones(1, 3, 32, 32), "normal": torch.full((1, 4, 32, 32), normals)}
        tokens = {"rgb": torch.ones(1, 2, 4, 4, 12), "normal": torch.full((1, 2, 4, 4, 12), normals)}
        tokens = {name: value * torch.arange(12) for name, value in tokens.items()}
        seen = Seen(images, tokens, torch.full((1, 3, 12), normals), torch.tensor([given]))
        predicted: torch.Tensor = made(codes, times, made.conditioner(seen))
        return predicted

    assert torch.equal(found(0.1, (0.0, 1.0)), found(0.9, (0.0, 1.0)))
    assert not torch.equal(found(0.1, (1.0, 1.0)), found(0.9, (1.0, 1.0)))


def test_the_discriminator_sees_only_where_there_is_depth() -> None:
    made = Discriminator.seeded(0)
    depth, valid = torch.randn(1, 1, 32, 32), (torch.rand(1, 1, 32, 32) > 0.5).float()
    hidden = torch.where(valid > 0, depth, torch.full_like(depth, 7.0))
    assert torch.equal(made.judge(depth, valid), made.judge(hidden, valid))
    assert made.judge(depth, valid).shape == (1, 1, 4, 4)
