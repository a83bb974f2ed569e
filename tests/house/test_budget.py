"""Files and functions stay short enough to be read in one go."""

import ast

from tests.house.source import APP, PLUGINS, TESTS, functions, place, python_files

FILE_LIMIT, FUNCTION_LIMIT = 500, 60


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_file_is_longer_than_its_budget() -> None:
    lengths = {place(path): path.read_text(encoding="utf-8").count("\n") for path in python_files(APP, PLUGINS, TESTS)}
    assert {file: lines for file, lines in lengths.items() if lines > FILE_LIMIT} == {}


def test_no_function_is_longer_than_its_budget() -> None:
    lengths = {
        f"{place(path, function)} {function.name}": _lines(function)
        for path in python_files(APP, PLUGINS, TESTS)
        for function in functions(path)
    }
    assert {function: lines for function, lines in lengths.items() if lines > FUNCTION_LIMIT} == {}
