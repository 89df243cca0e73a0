"""What a 25 MB upload costs the web process, and hashing and sniffing beside `sha256sum` of the same file.

    python -m benchmarks.uploading [--rounds 5]

A PDF goes over HTTP through the API into one gunicorn worker, as in production and warm from a smaller file. Memory is
the worker's peak over what it held before; what the kernel holds for it meanwhile, on no disk, is told beside it.
Hashing is both times a file is hashed: as it is judged and as it is stored. The two take turns in one run. Ends with 1
when a goal is missed. Fills a database of its own on DATABASE_URL, or SQLite. Needs sha256sum.
"""

import argparse
import http.client
import io
import multiprocessing
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "relo.settings.test")

MIB = 1024 * 1024
GOAL_MIB, GOAL_RATIO = 16, 2.0
SHA256SUM = shutil.which("sha256sum") or sys.exit("Install sha256sum (coreutils) first.")
BOUNDARY = "relo-benchmark"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    import django

    django.setup()
    from django.db import connections
    from django.test.utils import setup_test_environment
    from django.urls import reverse

    from benchmarks.row_security import publish_routes
    from cases.services.opening import open_case
    from documents.intake.verdicts import MAX_BYTES
    from tests.conftest import anna, make_world

    setup_test_environment()
    with a_database():
        publish_routes()
        world = make_world("ARC")
        with world.scope():
            case = open_case(route_code="CN-K", candidate=anna(), actor=world.manager.actor)
        connections.close_all()
        address = reverse("api:upload", args=[case.pk, "cv"])
        with a_web_process() as (port, worker):
            upload(port, address, world.token, a_pdf(2 * MIB, seed=0))
            files = [a_pdf(MAX_BYTES, seed) for seed in range(1, rounds + 1)]
            memory = [memory_of(worker, lambda file=file: upload(port, address, world.token, file)) for file in files]
    added, in_kernel = max(row[0] for row in memory), max(row[1] for row in memory)
    print(
        f"{len(files[0]) / MIB:.1f} MiB uploaded {rounds} times: the web process grew by at most {added:.1f} MiB "
        f"(goal: at most {GOAL_MIB}); the kernel held at most {in_kernel:.1f} MiB of files for it"
    )
    ratio = ratio_to_sha256sum(files[0], rounds)
    return 0 if added <= GOAL_MIB and ratio <= GOAL_RATIO else 1


def ratio_to_sha256sum(content: bytes, rounds: int) -> float:
    bare, ours = [], []
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        for _ in range(rounds + 1):
            started = time.perf_counter()
            subprocess.run([SHA256SUM, file.name], check=True, stdout=subprocess.DEVNULL)  # noqa: S603
            bare.append(time.perf_counter() - started)
            started = time.perf_counter()
            hash_and_sniff(file.name)
            ours.append(time.perf_counter() - started)
    first, second = statistics.median(bare[1:]), statistics.median(ours[1:])  # the first round warms both
    ratio = second / first
    print(
        f"sha256sum {first * 1000:.0f} ms, hashing twice and sniffing {second * 1000:.0f} ms: {ratio:.2f}x "
        f"(goal: at most {GOAL_RATIO}); spread {max(bare[1:]) / min(bare[1:]):.2f} and "
        f"{max(ours[1:]) / min(ours[1:]):.2f}"
    )
    return ratio


def hash_and_sniff(name: str) -> None:
    """As documents.intake.inspect judges a file and relo.core.storage stores it, without the child and the cipher."""
    from documents.intake.inspect import in_memory, measured
    from documents.intake.sniff import sniff
    from relo.core.storage import CHUNK, _Measured

    with open(name, "rb") as source, in_memory(source) as file:
        _size, digest, head = measured(file)
        assert sniff(head, "cv.pdf").kind == "pdf"
        stored = _Measured(source)
        while stored.read(CHUNK):
            pass
        assert stored.sha256 == digest


