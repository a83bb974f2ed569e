"""How many parts a recipe makes, which ones are spoilt, and that each is its own."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.core.problem import Problem
from pentad.core.sample import Split
from pentad.gantry.families import FAMILIES, family
from pentad.gantry.recipe import Recipe
from pentad.gantry.scene import DefectKind

NAMES = st.sampled_from([known.name for known in FAMILIES])


@given(name=NAMES, parts=st.integers(1, 400))
def test_a_mix_has_the_parts_that_were_asked_for(name: str, parts: int) -> None:
    recipe = Recipe.of(name, parts)
    orders = recipe.orders()
    assert len(orders) == recipe.parts == parts
    assert [order.number for order in orders] == list(range(1, parts + 1))
    assert len({order.folder for order in orders}) == parts
    assert recipe.train >= parts / 2


@given(name=NAMES, train=st.integers(0, 30), good=st.integers(0, 30), defective=st.integers(1, 60))
def test_training_parts_are_good_and_defects_take_turns(name: str, train: int, good: int, defective: int) -> None:
    orders = Recipe(name, train, good, defective).orders()
    assert Counter((order.split, order.kind is None) for order in orders) == +Counter(
        {(Split.TRAIN, True): train, (Split.TEST, True): good, (Split.TEST, False): defective}
    )
    turns = Counter(order.kind for order in orders if order.kind is not None)
    possible = [kind for kind in DefectKind if family(name).has_pins or not kind.needs_pins]
    assert set(turns) <= set(possible)
    counts = [turns[kind] for kind in possible]
    assert max(counts) - min(counts) <= 1


@given(name=NAMES, seed=st.integers(0, 2**40), parts=st.integers(2, 40))
def test_no_two_parts_of_a_set_share_a_stream(name: str, seed: int, parts: int) -> None:
    states = [
        tuple(stream.generate_state(2)) for order in Recipe.of(name, parts).orders() for stream in order.seeds(seed)
    ]
    assert len(set(states)) == 3 * parts


@pytest.mark.parametrize("counts", [(0, 0, 0), (-1, 2, 2), (3, 0, -1)])
def test_counts_that_make_no_data_set_are_refused(counts: tuple[int, int, int]) -> None:
    with pytest.raises(Problem, match="at least one part"):
        Recipe("pin_connector", *counts)
    with pytest.raises(Problem, match="0 parts"):
        Recipe.of("pin_connector", 0)


def test_an_unknown_family_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(Problem, match="teapot") as caught:
        Recipe("teapot", 1, 0, 0)
    assert all(known.name in caught.value.remedy for known in FAMILIES)
