"""Programs that use an installation over HTTP while something breaks: they waive things and send files.

What was acknowledged is counted, and what nobody can know, since the answer was an error or never came.
"""

import hashlib
import http.client
import json
import statistics
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.documents.intake.made_files import pdf
from tests.faults.house import House, pause

PAPER = "cv"  # takes any number of versions, one after the other
SECONDS = 40.0  # how long a visitor waits for an answer


@dataclass
class Told:
    """Of one kind of request: what came of each thing, and how long each took."""

    acknowledged: dict[str, Any] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def usual(self) -> float:
        return statistics.median(self.seconds)


class Visitors:
    """One waives, one sends files, each one request after the other, until the `with` ends."""

    def __init__(self, house: House, web_port: int) -> None:
        self.house, self._port = house, web_port
        self.waives, self.uploads = Told(), Told()
        self._over = threading.Event()
        cases = house.rows("SELECT id::text FROM cases_case ORDER BY reference")
        ours, theirs = cases[::2], cases[1::2]  # nobody waits for the lock of a case that the other works on
        self._papers = [case_id for (case_id,) in theirs]
        codes = house.rows(
            "SELECT DISTINCT code FROM cases_checklistitem WHERE state = 'requested' AND code NOT IN (%s, 'consent')"
            " ORDER BY code",
            PAPER,
        )
        self._things = [(case_id, code) for (code,) in codes for (case_id,) in ours]
        self._threads = [threading.Thread(target=act) for act in (self._waive, self._send)]

    def __enter__(self) -> "Visitors":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def forget_times(self) -> None:
        """What took long so far, such as the first request of a server, counts no more."""
        self.waives.seconds, self.uploads.seconds = [], []

    def hold(self) -> None:
        """What was acknowledged is there, and of the rest only what may be: whole, and told of once."""
        assert not self.waives.refused and not self.uploads.refused, (self.waives.refused, self.uploads.refused)
        waived = {
            f"{case_id}/{code}"
            for case_id, code in self.house.rows(
                "SELECT case_id::text, code FROM cases_checklistitem WHERE state = 'waived'"
            )
        }
        done, doubtful = set(self.waives.acknowledged), self.waives.doubtful
        assert done <= waived, f"acknowledged and lost: {sorted(done - waived)}"
        assert waived <= done | doubtful, f"nobody asked for: {sorted(waived - done - doubtful)}"
        events = self.house.count("cases_caseevent", "kind = 'item.waived'")
        assert events == len(waived), f"{events} events tell of {len(waived)} things"

        kept = dict(self.house.rows("SELECT id::text, sha256 FROM documents_document"))
        sent = self.uploads.acknowledged
        assert {key: kept.get(key) for key in sent} == sent, "an acknowledged file is lost"
        assert set(kept.values()) - set(sent.values()) <= self.uploads.doubtful
        assert self.house.count("cases_caseevent", "kind = 'document.uploaded'") == len(kept)
        for document_id in list(sent)[-3:]:
            answer, body = self.ask("GET", f"documents/{document_id}/content/")
            assert answer == 200 and hashlib.sha256(body).hexdigest() == sent[document_id], "its bytes are not there"

    def ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> tuple[int, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=SECONDS)
        headers = {"Authorization": f"Bearer {self.house.token}", "Host": "localhost", "Content-Type": kind}
        try:
            line.request(method, f"/api/v1/{path}", body, headers)
            answer = line.getresponse()
            return answer.status, answer.read()
        finally:
            line.close()

    def _waive(self) -> None:
        for case_id, code in self._things:
            if self._over.is_set():
                return
            body = json.dumps({"reason": "Tried while something broke."}).encode()
            self._one(
                self.waives, f"{case_id}/{code}", f"cases/{case_id}/checklist/{code}/waive/", body, "application/json"
            )

    def _send(self) -> None:
        at = 0
        while not self._over.is_set():
            case_id, at = self._papers[at % len(self._papers)], at + 1
            paper = pdf(1, lambda made: made.docinfo.__setitem__("/Title", uuid4().hex))
            body = (
                b'--edge\r\nContent-Disposition: form-data; name="file"; filename="paper.pdf"\r\n'
                b"Content-Type: application/pdf\r\n\r\n" + paper + b"\r\n--edge--\r\n"
            )
            path, kind = f"cases/{case_id}/checklist/{PAPER}/documents/", "multipart/form-data; boundary=edge"
            self._one(self.uploads, hashlib.sha256(paper).hexdigest(), path, body, kind)

    def _one(self, told: Told, thing: str, path: str, body: bytes, kind: str) -> None:
        started = time.monotonic()
        try:
            status, answer = self.ask("POST", path, body, kind)
        except (OSError, http.client.HTTPException):
            told.doubtful.add(thing)
            pause(0.2)
        else:
            if status in (200, 201):
                given = json.loads(answer)
                told.acknowledged.update({given["id"]: thing} if status == 201 else {thing: status})
            elif status >= 500:
                told.doubtful.add(thing)
                pause(0.2)
            else:
                told.refused.append(f"{status} {answer[:300]!r}")
        told.seconds.append(time.monotonic() - started)
