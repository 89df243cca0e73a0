"""Where one is signed in, and how to end that."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from relo.accounts.sessions import end_other_sessions, end_own_session, live_sessions
from relo.core.errors import NotFound
from relo.desk.acting import done
from relo.desk.requests import staff
from relo.desk.sign_in.pages import DeskPage, session_of


class SessionsView(DeskPage, TemplateView):
    template_name = "admin/sign_in/sessions.html"
    title = gettext_lazy("Your sessions")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own = live_sessions(int(staff(self.request).ref))
        return super().get_context_data(sessions=own, here=session_of(self.request).pk, **kwargs)


@require_POST
def end_one(request: HttpRequest, session_id: int) -> HttpResponse:
    try:
        end_own_session(session_id=session_id, actor=staff(request))
    except NotFound as refusal:
        raise Http404(str(refusal.detail)) from None
    return done(request, _("The session has ended."), reverse("staff_sessions"))


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    ended = end_other_sessions(keep=session_of(request).pk, actor=staff(request))
    sentence = ngettext("%(count)d other session has ended.", "%(count)d other sessions have ended.", ended)
    return done(request, sentence % {"count": ended}, reverse("staff_sessions"))
