"""`make demo`: web, workers and scheduler on this machine, with a broker and data of their own."""

import contextlib
import http.client
import time
from collections.abc import Mapping
from pathlib import Path

from relo.running import services
from relo.running.access import described, read_access
from relo.running.broker import EmbeddedBroker, find_server, private_folder
from relo.running.console import Console
from relo.running.keys import read_or_make_keys
from relo.running.lifeline import Guard
from relo.running.place import HOST, Folder, listen, lock, prepare_folder, wanted_port
from relo.running.refusal import CannotRun
from relo.running.supervisor import Service, StopRequested, Supervisor, last_line

CHECKOUT = Path(__file__).resolve().parents[2]
BROKER_SECONDS = 15.0
WEB_SECONDS = 90.0
# A demo keeps to its own data, whatever database the shell's environment names.
NOT_INHERITED = ("DATABASE_URL", "MIGRATE_DATABASE_URL", "DJANGO_SETTINGS_MODULE")


def run_demo(environment: Mapping[str, str]) -> None:
    """Run until a signal stops it; raises CannotRun with the reason and the cure."""
    started, console = time.monotonic(), Console()
    folder = prepare_folder(Path(environment.get("RELO_VAR") or CHECKOUT / "var").absolute())
    held = lock(folder)
    folder.start_logs_afresh()
    keys = read_or_make_keys(folder.path, data=folder.database)
    with contextlib.ExitStack() as cleanup:
        redis_url = environment.get("REDIS_URL", "").strip()
        broker = None if redis_url else EmbeddedBroker(find_server(), cleanup.enter_context(private_folder()))
        guard = Guard(folders=[broker.folder] if broker else [], keeps_open=[held])
        cleanup.callback(guard.dismiss)
        listener = cleanup.enter_context(listen(wanted_port(environment)))
        port = listener.getsockname()[1]
        settings = {
            **{name: value for name, value in environment.items() if name not in NOT_INHERITED},
            **keys,
            **folder.settings,
            "REDIS_URL": broker.url if broker else redis_url,
            "PUBLIC_URL": f"http://{HOST}:{port}",
            "ALLOWED_HOSTS": f"{HOST},localhost",
            "PYTHONUNBUFFERED": "1",
        }
        supervisor = Supervisor(environment=settings, say=console.say, guard=guard)
        supervisor.take_signals()
        try:
            if broker:
                _start_broker(console, supervisor, broker, folder)
            _prepare_data(console, supervisor, folder)
            with console.step("Starting web, workers and scheduler"):
                for service in services.all_services(folder, listener.fileno()):
                    supervisor.start(service)
                _wait_for_web(supervisor, port, folder)
            console.say(f"\n{described(read_access(folder.access))}\n")
            console.say(f"  mails in {folder.mails}, logs in {folder.logs}, all of the above in {folder.access}")
            console.say(f"  Ready after {time.monotonic() - started:.1f} s. Ctrl-C stops it.\n")
            supervisor.run()
        except StopRequested:
            pass
        finally:
            with console.step("Stopping"):
                supervisor.stop_all()


def _start_broker(console: Console, supervisor: Supervisor, broker: EmbeddedBroker, folder: Folder) -> None:
    service = Service("broker", broker.command, folder.logs / "broker.log", stops_last=True)
    with console.step(f"Starting the broker ({broker.server.name})"):
        supervisor.start(service)
        if not supervisor.wait_until(broker.answers, seconds=BROKER_SECONDS):
            raise CannotRun(f"The broker does not answer: {last_line(service.log)} (whole log: {service.log})")


def _prepare_data(console: Console, supervisor: Supervisor, folder: Folder) -> None:
    for words, arguments in (
        ("Bringing the database up to date", ["migrate", "--no-input"]),
        ("Loading the routes", ["load_routes"]),
        ("Making sure of the sample agency", ["seed_demo", "--output", str(folder.access)]),
    ):
        service = services.manage(folder, CHECKOUT, *arguments)
        with console.step(words):
            if supervisor.run_once(service):
                raise CannotRun(f"{service.name} failed: {last_line(service.log)} (whole log: {service.log})")


def _wait_for_web(supervisor: Supervisor, port: int, folder: Folder) -> None:
    if not supervisor.wait_until(lambda: _answers(port), seconds=WEB_SECONDS):
        log = folder.logs / "web.log"
        raise CannotRun(f"web is not ready after {WEB_SECONDS:.0f} s: {last_line(log)} (whole log: {log})")


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/health/ready/")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
