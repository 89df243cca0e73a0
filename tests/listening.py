"""What the log says while something happens: every line, of every logger, as relo writes it."""

import json
import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager

from relo.core.logs import logging_config


class Listener(logging.Handler):
    """Keeps each record as it is written."""

    def __init__(self) -> None:
        super().__init__()
        config = logging.config.DictConfigurator(logging_config())
        self.setFormatter(config.configure_formatter(config.config["formatters"]["json"]))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        written = json.loads(self.format(record))
        # The digits of a time may look like a code; and pytest's own handler leaves its text in the record.
        self.lines.append(json.dumps({**written, "timestamp": "", "message": ""}, ensure_ascii=False))


@contextmanager
def listening() -> Iterator[list[str]]:
    listener = Listener()
    apart = [one for one in logging.root.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    loggers = [logging.root, *(one for one in apart if not one.propagate)]
    for one in loggers:
        one.addHandler(listener)
    try:
        yield listener.lines
    finally:
        for one in loggers:
            one.removeHandler(listener)
