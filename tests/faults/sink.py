"""A mail server that keeps what it takes, and misbehaves as it is told."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller

from tests.smtp import free_port

# What it does with a recipient or a mail: said by `mode`.
TAKE, REFUSE, GREY, HANG, DROP = "take", "refuse", "grey", "hang", "drop"


class Sink:
    """`taken`: Message-ID -> how many copies were accepted. `wait`: seconds it thinks before it answers."""

    def __init__(self, port: int) -> None:
        self.port, self.mode, self.wait = port, TAKE, 0.0
        self.taken: Counter[str] = Counter()
        self.to: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.mode == REFUSE:
            self.refused[address] += 1
            return "550 5.1.1 no such mailbox"
        if self.mode == GREY and self.refused[address] < 1:
            self.refused[address] += 1
            return "450 4.2.0 grey-listed, come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.wait)
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken[str(message["Message-ID"]).strip()] += 1
        self.to[envelope.rcpt_tos[0]] += 1
        if self.mode == HANG:
            await asyncio.sleep(3600)
        if self.mode == DROP:
            server.transport.abort()
        return "250 taken"


@contextmanager
def sink() -> Iterator[Sink]:
    server = Sink(free_port())
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
