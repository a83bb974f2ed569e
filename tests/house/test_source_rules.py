"""What the source may not say, and the few places where it may."""

import ast
import re
from pathlib import Path

from tests.house.source import APP, PLUGINS, ROOT, TESTS, calls, imported_names, place, python_files, tree

SOURCE = (APP, PLUGINS)
CATCH_ALL = {"session/jobs.py", "sdk/plugins.py", "ui/excepthook.py"}
THREADS = {"session/jobs.py", "session/plain_lane.py", "ui/qthread_lane.py"}
COMPUTING_ROOMS = {"geometry", "evaluation", "gantry", "plugins"}
THREAD_STARTERS = re.compile(r"\b(Thread|QThread|QThreadPool|QRunnable|ThreadPool|ThreadPoolExecutor|QtConcurrent)$")
PROCESS_STARTERS = re.compile(r"\b(ProcessPoolExecutor|multiprocessing|multiprocessing\.\w+)$")
UNSAFE_LOADS = re.compile(r"^(torch\.load|yaml\.(load|unsafe_load|full_load)|joblib\.load|dill\.\w+|eval|exec)$")
PICKLES = re.compile(r"^(pickle|cPickle|dill|joblib|shelve|marshal)\b")
MACHINE_PATHS = re.compile(r"(^|[\s\"'=])/(work|root|home|tmp|opt|mnt)(/|$)")


def _below_app(path: Path) -> str:
    return path.relative_to(APP).as_posix() if path.is_relative_to(APP) else place(path)


def test_every_module_says_what_it_is_in_one_sentence() -> None:
    silent = []
    for path in python_files(*SOURCE, TESTS):
        sentence = ast.get_docstring(tree(path)) or ""
        if tree(path).body and (not sentence or len(sentence.splitlines()[0]) > 120):
            silent.append(place(path))
    assert silent == []


def test_styles_are_set_by_the_theme_alone() -> None:
    found = [
        place(path, call)
        for path in python_files(APP)
        for call, name in calls(path)
        if name.endswith("setStyleSheet") and _below_app(path) != "ui/theme.py"
    ]
    assert found == []


def test_everything_is_caught_in_few_places_only() -> None:
    found = []
    for path in python_files(*SOURCE):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and _below_app(path) not in CATCH_ALL:
                caught = "" if node.type is None else ast.unparse(node.type)
                reraises = bool(node.body) and isinstance(node.body[-1], ast.Raise)
                if caught in {"", "Exception", "BaseException"} and not reraises:
                    found.append(place(path, node))
    assert found == []


def test_nothing_is_unpickled_or_evaluated() -> None:
    found = [
        place(path, node)
        for path in python_files(*SOURCE)
        for node, name in imported_names(path)
        if PICKLES.match(name)
    ]
    for path in python_files(*SOURCE):
        for call, name in calls(path):
            allows = any(word.arg == "allow_pickle" and ast.unparse(word.value) != "False" for word in call.keywords)
            if allows or UNSAFE_LOADS.match(name):
                found.append(place(path, call))
    assert found == []


def test_numpy_files_are_read_with_pickling_refused() -> None:
    found = [
        place(path, call)
        for path in python_files(*SOURCE)
        for call, name in calls(path)
        if name in {"np.load", "numpy.load"} and not any(word.arg == "allow_pickle" for word in call.keywords)
    ]
    assert found == []


def test_threads_start_in_the_lanes_only() -> None:
    found = []
    for path in python_files(*SOURCE):
        pools = _pools_that_end_in_their_function(path)
        starts = [call for call, name in calls(path) if THREAD_STARTERS.search(name) and call not in pools]
        derives = [
            node
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ClassDef) and any(THREAD_STARTERS.search(ast.unparse(base)) for base in node.bases)
        ]
        if _below_app(path) not in THREADS:
            found += [place(path, node) for node in (*starts, *derives)]
    assert found == []


def _pools_that_end_in_their_function(path: Path) -> list[ast.expr]:
    """``with ThreadPoolExecutor(n) as pool`` in a room of pure functions: chunks of one sum, not background work."""
    if _below_app(path).split("/")[0] not in COMPUTING_ROOMS:
        return []
    return [item.context_expr for node in ast.walk(tree(path)) if isinstance(node, ast.With) for item in node.items]


def test_processes_start_in_the_gantry_only() -> None:
    found = [
        place(path, node)
        for path in python_files(*SOURCE)
        for node, name in imported_names(path)
        if PROCESS_STARTERS.search(name) and not _below_app(path).startswith("gantry/")
    ]
    assert found == []


def test_only_the_command_line_prints() -> None:
    found = [
        place(path, call)
        for path in python_files(*SOURCE)
        for call, name in calls(path)
        if name == "print" and not _below_app(path).startswith("cli/")
    ]
    assert found == []


def test_types_are_never_switched_off() -> None:
    # Why: spelt in two halves, so that this file does not find itself.
    words = ("type: " + "ignore", "mypy: " + "ignore", "pyright: " + "ignore")
    found = [
        place(path)
        for path in python_files(*SOURCE, TESTS)
        if any(word in path.read_text(encoding="utf-8") for word in words)
    ]
    assert found == []
    assert "overrides" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_no_path_of_one_machine_is_written_down() -> None:
    found = [
        place(path, node)
        for path in python_files(*SOURCE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and MACHINE_PATHS.search(node.value)
    ]
    assert found == []


def test_classes_are_named_for_what_they_are() -> None:
    found = [
        f"{place(path, node)} {node.name}"
        for path in python_files(*SOURCE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Utils?)$", node.name)
    ]
    named = [place(path) for path in python_files(*SOURCE) if re.search(r"(manager|helper|utils?)s?$", path.stem)]
    assert found + named == []


def test_opencv_comes_without_its_own_window_system() -> None:
    wanted = re.findall(r'"(opencv[a-z-]*)', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(wanted) == {"opencv-python-headless"}
