"""A mail server on loopback that takes everything: prints its port, and at the end of its input what it took.

python -m benchmarks.mail_sink
"""

import json
import sys

from tests.faults.sink import sink


def main() -> None:
    with sink() as server:
        print(server.port, flush=True)
        sys.stdin.read()
    doubles = sum(count - 1 for count in server.taken.values())
    print(json.dumps({"mails": len(server.taken), "doubles": doubles}), flush=True)


if __name__ == "__main__":
    main()
