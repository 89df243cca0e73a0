"""Whether a packet waits for the candidate: for the first page of the portal, which knows nothing of documents."""

from django import template

from cases.models import Case
from documents.models import Packet, PacketState

register = template.Library()


@register.simple_tag
def packet_to_answer(case: Case) -> bool:
    waiting = Packet.objects.filter(case=case, state=PacketState.READY, asked_at__isnull=False, answer="")
    return case.closed_at is None and waiting.exclude(copy_key="").exists()
