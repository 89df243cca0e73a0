"""Django's own log lines quote the path of a refused request; a link by mail is a secret in a path."""

import logging
import re

SECRET_IN_PATH = re.compile(r"(/portal/(?:sign-in|reminders)/)[\w.-]{20,}")


class WithoutTokens(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        if SECRET_IN_PATH.search(line):
            record.msg, record.args = SECRET_IN_PATH.sub(r"\1…", line), ()
            record.__dict__.pop("request", None)  # its repr quotes the path once more
        return True


def hide_tokens() -> None:
    for name in ("django.request", "django.security.csrf"):
        logging.getLogger(name).addFilter(WithoutTokens())
