"""The tools that keylift is measured beside: where they come from (install), how they are called (tools), and how
their reports are read (reports). What is not there, or gives nothing that can be read, is named, and not counted."""


class AbsentError(Exception):
    """Why the tool is left out of a table."""
