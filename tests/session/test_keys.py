"""A key means one thing in one place, whatever a person and a new version do about it."""

from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pentad.core.label_class import LabelClass
from pentad.core.problem import Problem
from pentad.session.actions import Action, Actions, session_actions
from pentad.session.keys import Keymap, Keys, Scope, ScopedKey, conflicts, parsed
from pentad.session.lighting import light_actions
from pentad.session.operation_actions import operation_actions
from pentad.session.tool_actions import tool_actions
from pentad.session.view_state import MapStyle
from tests.helpers.workroom import Workroom

PLACES = (Scope.ANNOTATE, Scope.REVIEW)
scoped_keys = st.builds(
    ScopedKey, st.sampled_from(["A", "B", "Ctrl+B", "PgUp", "+"]), st.sampled_from([*PLACES, Scope.EVERYWHERE])
)
bindings = st.dictionaries(st.sampled_from("uvwxyz"), st.lists(scoped_keys, max_size=3, unique_by=lambda k: k.key))


class Notebook(dict[str, str]):
    """Settings on paper."""

    def text(self, key: str, default: str) -> str:
        return self.get(key, default)

    def put(self, key: str, value: str) -> None:
        self[key] = value

    def forget(self, key: str) -> None:
        self.pop(key, None)


DEFAULTS = {
    "tool.brush": parsed(["annotate:B"]),
    "look.base": parsed(["review:B"]),
    "review.next": parsed(["review:N", "Right"]),
    "window.theme": parsed([]),
}


def texts(keys: Iterable[ScopedKey]) -> list[str]:
    return [str(key) for key in keys]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("n", "N"),
        ("review:n", "review:N"),
        ("annotate:shift+ctrl+z", "annotate:Ctrl+Shift+Z"),
        ("Ctrl++", "Ctrl++"),
        ("+", "+"),
        (":", ":"),
        ("annotate::", "annotate::"),
        ("PageDown", "PgDown"),
        ("annotate:Escape", "annotate:Esc"),
        ("{", "{"),
        ("ß", "ß"),
    ],
)
def test_a_key_is_written_in_one_way(written: str, meant: str) -> None:
    assert str(ScopedKey.parse(written)) == meant


@pytest.mark.parametrize(
    "rubbish", ["", " ", "Shift+[", "Foo", "Ctrl+", "Ctrl", "Hyper+X", "annotate:", "B, C", "\x07"]
)
def test_what_is_no_key_is_refused_in_words(rubbish: str) -> None:
    with pytest.raises(Problem, match="is not"):
        ScopedKey.parse(rubbish)


@given(scoped_keys)
def test_a_key_survives_being_written_down(key: ScopedKey) -> None:
    assert ScopedKey.parse(str(key)) == key


@given(bindings)
def test_conflicts_are_all_pairs_that_share_a_key_in_a_place(bound: dict[str, list[ScopedKey]]) -> None:
    def held(id: str) -> set[tuple[Scope, str]]:
        return {(place, key.key) for key in bound[id] for place in PLACES if place in key.scope}

    expected = {(a, b, key) for a, b in combinations(bound, 2) for _, key in held(a) & held(b)}
    assert {(clash.first, clash.second, clash.key.key) for clash in conflicts(bound)} == expected


@given(bindings.map(lambda found: list(found.items())), st.integers(0, 3))
def test_no_two_actions_ever_share_a_key_and_what_is_written_down_says_the_same(
    binds: list[tuple[str, list[ScopedKey]]], resets: int
) -> None:
    defaults: dict[str, Keys] = dict.fromkeys("uvwxyz", ()) | {
        "u": parsed(["annotate:A", "+"]),
        "v": parsed(["review:A"]),
        "w": parsed(["B", "PgUp"]),
    }
    notebook = Notebook()
    keymap = Keymap(defaults, notebook)
    for id, keys in binds:
        keymap.bind(id, keys)
        assert keymap.keys(id) == tuple(keys)
    for id in "uvw"[:resets]:
        keymap.reset(id)
        assert keymap.keys(id) == defaults[id]
    in_force = {id: keymap.keys(id) for id in defaults}
    assert list(conflicts(in_force)) == []
    again = Keymap(defaults, notebook)
    assert {id: again.keys(id) for id in defaults} == in_force
    keymap.reset_all()
    assert {id: keymap.keys(id) for id in defaults} == defaults
    assert notebook == {}


def test_a_key_taken_in_one_place_stays_in_the_other() -> None:
    keymap = Keymap(DEFAULTS, Notebook())
    (clash,) = keymap.conflicts("tool.brush", parsed(["annotate:Right"]))
    assert (clash.first, str(clash.key)) == ("review.next", "annotate:Right")
    keymap.bind("tool.brush", parsed(["annotate:Right"]))
    assert texts(keymap.keys("review.next")) == ["review:N", "review:Right"]
    keymap.reset("tool.brush")
    assert texts(keymap.keys("review.next")) == ["review:N", "Right"]


def test_the_same_letter_in_two_places_is_no_conflict() -> None:
    keymap = Keymap(DEFAULTS, Notebook())
    assert keymap.conflicts("tool.brush", parsed(["annotate:N"])) == []
    assert [clash.first for clash in keymap.conflicts("tool.brush", parsed(["N"]))] == ["review.next"]


