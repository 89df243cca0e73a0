"""One act from a page: a form, one service, and the service's answer in plain words."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from relo.core.errors import Invalid, NotFound, NotPermitted, ReloError

P = ParamSpec("P")
PageView = Callable[Concatenate[Any, HttpRequest, P], HttpResponse]


def refusals_are_answers(view: PageView[P]) -> PageView[P]:
    """NotFound is 404 and NotPermitted 403, also where a service or selector says so in the middle of a page."""

    @wraps(view)
    def answered(self: Any, request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(self, request, *args, **kwargs)
        except NotFound:
            raise Http404 from None
        except NotPermitted as refusal:
            raise PermissionDenied(str(refusal.detail)) from None

    return answered


def act(request: HttpRequest, service: Callable[[], Any], *, done: str, back_to: str) -> HttpResponseRedirect:
    """For a button without a form: do it, say so, and go back to the page it was pressed on."""
    try:
        service()
    except (NotFound, NotPermitted):
        raise
    except ReloError as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(back_to)


def act_from_form(request: HttpRequest, form: forms.Form, service: Callable[[], Any]) -> bool:
    """For a page with a form: True when it was done; else the form carries what is wrong, next to its field."""
    try:
        service()
    except (NotFound, NotPermitted):
        raise
    except ReloError as refusal:
        put_errors(form, refusal)
        return False
    return True


def put_errors(form: forms.Form, refusal: ReloError, names: dict[str, str] | None = None) -> None:
    """Each sentence at its field; what belongs to no field of this form, and the refusal as a whole, on top."""
    errors = refusal.errors if isinstance(refusal, Invalid) else {}
    placed = False
    for path, sentence in errors.items():
        name = (names or {}).get(path, path)
        if name in form.fields:
            form.add_error(name, str(sentence))
            placed = True
        else:
            form.add_error(None, f"{path}: {sentence}" if path else str(sentence))
    if not placed or not errors:
        form.add_error(None, forms.ValidationError(str(refusal.detail), code=refusal.code))


def done(request: HttpRequest, sentence: str, url: str) -> HttpResponseRedirect:
    messages.success(request, sentence)
    return HttpResponseRedirect(url)
