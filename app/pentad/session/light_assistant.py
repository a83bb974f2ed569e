"""What a person has said so far on the way from light stacks to normals, and what is known of it; no window needed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar

from psygnal import Signal

from pentad.core.problem import Problem
from pentad.core.sample import Sample
from pentad.geometry.chrome_sphere import Circle
from pentad.geometry.photometric_stereo import Lighting, Method
from pentad.sdk import Ticket
from pentad.session.jobs import Job
from pentad.session.later import Later
from pentad.session.light_import import Cut, Preview, Recipe, ViewWish, make_ready
from pentad.session.light_lamps import Lamps, Mirrored, Source, ball_pictures, mirror, reordered
from pentad.session.light_looking import Answer, Ball, Beside, Question, answer, ball_at, found_in, listed
from pentad.session.light_stacks import (
    MOST_VIEWS,
    Glance,
    Shot,
    Stack,
    look_through,
    misfits,
    too_few,
    view_name,
)
from pentad.session.project import Project
from pentad.session.session import Session

T = TypeVar("T")
_SOON_S = 0.12
_MANY = 10
"""Lamps from which on trimming is the better way."""


class LightAssistant:
    """Stacks, lamps, recipe and what they give at reduced size. Lives on the main thread; all reading is in jobs."""

    changed: ClassVar[Signal] = Signal()
    """Anything a page shows."""
    glanced: ClassVar[Signal] = Signal(object)
    """A photograph was looked at."""
    previewed: ClassVar[Signal] = Signal()

    def __init__(self, session: Session) -> None:
        self.session = session
        self.stacks: list[Stack] = []
        self.glances: dict[Shot, Glance] = {}
        self.flats: dict[str, tuple[Path, ...]] = {}
        self.masks: dict[str, Path] = {}
        self.shared = True
        self.lamps: dict[str, Lamps] = {}
        self.balls: dict[str, Ball] = {}
        self.lightings: dict[str, Lighting | Problem] = {}
        self.notes: dict[str, str] = {}
        self.recipe = Recipe()
        self.shown = ""
        self.preview: Preview | Problem | None = None
        self.problem: Problem | None = None
        self.ball_problem: Problem | None = None
        self.sample: Sample | None = None
        self.working = False
        self._turn, self._known = 0, 0
        self._later = Later(session.jobs.deliver, self._ask)
        session.project_changed.connect(self._on_project)
        session.jobs.run("Ready for light stacks", make_ready, lane="tool", replaces="light ready", quiet=True)

    # Stacks.

    def take(self, paths: Sequence[Path]) -> None:
        """Look for stacks in a folder, or among dropped files; they take the place of those before."""
        self._find(partial(found_in, tuple(paths)), None)

    def take_sample(self, project: Project, sample: Sample) -> None:
        """Use the stacks that the project's data set lists for this sample."""
        self._find(partial(listed, project, sample), sample)

    def _find(self, work: Callable[[Ticket], list[tuple[Stack, Beside]]], sample: Sample | None) -> None:
        self.working, self.problem = True, None
        job = self._run("Look for light stacks", work, "light stacks", then=partial(self._found, sample))
        job.failed.connect(self._lost)
        self.changed.emit()

    def _lost(self, problem: Problem) -> None:
        self.working, self.problem = False, problem
        self.changed.emit()

    def _found(self, sample: Sample | None, found: list[tuple[Stack, Beside]]) -> None:
        self.working, self.sample = False, sample
        if len(found) > MOST_VIEWS:
            left = ", ".join(stack.view for stack, _ in found[MOST_VIEWS:])
            remedy = "Choose a folder with fewer, or drop just the files that are meant."
            self.problem = Problem(f"{len(found)} stacks were found", f"left out: {left}", remedy=remedy)
            found = found[:MOST_VIEWS]
        self.stacks = [stack for stack, _ in found]
        self.masks = {stack.view: beside.mask for stack, beside in found if beside.mask is not None}
        self.flats = {stack.view: beside.flats for stack, beside in found if beside.flats}
        self.balls, self.lightings, self.preview = {}, {}, None
        self.shared = len({(beside.lights, beside.intensities) for _, beside in found}) < 2
        said = {stack.view: Lamps(file=one.lights, intensities=one.intensities) for stack, one in found}
        self.lamps = {"": next(iter(said.values()))} if self.shared and said else {**said}
        self.shown = self.stacks[0].view if self.stacks else ""
        all_masked = bool(self.stacks) and len(self.masks) == len(self.stacks)
        most = max((len(stack.shots) for stack in self.stacks), default=0)
        self.recipe = replace(
            self.recipe,
            cut=Cut.FILE if all_masked else Cut.ALL,
            method=Method.TRIM if most >= _MANY else Method.L1,
        )
        here = {shot for stack in self.stacks for shot in stack.shots}
        self.glances = {shot: one for shot, one in self.glances.items() if shot in here}
        for stack in self.stacks:
            self._look_through(stack)
        self._touch()

    def _look_through(self, stack: Stack) -> None:
        unseen = [shot for shot in stack.shots if shot not in self.glances]
        deliver = self.session.jobs.deliver

        def arrived(shot: Shot, one: Glance) -> None:
            deliver(partial(self._glanced, shot, one))

        if unseen:
            work = partial(look_through, unseen, arrived)
            self._run(f"Look through {stack.view}", work, f"light glances/{stack.view}")

    def _glanced(self, shot: Shot, one: Glance) -> None:
        self.glances[shot] = one
        self.glanced.emit(shot)
        stack = next((stack for stack in self.stacks if shot in stack.shots), None)
        if stack is not None and self.complete(stack):
            self._touch()

    def complete(self, stack: Stack) -> bool:
        """Whether all of its photographs were looked at."""
        return all(shot in self.glances for shot in stack.shots)

    def stack(self, view: str) -> Stack | None:
        return next((stack for stack in self.stacks if stack.view == view), None)

    def reorder(self, view: str, shots: Sequence[Shot]) -> None:
        """These photographs, in this order; what is missing among them is left out."""
        stack = self.stack(view)
        if stack is not None and tuple(shots) != stack.shots:
            self.stacks[self.stacks.index(stack)] = stack.with_shots(shots)
            self._touch()

    def rename(self, view: str, name: str) -> None:
        """Call a view otherwise; an empty name, or one that is taken, changes nothing."""
        clean, stack = view_name(name), self.stack(view)
        if stack is None or not clean or self.stack(clean) is not None:
            self.changed.emit()
            return
        self.stacks[self.stacks.index(stack)] = replace(stack, view=clean)
        _rename(self.masks, view, clean)
        _rename(self.flats, view, clean)
        _rename(self.lamps, view, clean)
        _rename(self.balls, view, clean)
        _rename(self.lightings, view, clean)
        self.shown = clean if self.shown == view else self.shown
        self._touch()

    def drop(self, view: str) -> None:
        """Leave a whole view out."""
        self.stacks = [stack for stack in self.stacks if stack.view != view]
        if self.shown == view:
            self.shown = self.stacks[0].view if self.stacks else ""
        self._touch()

    def misfits(self, view: str) -> dict[Shot, Problem]:
        """What is wrong with a view's photographs, each by itself."""
        stack = self.stack(view)
        return {} if stack is None else misfits(stack, self.glances)

    def stack_problem(self, view: str) -> Problem | None:
        """Why a view's stack cannot be used as it is."""
        stack = self.stack(view)
        few = None if stack is None else too_few(stack)
        return few if few is not None else next(iter(self.misfits(view).values()), None)

    # Lamps.

    def _owner(self, view: str) -> str:
        return "" if self.shared else view

    def lamps_of(self, view: str) -> Lamps:
        """What was said of this view's lamps."""
        return self.lamps.get(self._owner(view), Lamps())

    def ball_of(self, view: str) -> Ball | None:
        return self.balls.get(self._owner(view))

    def set_lamps(self, view: str, lamps: Lamps) -> None:
        """Say it of one view; with shared lamps it holds for all of them."""
        self.lamps[self._owner(view)] = lamps
        self._touch()

    def share(self, *, shared: bool) -> None:
        """Whether all views have the same lamps, each in its own camera's axes."""
        if shared == self.shared:
            return
        views = [stack.view for stack in self.stacks]
        _share(self.lamps, self.shown, views, shared=shared)
        _share(self.balls, self.shown, views, shared=shared)
        self.shared = shared
        self._touch()

    def take_ball(self, view: str, paths: Sequence[Path]) -> None:
        """Look at the photographs of a chrome ball, one for each lamp, and find its outline."""
        self.ball_problem = None
        self.set_lamps(view, replace(self.lamps_of(view), source=Source.BALL, mirrored=None, order=None))
        job = self._run(
            "Look at the ball", partial(ball_at, tuple(paths)), "light ball", then=partial(self._ball_came, view)
        )
        job.failed.connect(self._ball_lost)

    def _ball_lost(self, problem: Problem) -> None:
        self.ball_problem = problem
        self.changed.emit()

    def _ball_came(self, view: str, ball: Ball) -> None:
        self.balls[self._owner(view)] = ball
        self.ball_problem = ball.problem
        self.set_circle(view, ball.circle)

    def set_circle(self, view: str, circle: Circle) -> None:
        """The ball's outline, in pixels of its photographs; its highlights are looked for anew."""
        ball = self.ball_of(view)
        if ball is None:
            return
        self.balls[self._owner(view)] = replace(ball, circle=circle)
        self._run(
            "Find the highlights", partial(mirror, ball_pictures(ball.shots), circle), "light highlights",
            then=partial(self._mirrored, view),
        )  # fmt: skip
        self.changed.emit()

    def _mirrored(self, view: str, found: Mirrored) -> None:
        self.set_lamps(view, replace(self.lamps_of(view), source=Source.BALL, mirrored=found))

    def follow_doubt(self) -> None:
        """Use the order that the detector holds for the better one."""
        if isinstance(self.preview, Preview) and self.preview.doubt is not None:
            lamps = self.lamps_of(self.shown)
            self.set_lamps(self.shown, replace(lamps, order=reordered(lamps, self.preview.doubt)))

    # Recipe and preview.

    def set_recipe(self, recipe: Recipe) -> None:
        if recipe != self.recipe:
            self.recipe = recipe
            self._touch()

    def set_mask(self, view: str, mask: Path | None) -> None:
        self.masks = {name: path for name, path in self.masks.items() if name != view} | ({view: mask} if mask else {})
        self._touch()

    def set_flats(self, view: str, flats: Sequence[Path]) -> None:
        self.flats[view] = tuple(flats)
        self._touch()

    def show(self, view: str) -> None:
        """Whose preview is wanted."""
        if view != self.shown:
            self.shown, self.preview = view, None
            self._touch()

    def wish(self, view: str) -> ViewWish:
        """All that this view's normals are made of. Problem where something is wrong with it, or not known yet."""
        stack, lighting = self.stack(view), self.lightings.get(view)
        if stack is None or lighting is None or not self.complete(stack):
            raise Problem(f"{view} is still being looked through", remedy="Wait a moment.")
        if (wrong := self.stack_problem(view)) is not None:
            raise wrong
        if isinstance(lighting, Problem):
            raise lighting
        return ViewWish(stack, lighting, self.masks.get(view), self.flats.get(view, ()))

    def wishes(self) -> list[ViewWish]:
        """Those of all views; Problem, naming the view, for the first that is not ready."""
        if not self.stacks:
            raise Problem("There are no stacks yet", remedy="Choose a folder, or drop photographs.")
        found = [self.wish(stack.view) for stack in self.stacks]
        if isinstance(self.preview, Problem):
            raise self.preview
        return found

    def _on_project(self) -> None:
        """Normals can go into the project that the stacks are of, and into no other."""
        self.sample = None
        self.working = False  # Why: whoever leaves a project stops all jobs, those of stacks among them.
        for stack in self.stacks:
            self._look_through(stack)
        if self.stacks and not self.settled:
            self._touch()
        self.changed.emit()

    def rest(self) -> None:
        """Nobody looks: what was not asked yet is asked when somebody does again."""
        self._later.stop()

    def go_on(self) -> None:
        if not self.settled:
            self._touch()

    def _touch(self) -> None:
        """Something changed: say so, and ask the background what it means, once the hand rests."""
        self._turn += 1
        self._later.within(_SOON_S)
        self.changed.emit()

    def _ask(self) -> None:
        view, shown = self.shown, self.stack(self.shown)
        glances = None
        if shown is not None and self.complete(shown) and self.stack_problem(view) is None:
            glances = {shot: self.glances[shot] for shot in shown.shots}
        stacks = tuple((stack, self.lamps_of(stack.view)) for stack in self.stacks)
        mask, flats = self.masks.get(view), self.flats.get(view, ())
        question = Question(stacks, view, self.recipe, glances, mask, flats)
        self.session.jobs.run(
            "Light preview", partial(answer, question), lane="tool", replaces="light preview", quiet=True,
            then=partial(self._answered, view, self._turn),
        )  # fmt: skip

    @property
    def settled(self) -> bool:
        """Whether all that was said is in the preview, or in its Problem."""
        return not self.working and self._known == self._turn and all(self.complete(stack) for stack in self.stacks)

    def _answered(self, view: str, turn: int, found: Answer) -> None:
        self._known = turn
        self.lightings, self.notes = dict(found.lightings), dict(found.notes)
        if view == self.shown:
            self.preview = found.preview
            self.previewed.emit()
        self.changed.emit()

    def _run(
        self, title: str, work: Callable[[Ticket], T], name: str, *, then: Callable[[T], None] | None = None
    ) -> Job[T]:
        return self.session.jobs.run(title, work, lane="disk", replaces=name, quiet=True, then=then)


def _rename(kept: dict[str, T], view: str, name: str) -> None:
    if view in kept:
        kept[name] = kept.pop(view)


def _share(kept: dict[str, T], shown: str, views: Sequence[str], *, shared: bool) -> None:
    """What is said of one view becomes what is said of all, or the other way round."""
    if shared and shown in kept:
        kept[""] = kept[shown]
    elif not shared and "" in kept:
        kept.update(dict.fromkeys(views, kept.pop("")))