def test_a_person_may_leave_an_action_without_a_key() -> None:
    notebook = Notebook()
    Keymap(DEFAULTS, notebook).bind("tool.brush", ())
    again = Keymap(DEFAULTS, notebook)
    assert (again.keys("tool.brush"), again.is_changed("tool.brush")) == ((), True)


@pytest.mark.parametrize("rubbish", ["B B+B", "\x00", "annotate:", "@Invalid()", "ä ö Ü Shift+["])
def test_rubbish_in_the_settings_reads_as_the_declared_keys(rubbish: str) -> None:
    keymap = Keymap(DEFAULTS, Notebook({"keys/tool.brush": rubbish, "keys/gone.action": "X"}))
    assert keymap.keys("tool.brush") == DEFAULTS["tool.brush"]


def test_a_choice_beats_a_key_that_a_new_version_declares() -> None:
    newer = DEFAULTS | {"tool.new": parsed(["annotate:X"])}
    keymap = Keymap(newer, Notebook({"keys/tool.brush": "annotate:X", "keys/review.next": "X"}))
    assert texts(keymap.keys("tool.brush")) == ["annotate:X"]
    assert texts(keymap.keys("review.next")) == ["review:X"]
    assert keymap.keys("tool.new") == ()


def test_declared_keys_collide_only_where_they_meet() -> None:
    brush = Action("tool.brush", "Brush", int, "Annotate", ("annotate:B",))
    Actions([brush, Action("look.base", "Normals", int, "View", ("review:B",))])
    with pytest.raises(ValueError, match=r"'B' is the key of both 'tool.brush' and 'x' in Annotate"):
        Actions([brush, Action("x", "X", int, "View", ("B",))])


def all_actions(room: Workroom) -> Actions:
    session = room.session
    return Actions(session_actions(session), tool_actions(session), operation_actions(session), light_actions(session))


def test_every_tool_has_an_action_and_a_key_in_annotate(room: Workroom) -> None:
    table = all_actions(room)
    for id in ("hand", *room.session.annotation.toolbox.tools):
        keys = table.default_keys[f"tool.{id}"]
        assert keys, id
        assert all(Scope.ANNOTATE in key.scope for key in keys), id


def test_digits_choose_classes_by_place_and_say_which(room: Workroom, plates: Path) -> None:
    room.open(plates)
    annotation = room.session.annotation
    annotation.set_classes((LabelClass(3, "Scratch", "#ff0000"), LabelClass(7, "Dent", "#00ff00")))
    table = all_actions(room)
    assert not table["class.2"].enabled()
    annotation.set_active(True)
    assert [table[f"class.{number}"].enabled() for number in (1, 2, 3)] == [True, True, False]
    table["class.2"].run()
    wording = table["class.2"].wording
    assert annotation.label == 7
    assert wording is not None
    assert wording() == "Class 2: Dent"
    table["class.next"].run()
    assert annotation.label == 3
    table["class.lock"].run()
    assert annotation.rule.locked == {3}


def test_the_tip_grows_by_a_tenth_and_at_least_by_a_step(room: Workroom, plates: Path) -> None:
    room.open(plates)
    annotation, table = room.session.annotation, all_actions(room)
    annotation.set_active(True)
    assert not table["tool.larger"].enabled()
    table["tool.brush"].run()
    assert table["tool.larger"].enabled()
    options = annotation.toolbox.tools["brush"].options
    seen = []
    for radius, id in [(0.5, "larger"), (0.5, "smaller"), (100, "larger"), (100, "much-smaller"), (400, "much-larger")]:
        options.set("radius", radius)
        table[f"tool.{id}"].run()
        seen.append(options.number("radius"))
    assert seen == pytest.approx([1.0, 0.5, 110, 68.5, 400])


def test_tolerance_follows_what_the_wand_goes_by(room: Workroom, plates: Path) -> None:
    room.open(plates)
    annotation, table = room.session.annotation, all_actions(room)
    annotation.set_active(True)
    annotation.toolbox.take("wand")
    options = annotation.toolbox.tools["wand"].options
    before = options.number("tolerance"), options.number("angle")
    options.set("source", "normal")
    table["tool.laxer"].run()
    assert options.number("tolerance") == before[0]
    assert options.number("angle") > before[1]


def test_looking_beneath_the_mask_comes_back_to_how_it_lay(room: Workroom) -> None:
    table, state = all_actions(room), room.session.view_state
    state.set(paint_mask_style=MapStyle.CONTOUR)
    seen = []
    for id in ("mask.show", "mask.show", "mask.contour"):
        table[id].run()
        seen.append(state.look.paint_mask_style)
    assert seen == [MapStyle.OFF, MapStyle.CONTOUR, MapStyle.FILL]


def test_views_are_reached_by_number_and_in_turn(room: Workroom, plates: Path) -> None:
    room.open(plates)
    table, state = all_actions(room), room.session.view_state
    assert room.session.current is not None
    names = [view.name for view in room.session.current.views]
    state.set(maximised=f"{names[0]}/rgb")
    table["view.3"].run()
    assert (state.look.active, state.look.maximised) == (names[2], f"{names[2]}/rgb")
    table["view.next"].run()
    table["view.next"].run()
    table["view.next"].run()
    assert state.look.active == names[0]
