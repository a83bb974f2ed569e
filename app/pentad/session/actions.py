"""What a person can do, declared once: menus, toolbar, palette, key sheet and tests all read this."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pentad.core.review import Verdict
from pentad.core.sample import Modality, Sample
from pentad.session.keys import Keys, conflicts, parsed
from pentad.session.session import Session
from pentad.session.view_state import MapStyle, Row

Run = Callable[[], object]
Ask = Callable[[], bool]


def always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done. ``keys`` are alternatives, each good everywhere, or as "annotate:B" only while one
    annotates, or as "review:B" only while one does not; a person may change them.

    ``checked`` makes it a switch that shows its state; ``wording`` is a title that changes ("Undo Brush" for "Undo");
    a held key ``repeats`` it.
    """

    id: str
    title: str
    run: Run
    menu: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    tip: str = ""
    enabled: Ask = always
    checked: Ask | None = None
    wording: Callable[[], str] | None = None
    repeats: bool = False

    @property
    def words(self) -> str:
        """What it is called now."""
        return self.wording() if self.wording is not None else self.title


class Actions:
    """All actions by id, in the order they were declared."""

    def __init__(self, *groups: Sequence[Action]) -> None:
        self._by_id: dict[str, Action] = {}
        for action in (action for group in groups for action in group):
            if action.id in self._by_id:
                raise ValueError(f"two actions are called '{action.id}'")
            self._by_id[action.id] = action
        self.default_keys: dict[str, Keys] = {action.id: parsed(action.keys) for action in self}
        for clash in conflicts(self.default_keys):
            where = f"'{clash.key.key}' is the key of both '{clash.first}' and '{clash.second}' {clash.key.scope.words}"
            raise ValueError(where)

    def __iter__(self) -> Iterator[Action]:
        return iter(self._by_id.values())

    def __getitem__(self, id: str) -> Action:
        return self._by_id[id]


def session_actions(session: Session) -> list[Action]:
    """Everything that needs no window."""
    return [*_project(session), *_review(session), *_look(session), *_views(session), *_models(session)]


def _project(session: Session) -> list[Action]:
    return [
        Action(
            "project.close",
            "Close project",
            session.close_project,
            "Project",
            ("Ctrl+W",),
            enabled=partial(_has_project, session),
            tip="Stop its jobs and put it away; everything is saved already",
        )
    ]


def _review(session: Session) -> list[Action]:
    here = partial(_has_sample, session)

    def judge(id: str, title: str, verdict: Verdict, key: str, tip: str) -> Action:
        checked = partial(_is_judged, session, verdict)
        run = partial(session.judge, verdict)
        keys = (f"review:{key}", f"annotate:Shift+{key}")
        return Action(f"review.{id}", title, run, "Review", keys, id, tip, here, checked)

    return [
        judge("accept", "Accept", Verdict.ACCEPTED, "A", "This part is good"),
        judge("needs-work", "Needs work", Verdict.NEEDS_WORK, "W", "Somebody has to look again"),
        judge("reject", "Reject", Verdict.REJECTED, "R", "This part is bad"),
        Action("review.reopen", "Take verdict back", partial(session.judge, Verdict.OPEN), "Review",
               ("review:Backspace", "annotate:Shift+Backspace"), tip="As if nobody had decided",
               enabled=partial(_is_decided, session)),
        Action("review.next", "Next sample", partial(session.step, 1), "Review",
               ("review:N", "Right", "annotate:PgDown"), "next", "Go down the list", here, repeats=True),
        Action("review.previous", "Previous sample", partial(session.step, -1), "Review",
               ("review:P", "Left", "annotate:PgUp"), "previous", "Go up the list", here, repeats=True),
        Action("review.unreviewed", "Next unreviewed", partial(_next_unreviewed, session), "Review",
               ("review:U", "annotate:Shift+U"), tip="Go to the next sample nobody has decided on", enabled=here),
        Action("review.hottest", "Hottest view", partial(_hottest, session), "Review",
               ("review:H", "annotate:Shift+H"), "heatmap", "Look at the view with the highest score",
               partial(_has_prediction, session)),
    ]  # fmt: skip


def _look(session: Session) -> list[Action]:
    rows = [
        ("Composite", Row.COMPOSITE, "layers", "Picture, heat and mask in one"),
        ("RGB", Row.RGB, "rgb", "The photo alone"),
        ("Normals", Row.NORMAL, "normals", "Which way the surface faces"),
        ("Mask", Row.MASK, "mask", "What is marked as a defect"),
        ("Heatmap", Row.HEATMAP, "heatmap", "How suspicious the model finds each place"),
        ("Depth", Row.DEPTH, "depth", "How far each place is from its camera: measured, or made by a model"),
    ]
    actions = [
        Action(
            f"look.row.{row.value}",
            f"Row: {title}",
            partial(toggle_row, session, row),
            "View",
            (f"Ctrl+{number}",),
            icon,
            tip,
            checked=partial(_shows_row, session, row),
        )
        for number, (title, row, icon, tip) in enumerate(rows, 1)
    ]
    return [
        *actions,
        Action("look.heat", "Heat over the picture", partial(_toggle_heat, session), "View",
               ("review:T", "annotate:Shift+T"), tip="Show or hide the heat in composites",
               checked=partial(_shows_heat, session)),
        Action("look.contour", "Heat as contour", partial(_toggle_contour, session), "View", ("C",),
               tip="Draw one line at the threshold, or colours", checked=partial(_is_contour, session)),
        Action("look.base", "Normals beneath", partial(_toggle_base, session), "View",
               ("review:B", "annotate:Shift+B"), tip="Paint composites on the normal map instead of the photo",
               checked=partial(_is_on_normals, session)),
        Action("look.linked", "Link zoom and pan", partial(_toggle_linked, session), "View",
               ("review:L", "annotate:Shift+L"), "link", "All views move together",
               checked=partial(_is_linked, session)),
    ]  # fmt: skip


