"""Opening a case: the route first, then one form for the person and the case."""

from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.admin.choices import manager_choices
from cases.admin.fact_sections import asked_by
from cases.admin.facts_form import FactsForm
from cases.models import Candidate, Case, RouteVersion
from cases.packs import pack_of
from cases.selectors import candidates_visible_to
from cases.services.candidates import OWN_COLUMNS, NewCandidate
from cases.services.opening import open_case
from relo.accounts.roles import Permission
from relo.core.actors import Actor
from relo.core.errors import Invalid, ReloError
from relo.core.zones import time_zone_choices
from relo.desk.acting import put_errors
from relo.desk.fields import DayField

TAKEN = "candidate_exists"


class CaseForm(forms.Form):
    planned_hand_in = DayField(
        label=_("Planned hand-in"),
        required=False,
        help_text=_("Documents must be valid on this day. Leave it empty to go by an estimate."),
    )
    manager = forms.TypedChoiceField(
        label=_("Case manager"), choices=manager_choices, required=False, coerce=int, empty_value=None
    )
    external_ref = forms.CharField(label=_("Reference in your other system"), max_length=80, required=False)


class PersonForm(forms.Form):
    given_names = forms.CharField(
        label=_("Given names"), max_length=120, help_text=_("As in the passport. One name is enough.")
    )
    family_name = forms.CharField(label=_("Family name"), max_length=120, required=False)
    chinese_name = forms.CharField(label=_("Chinese name"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    language = forms.ChoiceField(
        label=_("Language for the candidate"), choices=[("en", "English"), ("zh-hans", "简体中文")]
    )
    time_zone = forms.ChoiceField(label=_("Time zone of the candidate"), choices=time_zone_choices, initial="UTC")
    passport_number = forms.CharField(
        label=_("Passport number"), max_length=20, required=False, help_text=_("Kept encrypted.")
    )

    def person(self, facts: FactsForm) -> NewCandidate:
        """Both forms together, as open_case() takes them."""
        told = {name: value for name, value in facts.facts().items() if value is not None}
        columns = {name: told.pop(name, None) for name in OWN_COLUMNS}
        return NewCandidate(
            **self.cleaned_data,
            date_of_birth=facts.cleaned_data.get("date_of_birth"),
            nationalities=tuple(columns["nationalities"] or ()),
            residence_country=columns["residence_country"] or "",
            facts=told,
        )


class Opening:
    """The page of a case to be opened: a known person, or a form for a new one and what is known of them."""

    def __init__(
        self, posted: QueryDict | None, *, version: RouteVersion, known: Candidate | None, actor: Actor
    ) -> None:
        self.version, self.known, self.actor = version, known, actor
        mine = actor.ref if actor.may(Permission.MOVE_CASES) else ""
        self.case = CaseForm(posted, initial={"manager": mine})
        self.person = PersonForm(posted) if known is None else None
        asked = asked_by(pack_of(version))
        self.facts = FactsForm(posted, known={}, asked=asked, of_case=False) if known is None else None

    @property
    def forms(self) -> list[forms.Form]:
        return [form for form in (self.person, self.case, self.facts) if form is not None]

    def is_valid(self) -> bool:
        verdicts = [form.is_valid() for form in self.forms]  # each of them, so that every mistake is shown at once
        return all(verdicts)

    def open(self) -> Case:
        said = self.case.cleaned_data
        return open_case(
            route_code=self.version.code,
            candidate=self._candidate(),
            actor=self.actor,
            external_ref=said["external_ref"],
            planned_hand_in=said["planned_hand_in"],
            manager_id=said["manager"],
        )

    def _candidate(self) -> NewCandidate | UUID:
        if self.known is not None:
            return self.known.pk
        if self.person is None or self.facts is None:
            raise LookupError("neither a known candidate nor a form for a new one")
        return self.person.person(self.facts)

    def refuse(self, refusal: ReloError) -> None:
        """Each sentence of the service's answer in the form that has its field."""
        errors = refusal.errors if isinstance(refusal, Invalid) else {}
        if self.facts is not None and refusal.code == "facts_invalid":
            self.facts.refuse(refusal)
        elif self.person is not None and (errors.keys() & self.person.fields.keys() or refusal.code == TAKEN):
            put_errors(self.person, refusal)
        else:
            put_errors(self.case, refusal)

    def who_has_this_email(self) -> Candidate | None:
        """The person for whom a new one was about to be entered."""
        if self.person is None or not self.person.has_error(NON_FIELD_ERRORS, code=TAKEN):
            return None
        known = candidates_visible_to(self.actor)
        return known.filter(email__iexact=self.person.cleaned_data["email"].strip()).first()


def candidate_of(raw: str, actor: Actor) -> Candidate | None:
    """The candidate in sight whose id stands in the address; None for anything else."""
    try:
        wanted = UUID(raw)
    except ValueError:
        return None
    return candidates_visible_to(actor).filter(pk=wanted).first()
