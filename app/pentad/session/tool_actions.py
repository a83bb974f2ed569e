"""What annotating hands do by key: take a tool, choose a class, size the tip, finish, undo, save."""

from collections.abc import Sequence
from functools import partial

from pentad.annotation.options import Number
from pentad.annotation.pointer import Key
from pentad.annotation.rule import Source
from pentad.annotation.toolbox import HAND
from pentad.core.label_class import LabelClass
from pentad.session.actions import Action
from pentad.session.annotation import Annotation
from pentad.session.session import Session
from pentad.session.view_state import MapStyle, ViewState

TOOL_KEYS = {
    "brush": "B",
    "eraser": "E",
    "line": "N",
    "polygon": "P",
    "lasso": "L",
    "rectangle": "R",
    "ellipse": "O",
    "fill": "K",
    "wand": "W",
    "grabcut": "G",
    "superpixels": "S",
    "scissors": "I",
    "threshold": "T",
    "move": "M",
}
POINTING_KEYS = {"probe": "Y", "section": "J", "surface": "Alt+J"}
"""Good everywhere: these tools mark nothing."""

DIGITS = "1234567890"
FACTOR = 1.1
"""By which a step changes a size or a tolerance."""
LEAP = 4
"""Steps of a long one: half as large again."""
OPACITY_STEP = 0.1
SIZES = ("radius", "size")
TOLERANCES = ("tolerance", "angle", "heat_tolerance")
"""The options that the keys for size and tolerance change; where a tool has several, its source tells which."""


def tool_actions(session: Session) -> list[Action]:
    """Everything about annotating that needs no window."""
    annotation = session.annotation
    return [
        *_history(annotation),
        *_tools(annotation),
        *_gesture(annotation),
        *_sizes(annotation),
        *_classes(annotation),
        *_mask_look(session),
        Action("project.save", "Save now", annotation.documents.save_all, "Project", ("Ctrl+S",), "save",
               "Write every mask to its file; every stroke is on the disk already",
               partial(_has_unsaved, annotation)),
    ]  # fmt: skip


def _history(annotation: Annotation) -> list[Action]:
    return [
        Action("edit.undo", "Undo", annotation.undo, "Edit", ("Ctrl+Z",), "undo", "Take the last edit back",
               partial(_can_undo, annotation), wording=partial(_undo_words, annotation), repeats=True),
        Action("edit.redo", "Redo", annotation.redo, "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), "redo",
               "Do again what was taken back", partial(_can_redo, annotation),
               wording=partial(_redo_words, annotation), repeats=True),
    ]  # fmt: skip


def _tools(annotation: Annotation) -> list[Action]:
    ready, toolbox = partial(_may_draw, annotation), annotation.toolbox

    def taking(id: str, title: str, tip: str, key: str | None) -> Action:
        keys = (f"annotate:{key}",) if key else ()
        run, checked = partial(toolbox.take, id), partial(_is_taken, annotation, id)
        return Action(f"tool.{id}", title, run, "Annotate/Tools", keys, id, tip, ready, checked)

    return [
        taking(HAND, "Hand", "Move the picture", "H"),
        *(
            taking(tool.id, tool.title, tool.tip, TOOL_KEYS.get(tool.id))
            for tool in toolbox.tools.values()
            if tool.id not in POINTING_KEYS
        ),
        *(
            Action(f"tool.{id}", toolbox.tools[id].title, partial(_switch, annotation, id), "Annotate/Tools", (key,),
                   id, toolbox.tools[id].tip, checked=partial(_is_taken, annotation, id))
            for id, key in POINTING_KEYS.items()
        ),
        Action("section.away", "Put the cross-section away", toolbox.section.put_away, "Annotate", ("review:Esc",),
               tip="No line, and nothing to plot", enabled=partial(_has_line, annotation)),
    ]  # fmt: skip


def _switch(annotation: Annotation, id: str) -> None:
    """Outside Annotate there is no other way to put a tool down."""
    taken = annotation.toolbox.taken
    annotation.toolbox.take(HAND if taken is not None and taken.id == id else id)


def _has_line(annotation: Annotation) -> bool:
    return annotation.toolbox.section.line is not None


