"""The command line: everything the window computes, without the window."""

import sys

from pentad.cli.commands import COMMANDS
from pentad.cli.gl_probe import PROBE, print_renderer


def main(argv: list[str] | None = None) -> int:
    """Run a command and give its exit code; without one, or with a path, open the window."""
    arguments = sys.argv[1:] if argv is None else argv
    if arguments and (arguments[0] in COMMANDS or arguments[0] in {"-h", "--help", "--version"}):
        from pentad.cli.run import run_command  # Why: the window starts faster without the commands' parser.

        return run_command(arguments)
    if arguments == [PROBE]:
        return print_renderer()
    from pentad.ui.main import run_window

    return run_window(arguments)
