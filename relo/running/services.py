"""The processes a demo consists of, beside its broker."""

import sys
from pathlib import Path

from relo.running.place import Folder
from relo.running.supervisor import Service

CELERY = [sys.executable, "-m", "celery", "-A", "relo.celery:app"]
ALONE = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


def manage(folder: Folder, checkout: Path, name: str, *arguments: str) -> Service:
    return Service(name, [sys.executable, str(checkout / "manage.py"), name, *arguments], folder.logs / f"{name}.log")


def web(folder: Folder, listener: int) -> Service:
    command = [sys.executable, "-m", "gunicorn", "relo.wsgi:application", "--bind", f"fd://{listener}"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload"]
    command += ["--no-control-socket", "--graceful-timeout", "5"]
    return Service("web", command, folder.logs / "web.log", pass_fds=(listener,))


def worker(folder: Folder, name: str, *, queues: str, processes: int) -> Service:
    command = [*CELERY, "worker", "--hostname", f"{name}@%h", "--queues", queues, "--concurrency", str(processes)]
    command += ["--prefetch-multiplier", "1", "--loglevel", "INFO", *ALONE]
    return Service(name, command, folder.logs / f"{name}.log")


def scheduler(folder: Folder) -> Service:
    command = [*CELERY, "beat", "--schedule", str(folder.path / "beat-schedule"), "--loglevel", "INFO"]
    return Service("scheduler", command, folder.logs / "scheduler.log")


def all_services(folder: Folder, listener: int) -> list[Service]:
    return [
        web(folder, listener),
        worker(folder, "worker", queues="default,mail,files", processes=2),
        worker(folder, "packets", queues="packets", processes=1),
        scheduler(folder),
    ]
