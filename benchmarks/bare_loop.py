"""Claim a row, send its mail, mark it: the least that sending each once takes. Knows nothing of relo.

    python -m benchmarks.bare_loop DATABASE_URL SMTP_PORT ROWS

Prints the seconds it took, over one connection to each server.
"""

import smtplib
import sys
import time
from email.message import EmailMessage

import psycopg

TEXT = "Good morning,\n\nthis paper is still missing. Please send it.\n\n" * 12
HTML = f"<html><body><p>{TEXT}</p></body></html>"


def main() -> None:
    url, port, rows = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with psycopg.connect(url, autocommit=True) as database, smtplib.SMTP("127.0.0.1", port) as server:
        database.execute(
            "CREATE TEMPORARY TABLE due (id int PRIMARY KEY, at timestamptz, taken timestamptz, sent bool)"
        )
        database.execute("INSERT INTO due SELECT n, now(), NULL, false FROM generate_series(1, %s) n", [rows])
        database.execute("CREATE INDEX ON due (at) WHERE NOT sent AND taken IS NULL")
        started = time.perf_counter()
        while row := database.execute(
            "UPDATE due SET taken = now() WHERE id = (SELECT id FROM due WHERE NOT sent AND taken IS NULL"
            " ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"
        ).fetchone():
            server.send_message(letter(row[0]))
            database.execute("UPDATE due SET sent = true WHERE id = %s", row)
        print(time.perf_counter() - started)


def letter(number: int) -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Papers", "relo@example.org", f"person{number}@example.org"
    message["Message-ID"] = f"<bare-{number}@example.org>"
    message.set_content(TEXT)
    message.add_alternative(HTML, subtype="html")
    return message


if __name__ == "__main__":
    main()