def _gesture(annotation: Annotation) -> list[Action]:
    """What is said to a tool in the middle of something."""

    def telling(key: Key, title: str, keys: tuple[str, ...], tip: str, *, repeats: bool = False) -> Action:
        run = partial(_tell, annotation, key)
        # Why: some tools offer something to be taken before anything is under way.
        enabled = partial(_holds_tool if key is Key.COMMIT else _is_busy, annotation)
        return Action(f"tool.{key.value}", title, run, "Annotate", keys, tip=tip, enabled=enabled, repeats=repeats)

    return [
        telling(Key.COMMIT, "Finish", ("annotate:Return", "annotate:Enter"), "Close the outline, take what is shown"),
        telling(Key.CANCEL, "Give up", ("annotate:Esc",), "Forget what is under way; what was painted stays"),
        telling(Key.BACK, "Last point back", ("annotate:Backspace", "annotate:Del"), "Remove the newest point",
                repeats=True),
    ]  # fmt: skip


def _sizes(annotation: Annotation) -> list[Action]:
    def scaling(id: str, title: str, options: tuple[str, ...], steps: int, key: str) -> Action:
        run, enabled = partial(_scale, annotation, options, steps), partial(_has_one, annotation, options)
        return Action(f"tool.{id}", title, run, "Annotate/Tip", (f"annotate:{key}",), enabled=enabled, repeats=True)

    return [
        scaling("smaller", "Smaller tip", SIZES, -1, "["),
        scaling("larger", "Larger tip", SIZES, 1, "]"),
        scaling("much-smaller", "Much smaller tip", SIZES, -LEAP, "{"),
        scaling("much-larger", "Much larger tip", SIZES, LEAP, "}"),
        scaling("stricter", "Less tolerance", TOLERANCES, -1, "Ctrl+["),
        scaling("laxer", "More tolerance", TOLERANCES, 1, "Ctrl+]"),
    ]


def _classes(annotation: Annotation) -> list[Action]:
    here = partial(_may_draw, annotation)
    numbered = [
        Action(f"class.{number}", f"Class {number}", partial(_choose, annotation, number - 1), "Annotate/Class",
               (f"annotate:{digit}",), tip="Paint this class", enabled=partial(_has_class, annotation, number - 1),
               checked=partial(_is_chosen, annotation, number - 1), wording=partial(_class_words, annotation, number))
        for number, digit in enumerate(DIGITS, 1)
    ]  # fmt: skip
    return [
        *numbered,
        Action("class.next", "Next class", partial(_step_class, annotation, 1), "Annotate/Class", ("annotate:.",),
               enabled=here, repeats=True),
        Action("class.previous", "Previous class", partial(_step_class, annotation, -1), "Annotate/Class",
               ("annotate:,",), enabled=here, repeats=True),
        Action("class.lock", "Lock class", partial(_switch_lock, annotation), "Annotate/Class",
               ("annotate:Ctrl+L",), "lock", "No tool changes the pixels of the chosen class", here,
               partial(_is_locked, annotation)),
        Action("class.show", "Show class", partial(_switch_shown, annotation), "Annotate/Class",
               ("annotate:Ctrl+H",), "eye", "Show or hide the chosen class", here,
               partial(_is_shown, annotation)),
    ]  # fmt: skip


def _mask_look(session: Session) -> list[Action]:
    state, here = session.view_state, partial(_is_active, session.annotation)
    veil = _Veil(state)
    return [
        Action("mask.show", "Mask over the picture", veil.switch, "View/Mask", ("annotate:Q",), "mask",
               "Look beneath the mask, and back", here, veil.is_on),
        Action("mask.contour", "Mask as contour", veil.switch_contour, "View/Mask", ("annotate:Shift+Q",), "outline",
               "Draw only the outline of what is marked", here, veil.is_contour),
        Action("mask.fainter", "Fainter mask", partial(veil.fade, -OPACITY_STEP), "View/Mask", ("annotate:;",),
               enabled=here, repeats=True),
        Action("mask.stronger", "Stronger mask", partial(veil.fade, OPACITY_STEP), "View/Mask", ("annotate:'",),
               enabled=here, repeats=True),
    ]  # fmt: skip


class _Veil:
    """How masks lie over pictures, with the way back to how they lay before one looked beneath."""

    def __init__(self, state: ViewState) -> None:
        self._state = state
        self._before = MapStyle.FILL

    def is_on(self) -> bool:
        return self._state.look.paint_mask_style is not MapStyle.OFF

    def is_contour(self) -> bool:
        return self._state.look.paint_mask_style is MapStyle.CONTOUR

    def switch(self) -> None:
        if self.is_on():
            self._before = self._state.look.paint_mask_style
        self._state.set(paint_mask_style=MapStyle.OFF if self.is_on() else self._before)

    def switch_contour(self) -> None:
        self._state.set(paint_mask_style=MapStyle.FILL if self.is_contour() else MapStyle.CONTOUR)

    def fade(self, by: float) -> None:
        opacity = min(max(self._state.look.mask_opacity + by, OPACITY_STEP), 1.0)
        self._state.set(mask_opacity=round(opacity, 2))


