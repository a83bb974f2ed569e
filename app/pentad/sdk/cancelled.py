"""The one exception that is not a fault."""


class Cancelled(Exception):
    """Raised inside a job when nobody wants its answer any more."""
