"""The memory stands for all good patches, and distances to it are right."""

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors

from pentad_models.backbones.windows import Window
from pentad_models.patchcore.memory import Coreset, descriptors, nearest_distance, random_projection


def _points(count: int, size: int = 6, seed: int = 0) -> torch.Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


def _grown(points: torch.Tensor, size: int) -> Coreset:
    coreset = Coreset(points, 0)
    while len(coreset.chosen) < size and not coreset.covers_all:
        coreset.grow(size)
    return coreset


def _radius(points: torch.Tensor, chosen: list[int]) -> float:
    return float(torch.cdist(points, points[chosen]).amin(1).max())


def _greedy_radius(points: torch.Tensor, start: int, size: int) -> float:
    chosen = [start]
    while len(chosen) < size:
        chosen.append(int(torch.cdist(points, points[chosen]).amin(1).argmax()))
    return _radius(points, chosen)


def test_distances_to_the_nearest_are_those_of_a_neighbour_search() -> None:
    queries, bank = _points(300), _points(90, seed=1)
    expected = NearestNeighbors(n_neighbors=1).fit(bank.numpy()).kneighbors(queries.numpy())[0][:, 0]
    np.testing.assert_allclose(nearest_distance(queries, bank, chunk=64).numpy(), expected, atol=1e-5)


def test_a_coreset_in_handfuls_covers_nearly_as_well_as_one_pick_at_a_time() -> None:
    points = _points(800)
    coreset = _grown(points, 65)
    assert len(coreset.chosen) == len(set(coreset.chosen)) == 65
    assert _radius(points, coreset.chosen) <= 1.15 * _greedy_radius(points, coreset.chosen[0], 65)


def test_copies_are_not_chosen_twice() -> None:
    points = _points(5).repeat(40, 1)
    assert len(_grown(points, 100).chosen) == 5


def test_a_random_projection_keeps_distances() -> None:
    points = _points(40, size=768)
    before = torch.pdist(points)
    after = torch.pdist(points @ random_projection(768, 256, 0))
    assert ((after / before - 1).abs() < 0.25).all()


def test_a_descriptor_joins_unit_neighbourhood_means_of_streams_and_blocks() -> None:
    tokens = torch.randn(2, 2, 16, 3, generator=torch.Generator().manual_seed(0))
    found = descriptors(tokens, Window(0.0, 0.0, 1.0, 1.0, 4, 4), torch.eye(12))
    grid = tokens.view(2, 2, 4, 4, 3).numpy()
    for y, x in ((0, 0), (2, 1), (3, 3)):
        around = grid[:, :, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].mean((2, 3))
        expected = (around / np.linalg.norm(around, axis=-1, keepdims=True)).ravel()
        np.testing.assert_allclose(found[4 * y + x].numpy(), expected, atol=1e-5)