def memory_of(worker: int, act: Any) -> tuple[float, float]:
    """By how many MiB the process grew at most meanwhile, and how much lay in its files without a disk."""
    process, over, held = Path(f"/proc/{worker}"), threading.Event(), [0]

    def watch() -> None:
        while not over.wait(0.005):
            held.append(sum(in_memory_files(process)))

    (process / "clear_refs").write_text("5")  # the peak begins anew
    before = status(process, "VmRSS")
    thread = threading.Thread(target=watch)
    thread.start()
    try:
        act()
    finally:
        over.set()
        thread.join()
    return (status(process, "VmHWM") - before) / 1024, max(held) / MIB


def in_memory_files(process: Path) -> Iterator[int]:
    seen = set()
    for descriptor in (process / "fd").iterdir():
        with suppress(FileNotFoundError):
            if os.readlink(descriptor).startswith("/memfd:"):
                found = descriptor.stat()
                if found.st_ino not in seen:
                    seen.add(found.st_ino)
                    yield found.st_blocks * 512


def status(process: Path, name: str) -> int:
    line = next(line for line in (process / "status").read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1])


def upload(port: int, address: str, token: str, content: bytes) -> None:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="cv.pdf"\r\n\r\n'.encode()
    body = head + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    connection.request("POST", address, body, {"Authorization": f"Bearer {token}", "Content-Type": kind})
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status != 201:
        sys.exit(f"The upload was answered by {answer.status}: {said[:500]!r}")


@contextmanager
def a_web_process() -> Iterator[tuple[int, int]]:
    """Forked, so that it knows the keys of this process; its port and the id of its worker."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        server = multiprocessing.get_context("fork").Process(target=serve, args=(listener.fileno(),))
        server.start()
    try:
        yield port, worker_of(server.pid or 0)
    finally:
        server.terminate()
        server.join(20)


def serve(listener: int) -> None:
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    class Web(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            known = {"bind": f"fd://{listener}", "worker_class": "gthread", "workers": 1, "threads": 4}
            for name, value in {**known, "control_socket_disable": True, "loglevel": "error"}.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from relo.wsgi import application

            return application

    Web().run()


def worker_of(server: int) -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(FileNotFoundError):
            children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
            if children:
                return int(children[0])
        time.sleep(0.05)
    sys.exit("gunicorn started no worker")


def a_pdf(size: int, seed: int) -> bytes:
    """Of exactly so many bytes: noise as pictures, one a page, and a comment on the last that fills it up."""
    import pikepdf
    from PIL import Image

    dice = random.Random(seed)  # noqa: S311 (the same files in every run)
    with pikepdf.new() as pdf:
        left = size
        while left > MIB:
            side = 1600 if left > 6 * MIB else 700
            data = io.BytesIO()
            Image.frombytes("RGB", (side, side), dice.randbytes(side * side * 3)).save(data, "JPEG", quality=95)
            left -= data.tell() + 1000
            picture = pdf.make_stream(data.getvalue())
            picture.update(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=side, Height=side, BitsPerComponent=8,
                    ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode,
                )
            )  # fmt: skip
            page = pdf.add_blank_page(page_size=(595, 842))
            page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))
            page.Contents = pdf.make_stream(b"500 0 0 500 40 200 cm /P Do")
        made = saved(pdf)
        filling = pdf.pages[-1].Contents
        # Less what the length of the stream is written longer by.
        filling.write(filling.read_bytes() + b"\n%" + b"x" * (size - len(made) - 12))
        made = saved(pdf)
    if not size - 16 <= len(made) <= size:
        sys.exit(f"The file to upload came to {len(made)} bytes.")
    return made


def saved(pdf: Any) -> bytes:
    import pikepdf

    made = io.BytesIO()
    pdf.save(made, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable, deterministic_id=True)
    return made.getvalue()


@contextmanager
def a_database() -> Iterator[None]:
    """Beside the one named, and dropped."""
    from django.conf import settings
    from django.db import connection

    from benchmarks.impact import a_database as on_postgresql

    if settings.DATABASE_OWNER:
        with on_postgresql():
            yield
        return
    usual = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(usual, verbosity=0)


if __name__ == "__main__":
    sys.exit(main())
