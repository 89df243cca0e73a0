"""Keeps a handful of services running, and stops every one of them when it stops itself."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from relo.running.lifeline import Guard, end_with_parent, signal_group
from relo.running.refusal import CannotRun

PAUSE_SECONDS = 0.1
GRACE_SECONDS = 8.0
LONGEST_BACK_OFF_SECONDS = 8.0
CRASHES_TO_GIVE_UP = 5
CRASH_WINDOW_SECONDS = 60.0


class StopRequested(Exception):
    """Someone pressed ctrl-C, or the machine wants us gone."""


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    command: Sequence[str]
    log: Path
    pass_fds: tuple[int, ...] = ()
    stops_last: bool = False  # the others speak to it until they are gone


@dataclass(slots=True)
class Child:
    service: Service
    process: "subprocess.Popen[bytes] | None" = None
    start_at: float = 0.0
    crashes: list[float] = field(default_factory=list)


class Supervisor:
    def __init__(
        self,
        *,
        environment: Mapping[str, str],
        say: Callable[[str], None],
        guard: Guard,
        back_off_seconds: float = 1.0,
    ) -> None:
        self._environment = environment
        self._say = say
        self._guard = guard
        self._back_off_seconds = back_off_seconds
        self._children: list[Child] = []
        self._stop_signals = 0

    def take_signals(self) -> None:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._on_signal)

    def _on_signal(self, signum: int, frame: FrameType | None) -> None:
        self._stop_signals += 1

    def run_once(self, service: Service) -> int:
        """Run a command to its end; returns its exit status."""
        child = Child(service)
        self._children.append(child)
        self._launch(child)
        while not self._has_ended(child):
            self._pause()
        status = self._bury(child)
        self._children.remove(child)
        return status

    def start(self, service: Service) -> None:
        child = Child(service)
        self._children.append(child)
        self._launch(child)

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                return False
            self._tend()
            self._pause()
        return True

    def run(self) -> None:
        """Keep the services running until a signal ends it with StopRequested."""
        while True:
            self._tend()
            self._pause()

    def stop_all(self) -> None:
        """Ask, wait, insist. A second ctrl-C shortens the wait."""
        signals_before = self._stop_signals
        for last in (False, True):
            wave = [child for child in self._children if child.process and child.service.stops_last is last]
            for child in wave:
                if child.process:
                    signal_group(child.process.pid, signal.SIGTERM)
            deadline = time.monotonic() + GRACE_SECONDS
            while not all(self._has_ended(child) for child in wave):
                if time.monotonic() > deadline or self._stop_signals > signals_before:
                    break
                time.sleep(PAUSE_SECONDS)
            for child in wave:
                self._bury(child)
        self._children.clear()

    def _pause(self) -> None:
        if self._stop_signals:
            raise StopRequested
        time.sleep(PAUSE_SECONDS)

    def _launch(self, child: Child) -> None:
        service, end_with_us = child.service, end_with_parent(os.getpid())

        def first_of_all() -> None:
            self._guard.watch_this_process()
            end_with_us()

        with service.log.open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603 - commands are ours, no shell
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environment,
                pass_fds=service.pass_fds,
                start_new_session=True,  # a group of its own: ctrl-C reaches us alone, and we can end it whole
                preexec_fn=first_of_all,
            )

    def _tend(self) -> None:
        now = time.monotonic()
        for child in self._children:
            if child.process is None:
                if now >= child.start_at:
                    self._launch(child)
            elif self._has_ended(child):
                status = self._bury(child)
                child.crashes = [at for at in child.crashes if at > now - CRASH_WINDOW_SECONDS] + [now]
                self._plan_restart(child, status, now)

    def _plan_restart(self, child: Child, status: int, now: float) -> None:
        service, count = child.service, len(child.crashes)
        if count >= CRASHES_TO_GIVE_UP:
            raise CannotRun(
                f"{service.name} stopped {count} times within a minute ({_described(status)}): "
                f"{last_line(service.log)} (whole log: {service.log})"
            )
        wait = min(self._back_off_seconds * 2 ** (count - 1), LONGEST_BACK_OFF_SECONDS)
        child.start_at = now + wait
        self._say(
            f"{service.name} stopped ({_described(status)}); starting it again in {wait:.0f} s. Its log: {service.log}"
        )

    def _has_ended(self, child: Child) -> bool:
        # Seen, but not reaped: as long as the dead leader is not, its number names this group and no other.
        if child.process is None:
            return True
        return os.waitid(os.P_PID, child.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _bury(self, child: Child) -> int:
        """End what is left of the child's group, reap it, and give its exit status."""
        process = child.process
        if process is None:
            return 0
        signal_group(process.pid, signal.SIGKILL)
        status = process.wait()
        self._guard.forget(process.pid)
        child.process = None
        return status


def last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def _described(status: int) -> str:
    return f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
