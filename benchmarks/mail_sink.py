"""A mail server on loopback that takes everything: prints its port, and at the end of its input what it took.

python -m benchmarks.mail_sink
"""

import json
import socket
import sys
from collections import Counter
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller


class Sink:
    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        head, _, _ = envelope.content.partition(b"\r\n\r\n")
        self.taken[str(message_from_bytes(head)["Message-ID"])] += 1
        return "250 taken"


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    print(port, flush=True)
    sys.stdin.read()
    controller.stop()
    doubles = sum(count - 1 for count in sink.taken.values())
    print(json.dumps({"mails": len(sink.taken), "doubles": doubles}), flush=True)


if __name__ == "__main__":
    main()
