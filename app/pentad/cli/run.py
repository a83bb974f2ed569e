"""How every command runs: arguments, one job on the engine, one answer, one exit code."""

import argparse
import logging
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import cast

from pentad import __version__
from pentad.cli.commands import COMMANDS, Command
from pentad.cli.console import Answer, Console
from pentad.core.problem import Problem

DONE, PROBLEM, INTERRUPTED = 0, 2, 130


def run_command(arguments: list[str]) -> int:
    """Parse and run one command; the exit code says done (0), a Problem (2) or Ctrl-C (130).

    A bug is an exception that escapes: the interpreter prints it and exits with 1.
    """
    parsed = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s: %(message)s")
    console = Console(as_json=parsed.json)
    try:
        module, function = COMMANDS[parsed.command].code.split(":")
        answer = cast(Answer, getattr(import_module(module), function)(parsed, console))
        console.answer(answer)
    except Problem as problem:
        print(f"error: {problem} (remedy: {problem.remedy})", file=sys.stderr)
        return PROBLEM
    except BrokenPipeError:
        sys.stderr.close()
        return DONE
    except OSError as error:
        # Why: a path may be wrong in more ways than commands ask about, such as one too long for the disk.
        if error.filename is None:
            raise
        print(f"error: {error.filename}: {error.strerror} (remedy: Check the path and its rights.)", file=sys.stderr)
        return PROBLEM
    except KeyboardInterrupt:
        print("stopped: what was finished is kept", file=sys.stderr)
        return INTERRUPTED
    finally:
        console.close()
    return DONE


def _parser() -> argparse.ArgumentParser:
    about = "Five-view inspection and annotation. Without a command, or with a path, the window opens."
    parser = argparse.ArgumentParser("pentad", description=about)
    parser.add_argument("--version", action="version", version=f"pentad {__version__}")
    _add(parser, COMMANDS, into="command")
    return parser


def _add(parser: argparse.ArgumentParser, commands: Mapping[str, Command], *, into: str) -> None:
    words = parser.add_subparsers(dest=into, required=True, metavar=into.upper())
    for name, command in commands.items():
        sub = words.add_parser(name, help=command.help, description=command.help)
        command.arguments(sub)
        if command.what:
            _add(sub, command.what, into="what")
        else:
            sub.add_argument("--json", action="store_true", help="exactly one JSON object on stdout")
