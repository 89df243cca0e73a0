"""Whether one is told by mail each morning what needs one."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from relo.accounts.changing import choose_morning_mail
from relo.desk.acting import done
from relo.desk.requests import staff


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("wanted") == "yes"
    choose_morning_mail(wanted=wanted, actor=staff(request))
    said = _("You get the morning mail from now on.") if wanted else _("You get no morning mail from now on.")
    return done(request, said, f"{reverse('mfa_index')}#morning-mail")
