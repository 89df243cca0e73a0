"""What of documents and packets is told in the morning mail. No paper is named: the page names them."""

from django.db.models import Count, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.morning import LINES, MorningSection, Reader, line, section, waited
from documents.attention import documents_waiting, packets_waiting
from relo.accounts.roles import Permission


def documents_to_check(reader: Reader) -> MorningSection | None:
    """The longest waiting first; a case is one line, however many documents it has."""
    if not reader.actor.may(Permission.REVIEW_DOCUMENTS):
        return None
    waiting = documents_waiting(reader.actor).filter(case__in=reader.cases).order_by()
    by_case = waiting.values("case", "case__reference").annotate(count=Count("pk"), since=Min("uploaded_at"))
    path = reverse("admin:documents_document_changelist")
    return section(
        _("Documents to check"),
        [
            line(
                row["case__reference"],
                ngettext("%(count)s document", "%(count)s documents", row["count"]) % {"count": row["count"]},
                waited(row["since"]),
                path=f"{reverse('admin:cases_case_change', args=[row['case']])}#documents",
            )
            for row in by_case.order_by("since", "case")
        ],
        path,
    )


def packets_to_act_on(reader: Reader) -> MorningSection | None:
    if not reader.actor.may(Permission.BUILD_PACKETS):
        return None
    waiting = packets_waiting(reader.actor).filter(case__in=reader.cases)
    packets = waiting.select_related("case").defer("inputs", "manifest").order_by("-requested_at", "-id")
    return MorningSection(
        _("Packets"),
        waiting.order_by().count(),
        [
            line(
                _("Packet %(number)s of %(reference)s") % {"number": packet.number, "reference": packet.case.reference},
                str(packet.get_state_display()),
                path=reverse("admin:documents_packet_change", args=[packet.pk]),
            )
            for packet in packets[:LINES]
        ],
        reverse("admin:index"),
    )