def _views(session: Session) -> list[Action]:
    here = partial(_has_sample, session)
    return [
        *(
            Action(f"view.{number}", f"View {number}", partial(_go_to_view, session, number - 1), "View/Look at",
                   (f"Alt+{number}",), enabled=partial(_has_view, session, number - 1),
                   checked=partial(_is_view, session, number - 1), wording=partial(_view_words, session, number))
            for number in range(1, 6)
        ),
        Action("view.next", "Next view", partial(_step_view, session, 1), "View/Look at", ("Ctrl+Right",),
               enabled=here, repeats=True),
        Action("view.previous", "Previous view", partial(_step_view, session, -1), "View/Look at", ("Ctrl+Left",),
               enabled=here, repeats=True),
    ]  # fmt: skip


def _models(session: Session) -> list[Action]:
    return [
        Action("models.evaluate", "Evaluate this run", partial(_evaluate, session), "Models", ("Ctrl+E",),
               "evaluate", "Compare the heatmaps on show with the data set's masks",
               partial(_has_run, session)),
    ]  # fmt: skip


def _evaluate(session: Session) -> None:
    from pentad.session.modelling import start_evaluation  # Why: metrics are not needed to put a window on screen.

    start_evaluation(session)


def toggle_row(session: Session, row: Row) -> None:
    """Show or hide a row of the grid; the last one stays."""
    shown = session.view_state.look.rows
    rows = tuple(r for r in Row if (r in shown) != (r is row))
    if rows:
        session.view_state.set(rows=rows)


def _toggle_heat(session: Session) -> None:
    off = session.view_state.look.heat_style is MapStyle.OFF
    session.view_state.set(heat_style=MapStyle.FILL if off else MapStyle.OFF)


def _toggle_contour(session: Session) -> None:
    contour = session.view_state.look.heat_style is MapStyle.CONTOUR
    session.view_state.set(heat_style=MapStyle.FILL if contour else MapStyle.CONTOUR)


def _toggle_base(session: Session) -> None:
    normal = session.view_state.look.base is Modality.NORMAL
    session.view_state.set(base=Modality.RGB if normal else Modality.NORMAL)


def _toggle_linked(session: Session) -> None:
    session.view_state.set(linked=not session.view_state.look.linked)


def _next_unreviewed(session: Session) -> None:
    def is_open(sample: Sample) -> bool:
        return session.verdict(sample.id) is Verdict.OPEN

    session.step(1, wanted=is_open)


def _hottest(session: Session) -> None:
    prediction = session.prediction
    if prediction is None:
        return
    view = max(prediction.views, key=lambda name: prediction.views[name].score)
    look = session.view_state.look
    row = look.maximised.split("/")[1] if look.maximised else look.rows[0]
    session.view_state.set(active=view, maximised=f"{view}/{row}")


def look_at(session: Session, view: str) -> None:
    """Make it the view that keys act on, and the one that fills the grid where one does."""
    maximised = session.view_state.look.maximised
    session.view_state.set(active=view, maximised=f"{view}/{maximised.split('/')[1]}" if maximised else None)


def _views_here(session: Session) -> list[str]:
    return [view.name for view in session.current.views] if session.current is not None else []


def _active_view(session: Session) -> str | None:
    views, active = _views_here(session), session.view_state.look.active
    return active if active in views else next(iter(views), None)


def _go_to_view(session: Session, position: int) -> None:
    if _has_view(session, position):
        look_at(session, _views_here(session)[position])


def _step_view(session: Session, by: int) -> None:
    views, here = _views_here(session), _active_view(session)
    if here is not None:
        look_at(session, views[(views.index(here) + by) % len(views)])


def _has_view(session: Session, position: int) -> bool:
    return position < len(_views_here(session))


def _is_view(session: Session, position: int) -> bool:
    return _has_view(session, position) and _views_here(session)[position] == _active_view(session)


def _view_words(session: Session, number: int) -> str:
    return f"View {number}: {_views_here(session)[number - 1]}" if _has_view(session, number - 1) else f"View {number}"


def _has_project(session: Session) -> bool:
    return session.project is not None


def _has_sample(session: Session) -> bool:
    return session.current is not None


def _has_prediction(session: Session) -> bool:
    return session.prediction is not None


def _has_run(session: Session) -> bool:
    return session.results.run is not None


def _is_judged(session: Session, verdict: Verdict) -> bool:
    return session.current is not None and session.verdict(session.current.id) is verdict


def _is_decided(session: Session) -> bool:
    return session.current is not None and session.verdict(session.current.id) is not Verdict.OPEN


def _shows_row(session: Session, row: Row) -> bool:
    return row in session.view_state.look.rows


def _shows_heat(session: Session) -> bool:
    return session.view_state.look.heat_style is not MapStyle.OFF


def _is_contour(session: Session) -> bool:
    return session.view_state.look.heat_style is MapStyle.CONTOUR


def _is_on_normals(session: Session) -> bool:
    return session.view_state.look.base is Modality.NORMAL


def _is_linked(session: Session) -> bool:
    return session.view_state.look.linked
