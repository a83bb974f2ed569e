"""The network does what the paper's equations say, held against a twin in plain numpy."""

import numpy as np
import torch
from scipy.stats import entropy

from pentad_models.cprn.losses import (
    distance_map,
    prototype_loss,
    prototype_usage,
    reconstruction_loss,
)
from pentad_models.cprn.network import Cpga, Cprn, Ucp
from tests.plugins import numpy_twin as twin

_WIDTH = 12


def _tokens(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, _WIDTH, generator=torch.Generator().manual_seed(seed))


def _network(streams: tuple[str, ...] = ("rgb", "normal"), *, concat: bool = False) -> Cprn:
    torch.manual_seed(3)
    return Cprn(
        streams=streams, targets=("rgb",), layers=3, width=_WIDTH, heads=2, prototypes=4, init_std=1.0, concat=concat
    )


def test_unified_prototypes_follow_equations_1_to_3() -> None:
    torch.manual_seed(1)
    ucp = Ucp(("rgb", "normal"), _WIDTH, heads=3, prototypes=5, init_std=1.0)
    rgb, normal = _tokens(2, 7), _tokens(2, 7, seed=1)
    found = ucp({"rgb": rgb, "normal": normal}).detach().numpy()
    for item in range(2):
        expected = twin.ucp(ucp, rgb[item].double().numpy(), normal[item].double().numpy())
        np.testing.assert_allclose(found[item], expected, atol=1e-5)


def test_a_decoder_stage_follows_equation_4_with_its_residual_around_the_ffn() -> None:
    torch.manual_seed(2)
    stage = Cpga(_WIDTH, 2)
    skip, prototypes = _tokens(2, 9), _tokens(2, 4, seed=1)
    found = stage(skip, prototypes).detach().numpy()
    for item in range(2):
        expected = twin.cpga(stage, skip[item].double().numpy(), prototypes[item].double().numpy())
        np.testing.assert_allclose(found[item], expected, atol=1e-5)


def test_no_path_carries_the_query_around_the_prototypes() -> None:
    stage = Cpga(_WIDTH, 2)
    same = _tokens(1, 1, seed=4).expand(1, 6, _WIDTH)
    rebuilt = stage(_tokens(1, 20), same)
    assert torch.allclose(rebuilt, rebuilt[:, :1].expand_as(rebuilt), atol=1e-6), "alike prototypes, alike answers"


def test_decoder_stages_do_not_feed_each_other() -> None:
    network, skips = _network(), _tokens(1, 3, 8)
    prototypes, _ = network.prototypes({"rgb": skips[:, -1], "normal": _tokens(1, 8, seed=5)})
    changed = skips.clone()
    changed[:, 0] = _tokens(1, 8, seed=9)
    before, after = (network.rebuild("rgb", tokens, prototypes) for tokens in (skips, changed))
    assert not torch.allclose(before[:, 0], after[:, 0])
    assert torch.equal(before[:, 1:], after[:, 1:])


def test_naive_concat_sees_both_streams_as_one() -> None:
    network = _network(concat=True)
    rgb, normal = _tokens(1, 8), _tokens(1, 8, seed=1)
    prototypes, tokens = network.prototypes({"rgb": rgb, "normal": normal})
    assert prototypes.shape == (1, 4, _WIDTH)
    assert tokens.shape == (1, 8, _WIDTH)
    other, _ = network.prototypes({"rgb": rgb, "normal": normal + 1})
    assert not torch.allclose(prototypes, other)


def test_the_literal_loss_is_one_minus_the_cosine_of_the_layers_means() -> None:
    skips, rebuilt = _tokens(2, 3, 5).double(), _tokens(2, 3, 5, seed=1).double()
    a, b = skips.numpy().mean(1), rebuilt.numpy().mean(1)
    cosine = (a * b).sum(-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))
    assert np.isclose(reconstruction_loss(skips, rebuilt, "mean").item(), 1 - cosine.mean())


def test_the_map_of_the_last_layer_is_its_cosine_distance_patch_by_patch() -> None:
    skips, rebuilt = _tokens(1, 3, 5).double(), _tokens(1, 3, 5, seed=1).double()
    a, b = skips.numpy()[0, -1], rebuilt.numpy()[0, -1]
    cosine = (a * b).sum(-1) / (np.linalg.norm(a, axis=-1) * np.linalg.norm(b, axis=-1))
    np.testing.assert_allclose(distance_map(skips, rebuilt, "last")[0].numpy(), 1 - cosine)


def test_the_prototype_loss_is_the_negative_entropy_of_usage() -> None:
    usage = torch.tensor([0.5, 0.25, 0.125, 0.125], dtype=torch.float64)
    assert np.isclose(prototype_loss(usage).item(), -entropy(usage.numpy()), atol=1e-6)


def test_one_step_on_the_prototype_loss_alone_raises_the_entropy_of_usage() -> None:
    network = _network()
    features = {"rgb": _tokens(2, 16), "normal": _tokens(2, 16, seed=1)}
    optimiser = torch.optim.SGD(network.parameters(), 0.05)

    def usage() -> torch.Tensor:
        prototypes, tokens = network.prototypes(features)
        return prototype_usage(tokens, prototypes)

    before = usage()
    prototype_loss(before).backward()
    optimiser.step()
    assert entropy(usage().detach().numpy()) > entropy(before.detach().numpy())


def test_prototypes_differ_from_each_other_from_the_start() -> None:
    prototypes, _ = _network().prototypes({"rgb": _tokens(1, 16), "normal": _tokens(1, 16, seed=1)})
    unit = torch.nn.functional.normalize(prototypes[0], dim=-1)
    apart = (unit @ unit.T)[~torch.eye(4, dtype=torch.bool)]
    assert apart.max() < 0.95
