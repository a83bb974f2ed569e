"""What can be done by menu and key with pose runs: align, hold, stop, branch, open, save."""

from functools import partial

from pentad.core.arrays import Doubles
from pentad.session.actions import Action
from pentad.session.aligning import Outline, Wanted, subject_in
from pentad.session.pose_run import PoseRun, RunState
from pentad.session.session import Session

MENU = "Models/Pose"


def pose_actions(session: Session) -> list[Action]:
    """All of it but choosing files; the settings are ``session.posing.options``."""
    posing = session.posing
    return [
        Action("pose.align", "Align this part", partial(align, session), MENU, ("Ctrl+Alt+A",), "align",
               "Find the pose under which the part's mesh explains its outlines", partial(_has_sample, session)),
        Action("pose.hold", "Hold", partial(_hold, session), MENU, ("Ctrl+Alt+H",), "pause",
               "The run at work stands still until it is let go", partial(_is_at_work, session),
               wording=partial(_hold_words, session)),
        Action("pose.stop", "Stop aligning", posing.stop, MENU, ("Ctrl+Alt+S",), "cancel",
               tip="End the run; its steps stay", enabled=partial(_is_at_work, session)),
        Action("pose.branch", "Align from this iteration", partial(branch, session), MENU, ("Ctrl+Alt+B",), "branch",
               "A new run that begins where you are looking", partial(_has_step, session)),
        Action("pose.compare", "Compare with the run before", partial(_compare, session), MENU, ("Ctrl+Alt+C",),
               "compare", tip="Lay the run before this one beside it", enabled=partial(_has_two, session),
               checked=partial(_is_compared, session)),
        Action("pose.drop", "Drop this run", partial(_drop, session), MENU, ("Ctrl+Alt+D",), "bin",
               tip="Take it off the list; a file that was saved stays", enabled=partial(_is_shown, session)),
    ]  # fmt: skip


def align(session: Session) -> PoseRun | None:
    """Align the sample on show, from the nearest references; None where none is on show."""
    posing, project, sample = session.posing, session.project, session.current
    if project is None or sample is None:
        return None
    views = () if posing.options.text("views") == "all" else (session.view_state.look.active or sample.views[0].name,)
    wanted = Wanted(sample, views, Outline(posing.options.text("outline")), session.annotation.label)
    opened = session.rig.surface
    session.annotation.documents.save_all()
    settings, aligners = posing.settings, session.aligners
    return posing.begin(
        f"{sample.id} ({settings['method']})",
        lambda ticket: subject_in(project, wanted, opened, ticket),
        lambda: aligners["ptad"],
        settings,
    )


def branch(session: Session) -> PoseRun | None:
    """A new run on the same part that begins with the pose looked at; None where none is."""
    step, run = session.posing.step, session.posing.shown
    if step is None or run is None:
        return None
    return _again(session, run, f"from {session.posing.index + 1} of run {run.name}", pose=step.pose)


def align_from(session: Session, reference: int) -> PoseRun | None:
    """A new run on the same part that begins at one of the references of the run on show."""
    run = session.posing.shown
    return _again(session, run, f"from reference {reference}", reference=reference) if run is not None else None


def _again(
    session: Session, run: PoseRun, origin: str, *, pose: Doubles | None = None, reference: int | None = None
) -> PoseRun | None:
    subject, settings, aligners = run.subject, session.posing.settings, session.aligners
    if subject is None:
        return None
    return session.posing.begin(
        f"{run.part or run.title} ({settings['method']})",
        lambda ticket: subject,
        lambda: aligners["ptad"],
        settings,
        pose=pose,
        reference=reference,
        origin=origin,
    )


def _hold(session: Session) -> None:
    run = session.posing.at_work
    if run is not None and run.state is RunState.PAUSED:
        session.posing.resume()
    else:
        session.posing.pause()


def _hold_words(session: Session) -> str:
    run = session.posing.at_work
    return "Go on" if run is not None and run.state is RunState.PAUSED else "Hold"


def _compare(session: Session) -> None:
    posing = session.posing
    others = [run for run in posing.runs if run is not posing.shown]
    posing.compare(None if posing.compared is not None or not others else others[-1])


def _drop(session: Session) -> None:
    if session.posing.shown is not None:
        session.posing.drop(session.posing.shown)


def _has_sample(session: Session) -> bool:
    return session.project is not None and session.current is not None


def _is_at_work(session: Session) -> bool:
    return session.posing.at_work is not None


def _has_step(session: Session) -> bool:
    return session.posing.step is not None


def _has_two(session: Session) -> bool:
    return len(session.posing.runs) > 1


def _is_compared(session: Session) -> bool:
    return session.posing.compared is not None


def _is_shown(session: Session) -> bool:
    return session.posing.shown is not None
