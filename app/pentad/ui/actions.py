"""What a person can do that needs a window; the same kind of Action as the session's own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pentad.session.actions import Action
from pentad.session.session import Session
from pentad.ui.five_views import FiveViews

Go = Callable[[], object]


class Commands(Protocol):
    """What the window offers to its actions."""

    def ask_for_folder(self) -> None: ...
    def ask_for_zip(self) -> None: ...
    def open_sample_project(self) -> None: ...
    def find_sample(self) -> None: ...
    def export_masks(self) -> None: ...
    def import_masks(self) -> None: ...
    def import_lights(self) -> None: ...
    def train(self) -> None: ...
    def detect(self) -> None: ...
    def make_depth(self) -> None: ...
    def show_backbones(self) -> None: ...
    def show_palette(self) -> None: ...
    def show_keys(self) -> None: ...
    def show_manual(self) -> None: ...
    def show_log(self) -> None: ...
    def show_about(self) -> None: ...
    def switch_theme(self) -> None: ...
    def toggle_panel(self, name: str) -> None: ...
    def panel_is_open(self, name: str) -> bool: ...
    def arrange(self, workspace: str) -> None: ...
    def is_arranged(self, workspace: str) -> bool: ...
    def fly_to_view(self) -> None: ...
    def show_whole_rig(self) -> None: ...
    def save_rig_picture(self) -> None: ...
    def edit_rig(self) -> None: ...
    def close(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Panel:
    """One dock: its object name, its title, and the key that shows it."""

    name: str
    title: str
    key: str


PANELS = (
    Panel("samples", "Samples", "F6"),
    Panel("inspector", "Inspector", "F7"),
    Panel("annotate", "Annotate", "F9"),
    Panel("jobs", "Jobs", "Ctrl+J"),
    Panel("training", "Training", "Ctrl+Alt+T"),
    Panel("evaluation", "Evaluation", "F8"),
    Panel("rig", "Rig", "F12"),
    Panel("surface", "Surface", "Ctrl+Alt+U"),
    Panel("contradictions", "Contradictions", "F5"),
    Panel("profile", "Profile", "Ctrl+Alt+J"),
    Panel("pose", "Pose", "Ctrl+Alt+P"),
)
WORKSPACES = {"review": ("Review", "F2"), "annotate": ("Annotate", "F3"), "research": ("Research", "F4")}


def window_actions(window: Commands, views: FiveViews, session: Session) -> list[Action]:
    """Everything that is about the window itself."""
    return [*_project(window, session), *_view(window, views, session), *_models(window, session), *_help(window)]


def _project(window: Commands, session: Session) -> list[Action]:
    return [
        Action("project.open", "Open folder…", window.ask_for_folder, "Project", ("Ctrl+O",), "open",
               "A project, or a data set in any layout Pentad reads"),
        Action("project.open-zip", "Open zip…", window.ask_for_zip, "Project", ("Ctrl+Shift+O",),
               tip="A data set in a zip file, read in place"),
        Action("project.sample", "Open the sample project", window.open_sample_project, "Project", ("Ctrl+Shift+P",),
               tip="Parts from a simulated five-camera gantry"),
        Action("project.find", "Find sample", window.find_sample, "Project", ("Ctrl+F",), "search",
               "Filter the list by name or defect"),
        Action("project.export-masks", "Export masks…", window.export_masks, "Project", ("Ctrl+Shift+E",),
               tip="Write masks as COCO, labelme, CVAT, YOLO, PNG or in MVTec's layout",
               enabled=partial(_has_project, session)),
        Action("project.import-masks", "Import masks…", window.import_masks, "Project", ("Ctrl+Shift+I",),
               tip="Read masks that another tool wrote", enabled=partial(_has_project, session)),
        Action("project.import-lights", "Normals from light stacks…", window.import_lights, "Project",
               ("Ctrl+Shift+N",), "normals",
               "Photographs under several lights become normal maps, by photometric stereo"),
        Action("project.quit", "Quit", window.close, "Project", ("Ctrl+Q",)),
    ]  # fmt: skip


def _view(window: Commands, views: FiveViews, session: Session) -> list[Action]:
    seen = partial(_sees, session)
    panels = [
        Action(f"panel.{panel.name}", panel.title, partial(window.toggle_panel, panel.name), "View/Panels",
               (panel.key,), checked=partial(window.panel_is_open, panel.name))
        for panel in PANELS
    ]  # fmt: skip
    workspaces = [
        Action(f"workspace.{name}", title, partial(window.arrange, name), "View/Workspace", (key,),
               tip=f"Arrange the window for {title.lower()}", checked=partial(window.is_arranged, name))
        for name, (title, key) in WORKSPACES.items()
    ]  # fmt: skip
    return [
        Action("look.fit", "Fit", views.fit, "View", ("F",), "fit", "Show whole images", seen),
        Action("look.one-to-one", "1:1", views.one_to_one, "View", ("Z",), "one-to-one",
               "One image pixel on one screen pixel", seen),
        Action("look.zoom-in", "Zoom in", partial(views.zoom_by, 2**0.5), "View", ("+", "="),
               enabled=seen, repeats=True),
        Action("look.zoom-out", "Zoom out", partial(views.zoom_by, 2**-0.5), "View", ("-",),
               enabled=seen, repeats=True),
        Action("look.maximise", "Maximise", views.toggle_maximised, "View", ("Space",), "maximise",
               "Let one view fill the grid, and back (also double click)", seen, partial(_is_maximised, session)),
        Action("look.next-picture", "Next picture", partial(views.step_picture, 1), "View", ("annotate:X",),
               tip="Photo, normals, mask or heat of the large view in turn", enabled=views.has_close_up, repeats=True),
        Action("look.previous-picture", "Previous picture", partial(views.step_picture, -1), "View",
               ("annotate:Alt+X",), enabled=views.has_close_up, repeats=True),
        *panels,
        *workspaces,
        Action("rig.fly", "Look through this camera", window.fly_to_view, "View/Rig", ("Shift+F12",), "camera",
               "Fly to where the active view was taken from", seen),
        Action("rig.overview", "Whole rig", window.show_whole_rig, "View/Rig", ("Ctrl+F12",), "fit",
               "Show all cameras and the part", seen),
        Action("rig.edit", "Edit the rig…", window.edit_rig, "View/Rig", ("Alt+F12",),
               tip="Stations of the boards, image sizes, and a place for a view that is not calibrated", enabled=seen),
        Action("rig.picture", "Save a picture of the rig…", window.save_rig_picture, "View/Rig", ("Ctrl+Shift+F12",),
               "snapshot", "A PNG of the 3D scene as it stands", seen),
        Action("window.theme", "Light theme", window.switch_theme, "View", ("Ctrl+Shift+T",),
               tip="Dark suits images best"),
    ]  # fmt: skip


def _models(window: Commands, session: Session) -> list[Action]:
    has = partial(_has_project, session)
    return [
        Action("models.train", "Train…", window.train, "Models", ("Ctrl+T",), "train",
               "Teach a model what good parts look like", has),
        Action("models.detect", "Detect…", window.detect, "Models", ("Ctrl+D",), "detect",
               "Judge samples with a trained model", has),
        Action("models.depth", "Make depth…", window.make_depth, "Models", ("Ctrl+Shift+D",), "depth",
               "Let a trained generator make the depth of this sample's views", partial(_sees, session)),
        Action("models.backbones", "Backbones…", window.show_backbones, "Models", ("Ctrl+Shift+M",),
               tip="The pretrained weights models learn on: what is here, licences, import from a file"),
    ]  # fmt: skip


def _help(window: Commands) -> list[Action]:
    return [
        Action("help.palette", "Find an action…", window.show_palette, "Help", ("Ctrl+K",), "search",
               "Everything that can be done, by name"),
        Action("help.manual", "Using Pentad", window.show_manual, "Help", ("F1",), "help"),
        Action("help.keys", "Keys…", window.show_keys, "Help", ("?",), tip="All keys, to read and to change"),
        Action("help.log", "Show log", window.show_log, "Help", ("Ctrl+Shift+L",),
               tip="What Pentad wrote down about itself"),
        Action("help.about", "About Pentad", window.show_about, "Help", ("Shift+F1",)),
    ]  # fmt: skip


def _sees(session: Session) -> bool:
    return session.current is not None


def _has_project(session: Session) -> bool:
    return session.project is not None


def _is_maximised(session: Session) -> bool:
    return session.view_state.look.maximised is not None
