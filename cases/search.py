"""Finding a case by what people have in hand: a reference, a name, an e-mail, or a whole passport number."""

from django.db.models import Q, QuerySet

from cases.models import Candidate, Case
from relo.core.fields import BlindIndexField

MOST_WORDS = 5


def searched(cases: QuerySet[Case], words: str) -> QuerySet[Case]:
    """Every word must be found; a passport number only whole, since it is stored encrypted."""
    index = Candidate._meta.get_field("passport_index")
    if not isinstance(index, BlindIndexField):
        raise TypeError("passport_index is no blind index")
    whole = Q(candidate__passport_index__in=index.matches(words)) if index.matches(words) else Q()
    each = Q()
    for word in words.split()[:MOST_WORDS]:
        each &= (
            Q(reference__icontains=word)
            | Q(external_ref__iexact=word)
            | Q(candidate__given_names__icontains=word)
            | Q(candidate__family_name__icontains=word)
            | Q(candidate__chinese_name__icontains=word)
            | Q(candidate__email__icontains=word)
        )
    return cases.filter(whole | each) if whole else cases.filter(each)
