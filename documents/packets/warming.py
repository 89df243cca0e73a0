"""A small packet laid out once, so that what is loaded on first use is loaded before a build needs it."""

from datetime import date

from documents.packets.inputs import ChecklistLine, PacketDocument, PacketInputs, fingerprint
from documents.packets.lettering import subset_of
from documents.packets.plan import Matter, plan_packet
from documents.packets.render import front_html, lay_out
from documents.packets.text import Text


def lay_out_sample() -> None:
    name = Text("Sample", "样本")
    document = PacketDocument("sample", name, "1", 1, "sample.pdf", "pdf", "0" * 64, 1, 1, date(2026, 1, 1), "relo")
    inputs = PacketInputs(
        "RELO-0", 1, date(2026, 1, 1), "", "", name, "relo", "SAMPLE", "样本", None, (document,),
        checklist=(ChecklistLine("sample", name, name, True, False),),
    )  # fmt: skip
    plan = plan_packet(PacketInputs.from_json(inputs.to_json()))
    fingerprint(plan.inputs)
    for html in front_html(plan, Matter(2, 1)):
        lay_out(html).write_pdf(pdf_identifier=b"relo-packet-front", uncompressed_pdf=True)
    subset_of("")
