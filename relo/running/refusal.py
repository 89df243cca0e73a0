class CannotRun(Exception):
    """The demo cannot start or go on. Its text is one line that names the cure."""
