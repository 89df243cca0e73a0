"""What leaves relo on paper or by mail, with payloads in all that it quotes: read by a browser, nothing runs."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.db import transaction

from cases.models import Candidate, Case, ChangeMessage, Mail, MailKind
from cases.packs import pack_of_case
from cases.services.gathering import SEND
from documents.models import PacketChoice
from documents.packets.inputs import PacketInputs
from documents.packets.plan import Matter, plan_packet
from documents.packets.render import front_html
from documents.packets.run import run_in_child
from documents.packets.text import printable
from documents.services.packet_inputs import packet_inputs
from relo.core import clock
from relo.core.scoping import agency_scope
from relo.outbox import relay
from relo.outbox.service import put
from tests.browser.hostile_agency import Hostile, poison
from tests.browser.payloads import Trap
from tests.browser.watching import Watch
from tests.cases.post import days_later, sweep_and_send
from tests.days import in_days
from tests.matrix.filled_agency import SAMPLES, Filled
from tests.portal_steps import ask, browser, mails

pytestmark = pytest.mark.browser


def test_no_mail_runs_what_it_quotes(hostile: Hostile, watch: Watch) -> None:
    relay.drain("default")  # the mail about what was given back is put down
    poison(hostile.filled, hostile.texts, 0)
    with agency_scope(hostile.filled.agency.pk):
        email = Candidate.objects.get(pk=hostile.filled.case.candidate_id).email
        tell_of_a_rule_change(hostile.filled.case)
    ask(browser(), email)
    relay.drain("mail")
    with days_later(8):
        sweep_and_send()
    trap = Trap(watch.window(keeps_policies=False))
    trap.page.goto(f"{hostile.url}/portal/sign-in/")
    quoted = {}
    for letter in mails():
        [(html, _kind)] = letter.alternatives
        trap.page.set_content(str(html))
        quoted[letter.subject.partition("[")[0]] = hostile.texts.shown_by(trap.look())

    assert trap.sprung == []
    about = {
        "accounts.Agency.name",
        "cases.Candidate.given_names",
        "cases.Candidate.family_name",
        "cases.Case.reference",
    }
    assert quoted.pop("Sign in to your application at ") == {"accounts.Agency.name"}
    assert quoted.pop("Changes needed in your case ") == about
    assert quoted.pop("The rules for your application have changed: ") == about | {"cases.ChangeMessage.text_en"}
    assert quoted and all(read == about | {"cases.RouteVersion.content.en"} for read in quoted.values()), quoted


@transaction.atomic
def tell_of_a_rule_change(case: Case) -> None:
    mail = Mail.objects.create(
        candidate_id=case.candidate_id,
        case=case,
        change_message=ChangeMessage.objects.get(),
        kind=MailKind.CHANGE,
        language="en",
        local_day=in_days(0),
        created_at=clock.now(),
    )
    put(handler=SEND, key=f"mail:{mail.pk}", payload={"mail_id": str(mail.pk)})


def test_the_packet_runs_nothing_neither_on_its_way_to_paper_nor_there(
    hostile: Hostile, watch: Watch, tmp_path: Path
) -> None:
    poison(hostile.filled, hostile.texts, 0)
    inputs = inputs_of(hostile.filled)
    trap = Trap(watch.window(keeps_policies=False))
    trap.page.goto(f"{hostile.url}/portal/sign-in/")
    trap.page.set_content("".join(front_html(plan_packet(inputs), Matter(2, 1))))
    read = hostile.texts.shown_by(trap.look())
    sources = {document.document_id: SAMPLES / "cv.pdf" for document in inputs.documents}
    built = run_in_child(inputs, sources, tmp_path)  # its own process, without network
    printed = subprocess.check_output(["pdftotext", built.path, "-"], text=True)

    assert trap.sprung == [] and active_parts(built.path) == []
    assert read >= ON_A_PACKET and hostile.texts.shown_by(printed) >= ON_A_PACKET
    # A file's name may be too long to be printed whole, and what reads the paper takes some hyphens away.
    for text in (inputs.documents[0].file_name, inputs.documents[0].requirement_name.en, inputs.route_name.zh):
        assert "".join(printable(text)[:60].split()) in "".join(printed.split())


ON_A_PACKET = {
    "accounts.Agency.name",
    "cases.Candidate.chinese_name",
    "cases.Candidate.family_name",
    "cases.Candidate.given_names",
    "cases.Case.reference",
}


def inputs_of(filled: Filled) -> PacketInputs:
    """With two documents for one requirement: then the files' names are printed as well."""
    with agency_scope(filled.agency.pk):
        case = Case.objects.select_related("candidate", "agency").get(pk=filled.case.pk)
        PacketChoice.objects.update(left_out_reason="")  # or nothing is left to be printed
        inputs = packet_inputs(
            case, pack_of_case(case), number=4, printed_on=in_days(0), most_pages=None, most_bytes=None
        )
    inputs = replace(inputs, unready=())
    [document] = inputs.documents
    document = replace(document, working_sha256="")  # the file itself is joined below
    return replace(inputs, documents=(document, replace(document, document_id="another")))


def active_parts(file: Path) -> list[str]:
    """What would do something when a reader opens the packet or clicks; jumps to its own pages do not count."""
    found: list[str] = []

    def look(part: Any) -> None:
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            found.extend(name for name in ACTIVE if name in part)
            if (does := part.get("/S")) in DOES:
                found.append(str(does))

    with pikepdf.open(file) as pdf:
        for part in pdf.objects:
            look(part)
            if isinstance(part, pikepdf.Dictionary):
                for inner in part.values():
                    look(inner)
    return found


ACTIVE = ("/JS", "/JavaScript", "/OpenAction", "/AA", "/URI", "/EmbeddedFiles", "/RichMedia", "/AcroForm", "/XFA")
DOES = ("/JavaScript", "/URI", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition")
