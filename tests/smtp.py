"""A real mail server on loopback: it takes what it is sent, or answers what a test tells it to."""

import asyncio
import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

HANG_UP = "hang up"


class MailServer:
    """`answers`: to the recipient of the next mails, one each; `HANG_UP` takes the mail and breaks the line."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.answers: list[str] = []
        self.tries = 0
        self.lines: list[Any] = []  # one for each connection a mail came over
        self._hangs_up = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.tries += 1
        if server not in self.lines:
            self.lines.append(server)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        self._hangs_up = answer == HANG_UP
        if answer.startswith("250") or self._hangs_up:
            envelope.rcpt_tos.append(address)
            return "250 OK"
        return answer

    def cut_off(self, server: Any) -> None:
        async def cut() -> None:
            server.transport.abort()

        asyncio.run_coroutine_threadsafe(cut(), server.loop).result(5)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        if self._hangs_up:
            server.transport.abort()
        return "250 taken"


def subject_of(message: EmailMessage) -> str:
    """As a mailbox shows it: without the blank a folded header begins with."""
    return str(message["Subject"]).strip()


def body_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    server, port = MailServer(), free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield server
    controller.stop()