def _is_active(annotation: Annotation) -> bool:
    return annotation.active


def _may_draw(annotation: Annotation) -> bool:
    return annotation.active and not annotation.documents.read_only


def _is_taken(annotation: Annotation, id: str) -> bool:
    taken = annotation.toolbox.taken
    return (taken.id if taken is not None else HAND) == id


def _is_busy(annotation: Annotation) -> bool:
    return annotation.active and annotation.toolbox.busy


def _tell(annotation: Annotation, key: Key) -> None:
    taken, sheet = annotation.toolbox.taken, annotation.sheet_here()
    if taken is None:
        return
    if sheet is not None:
        taken.key(key, sheet)
    elif key is Key.CANCEL:
        taken.leave()


def _has_unsaved(annotation: Annotation) -> bool:
    return not annotation.documents.read_only and bool(annotation.documents.unsaved)


def _can_undo(annotation: Annotation) -> bool:
    return _may_draw(annotation) and (_is_busy(annotation) or bool(annotation.history.done))


def _can_redo(annotation: Annotation) -> bool:
    return _may_draw(annotation) and not _is_busy(annotation) and bool(annotation.history.undone)


def _undo_words(annotation: Annotation) -> str:
    done = annotation.history.done
    return f"Undo {done[-1].name}" if done and not _is_busy(annotation) else "Undo"


def _redo_words(annotation: Annotation) -> str:
    undone = annotation.history.undone
    return f"Redo {undone[0].name}" if undone else "Redo"


def resize_tip(annotation: Annotation, steps: int) -> None:
    """Make the tip of the tool in the hand so many steps larger, or smaller; nothing for a tool without a size."""
    _scale(annotation, SIZES, steps)


def _scale(annotation: Annotation, ids: tuple[str, ...], steps: int) -> None:
    """Change a number of the tool in the hand by a tenth a step, by what its field counts in at least."""
    option = _number(annotation, ids)
    if annotation.toolbox.taken is None or option is None or not steps:
        return
    options = annotation.toolbox.taken.options
    value, least = options.number(option.id), option.step * steps
    moved = value * FACTOR**steps
    moved = max(moved, value + least) if steps > 0 else min(moved, value + least)
    options.set(option.id, round(moved / option.step) * option.step)


def _number(annotation: Annotation, ids: tuple[str, ...]) -> Number | None:
    """The one of these options that the tool in the hand goes by now."""
    taken = annotation.toolbox.taken
    if taken is None:
        return None
    options = taken.options
    having = [option for id in ids if id in options and isinstance(option := options[id], Number)]
    of_source = {Source.NORMAL: "angle", Source.HEAT: "heat_tolerance"}
    wanted = of_source.get(Source(options.text("source"))) if "source" in options else None
    return next((option for option in having if option.id == wanted), next(iter(having), None))


def _has_one(annotation: Annotation, ids: tuple[str, ...]) -> bool:
    return _may_draw(annotation) and _number(annotation, ids) is not None


def _holds_tool(annotation: Annotation) -> bool:
    return _may_draw(annotation) and annotation.toolbox.taken is not None


def _at(classes: Sequence[LabelClass], position: int) -> LabelClass | None:
    return classes[position] if position < len(classes) else None


def _choose(annotation: Annotation, position: int) -> None:
    if (known := _at(annotation.classes, position)) is not None:
        annotation.choose(known.index)


def _has_class(annotation: Annotation, position: int) -> bool:
    return _may_draw(annotation) and position < len(annotation.classes)


def _is_chosen(annotation: Annotation, position: int) -> bool:
    known = _at(annotation.classes, position)
    return known is not None and known.index == annotation.label


def _class_words(annotation: Annotation, number: int) -> str:
    known = _at(annotation.classes, number - 1)
    return f"Class {number}: {known.name}" if known is not None else f"Class {number}"


def _step_class(annotation: Annotation, by: int) -> None:
    indices = [known.index for known in annotation.classes]
    annotation.choose(indices[(indices.index(annotation.label) + by) % len(indices)])


def _is_locked(annotation: Annotation) -> bool:
    return annotation.chosen.locked


def _is_shown(annotation: Annotation) -> bool:
    return annotation.chosen.visible


def _switch_lock(annotation: Annotation) -> None:
    annotation.change_class(annotation.label, locked=not annotation.chosen.locked)


def _switch_shown(annotation: Annotation) -> None:
    annotation.change_class(annotation.label, visible=not annotation.chosen.visible)
