"""An agency's draft: begun, changed, checked, sent in, sent back, and published by somebody else."""

import pytest

from cases.models import EditionEvent, RouteVersion, RuleChange, VersionStatus
from cases.packs import published_version
from cases.services.editing import (
    MOST_BYTES,
    DraftRefused,
    as_yaml,
    discard_draft,
    draft_edition,
    remove_part,
    replace_draft,
    save_part,
)
from cases.services.publishing import publish_base_version, publish_edition, send_back, send_to_review
from relo.core.actors import system_actor
from relo.core.errors import Conflict, Invalid, NotFound, NotPermitted, TooLarge
from relo.core.scoping import agency_scope, system_scope
from tests.conftest import waiting
from tests.rule_steps import THREE_MONTHS, drafted, edited, editors_of, latest, part_of, published


@pytest.fixture
def editors(in_scope):
    return editors_of(in_scope)


@pytest.fixture
def draft(editors) -> RouteVersion:
    return drafted(editors.first.actor)


def stored(version: RouteVersion) -> RouteVersion:
    return RouteVersion.objects.get(pk=version.pk)


def story(version: RouteVersion) -> list[tuple[str, str]]:
    return list(EditionEvent.objects.filter(version=version).order_by("id").values_list("kind", "part"))


def test_a_draft_is_a_copy_and_cases_still_open_on_what_is_published(draft, editors):
    base = latest()

    assert draft.status == "draft" and draft.based_on == base and draft.agency_id == editors.first.actor.agency_id
    assert {**draft.content, "edition": base.edition} == base.content
    assert published_version("CN-K") == base and story(draft) == [("drafted", "")]


def test_one_draft_of_a_route_at_a_time(draft, editors):
    with pytest.raises(Conflict, match="draft_open"):
        drafted(editors.second.actor, "2026-12-02")


def test_who_may_not_edit_routes_drafts_nothing(in_scope, staff):
    with pytest.raises(NotPermitted):
        draft_edition(based_on=latest().pk, edition="2026-12-01", actor=staff)
    assert RouteVersion.objects.count() == 1


def test_a_part_is_changed_by_itself_and_who_did_it_is_on_record(draft, editors):
    edited(draft, "requirements", "police", editors.second.actor, **THREE_MONTHS)

    saved = stored(draft)
    assert part_of(saved, "requirements", "police")["shelf_life"]["months"] == 3
    assert saved.edited_by == f"staff:{editors.second.user.pk}" != saved.written_by
    assert story(draft) == [("drafted", ""), ("edited", "requirements.police")]


def test_saving_the_same_again_is_no_edit(draft, editors):
    edited(draft, "requirements", "police", editors.second.actor)

    assert stored(draft).content_sha256 == draft.content_sha256 and story(draft) == [("drafted", "")]


FAULTS = {
    "unknown key": ({"shelf_live": {"months": 3}}, "not known"),
    "typo in a condition": ({"when": "post.asks_polize"}, ""),
    "string compared with a number": ({"when": "age > 'x'", "reads": ["age"]}, ""),
    "official without a source": ({"evidence": {"level": "official", "checked_on": "2026-12-01",
                                               "review_by": "2027-01-01"}}, "needs a source"),
    "no Chinese": ({"name": {"en": "Police", "zh": "Police"}}, "Chinese"),
    "a stage there is not": ({"stage": "nowhere"}, "no stage"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_refused_in_words_with_the_cure_and_nothing_is_saved(draft, editors, changes, words):
    with pytest.raises(DraftRefused) as refused:
        edited(draft, "requirements", "police", editors.first.actor, **changes)

    assert any(words in sentence for sentence in refused.value.errors.values()), refused.value.errors
    assert stored(draft).content == draft.content and story(draft) == [("drafted", "")]


def test_a_requirement_is_added_and_taken_out_again(draft, editors):
    actor = editors.first.actor
    new = {**part_of(draft, "requirements", "cv"), "code": "letter", "packet_order": 999}
    version = save_part(
        version_id=draft.pk, section="requirements", code=None, part=new, seen=draft.content_sha256, actor=actor
    )
    assert version.content["requirements"][-1]["code"] == "letter"

    version = remove_part(
        version_id=draft.pk, section="requirements", code="letter", seen=version.content_sha256, actor=actor
    )
    assert version.content == draft.content
    assert [kind for kind, _part in story(draft)] == ["drafted", "added", "removed"]


def test_what_a_reminder_names_is_not_taken_out(draft, editors):
    with pytest.raises(DraftRefused) as refused:
        remove_part(
            version_id=draft.pk, section="requirements", code="police", seen=draft.content_sha256,
            actor=editors.first.actor,
        )  # fmt: skip

    assert any("police" in sentence for sentence in refused.value.errors.values())


def test_nobody_overwrites_what_they_have_not_seen(draft, editors):
    edited(draft, "requirements", "police", editors.second.actor, **THREE_MONTHS)

    with pytest.raises(Conflict, match="draft_changed"):
        edited(draft, "requirements", "cv", editors.first.actor, in_packet=False)


def test_the_file_that_is_downloaded_can_be_uploaded_again_and_is_the_same(draft, editors):
    file = as_yaml(draft).encode()
    replace_draft(
        version_id=draft.pk, file=file, file_name="k.yaml", seen=draft.content_sha256, actor=editors.first.actor
    )

    assert stored(draft).content == draft.content and story(draft) == [("drafted", "")]


UPLOADS = {
    "no yaml": (b"\xff\xfe", DraftRefused),
    "a bomb": (b"a: &a [x, x]\nb: &b [*a, *a]\n" * 3, DraftRefused),
    "too large": (b"x" * (MOST_BYTES + 1), TooLarge),
    "half a pack": (b"code: CN-K\nedition: 2026-12-01\n", DraftRefused),
}


@pytest.mark.parametrize(("file", "refusal"), UPLOADS.values(), ids=UPLOADS.keys())
def test_a_file_that_is_no_pack_is_refused_whole(draft, editors, file, refusal):
    with pytest.raises(refusal):
        replace_draft(
            version_id=draft.pk, file=file, file_name="k.yaml", seen=draft.content_sha256, actor=editors.first.actor
        )
    assert stored(draft).content == draft.content


def test_a_fault_in_a_file_is_named_with_its_line(draft, editors):
    text = as_yaml(draft).replace("when: post.asks_police", "when: post.asks_polize")
    line = next(at for at, words in enumerate(text.splitlines(), 1) if "post.asks_polize" in words)

    with pytest.raises(DraftRefused) as refused:
        replace_draft(
            version_id=draft.pk, file=text.encode(), file_name="k.yaml", seen=draft.content_sha256,
            actor=editors.first.actor,
        )  # fmt: skip
    assert any(f"line {line}" in at for at in refused.value.errors)


def test_a_file_of_another_route_is_refused(draft, editors, shipped):
    text = as_yaml(draft).replace("code: CN-K\n", "code: CN-Z\n", 1)

    with pytest.raises(Invalid, match="route_differs"):
        replace_draft(
            version_id=draft.pk, file=text.encode(), file_name="z.yaml", seen=draft.content_sha256,
            actor=editors.first.actor,
        )  # fmt: skip


def test_while_a_second_person_looks_at_it_nobody_edits_it(draft, editors):
    with pytest.raises(Invalid, match="reason_missing"):
        send_to_review(version_id=draft.pk, note=" ", actor=editors.first.actor)
    send_to_review(version_id=draft.pk, note="The police told us", actor=editors.first.actor)

    with pytest.raises(Conflict, match="edition_elsewhere"):
        edited(draft, "requirements", "police", editors.first.actor, **THREE_MONTHS)
    send_back(version_id=draft.pk, reason="Name the source", actor=editors.second.actor)
    edited(draft, "requirements", "police", editors.first.actor, **THREE_MONTHS)
    assert [kind for kind, _part in story(draft)] == ["drafted", "sent_to_review", "sent_back", "edited"]


@pytest.mark.parametrize("who", ["writer", "last editor"])
def test_whoever_wrote_on_it_does_not_publish_it(draft, editors, who):
    version = edited(draft, "requirements", "police", editors.second.actor, **THREE_MONTHS)
    send_to_review(version_id=version.pk, note="Please", actor=editors.first.actor)

    with pytest.raises(Conflict, match="same_person"):
        publish_edition(
            version_id=version.pk,
            seen=version.content_sha256,
            actor=(editors.first if who == "writer" else editors.second).actor,
        )
    assert stored(draft).status == "in_review" and RuleChange.objects.count() == 0


def test_a_program_and_a_case_manager_do_not_publish(draft, editors, staff):
    send_to_review(version_id=draft.pk, note="Please", actor=editors.first.actor)

    with pytest.raises(NotPermitted):
        publish_edition(version_id=draft.pk, seen=draft.content_sha256, actor=staff)
    assert stored(draft).status == "in_review"


def test_an_edition_whose_golden_cases_fail_is_not_published(draft, editors):
    version = edited(draft, "rules", "K-AGE", editors.first.actor, when="age > 200", reads=["age"])
    send_to_review(version_id=version.pk, note="Please", actor=editors.first.actor)

    with pytest.raises(DraftRefused) as refused:
        publish_edition(version_id=version.pk, seen=version.content_sha256, actor=editors.second.actor)
    assert any("K-AGE" in sentence for sentence in refused.value.errors.values())
    assert stored(draft).status == "in_review" and "cases.compute_impact" not in waiting()


def test_published_by_a_second_person_it_is_what_new_cases_open_on(draft, editors):
    version = edited(draft, "requirements", "police", editors.first.actor, **THREE_MONTHS)
    send_to_review(version_id=version.pk, note="Please", actor=editors.first.actor)
    publish_edition(version_id=version.pk, seen=version.content_sha256, actor=editors.second.actor)

    assert published_version("CN-K").pk == draft.pk
    assert stored(draft).published_by == f"staff:{editors.second.user.pk}"
    assert story(draft)[-1] == ("published", "") and waiting() == ["cases.compute_impact"]
    with pytest.raises(Conflict):
        publish_edition(version_id=version.pk, seen=version.content_sha256, actor=editors.second.actor)


def test_a_discarded_draft_makes_room_for_the_next(draft, editors):
    discard_draft(version_id=draft.pk, actor=editors.first.actor)

    assert stored(draft).status == VersionStatus.RETIRED
    assert drafted(editors.first.actor, "2026-12-02").status == "draft"


def test_another_agency_knows_nothing_of_the_draft(draft, editors, other_world):
    stranger = editors_of(other_world).first.actor
    with agency_scope(other_world.agency.pk):
        with pytest.raises(NotFound):
            edited(draft, "requirements", "police", stranger, **THREE_MONTHS)
        assert published_version("CN-K").agency_id is None


def test_what_the_second_person_read_is_what_they_publish(draft, editors):
    """Sent back, changed and sent in again while the page stood open: what was read is not what would be published."""
    send_to_review(version_id=draft.pk, note="Please", actor=editors.first.actor)
    seen = stored(draft).content_sha256
    send_back(version_id=draft.pk, reason="One more thing", actor=editors.second.actor)
    edited(stored(draft), "requirements", "police", editors.first.actor, **THREE_MONTHS)
    send_to_review(version_id=draft.pk, note="Please", actor=editors.first.actor)

    with pytest.raises(Conflict, match="edition_changed"):
        publish_edition(version_id=draft.pk, seen=seen, actor=editors.second.actor)
    assert stored(draft).status == "in_review" and not RuleChange.objects.exists()
    publish_edition(version_id=draft.pk, seen=stored(draft).content_sha256, actor=editors.second.actor)
    assert stored(draft).status == "published"


def test_a_draft_from_a_new_base_carries_what_the_agency_changed_and_names_what_both_did(draft, editors, shipped):
    version = edited(draft, "requirements", "police", editors.first.actor, **THREE_MONTHS)
    version = edited(version, "stages", "collect", editors.first.actor, expected_days=30)
    published(version, editors)
    pack = next(one for one in shipped if one.code == "CN-K")
    stages = tuple(one.model_copy(update={"expected_days": 25}) if one.code == "collect" else
                   one.model_copy(update={"expected_days": 9}) if one.code == "intake" else one
                   for one in pack.stages)  # fmt: skip
    newer = pack.model_copy(update={"edition": "2099-01-01", "stages": stages})
    with system_scope("a base belongs to nobody"):
        publish_base_version(pack=newer, actor=system_actor("tests"))
        base = RouteVersion.objects.get(edition="2099-01-01")

    next_one = draft_edition(based_on=base.pk, edition="2099-01-02", actor=editors.first.actor)

    assert part_of(next_one, "requirements", "police")["shelf_life"]["months"] == 3  # ours, untouched by the base
    assert part_of(next_one, "stages", "intake")["expected_days"] == 9  # the base's, untouched by us
    assert part_of(next_one, "stages", "collect")["expected_days"] == 25  # both: the base stands, and it is said
    note = EditionEvent.objects.get(version=next_one, kind="drafted").note
    assert "requirements.police" in note and "Changed in both, enter it again: stages.collect" in note
    assert next_one.edition == "2099-01-02" and next_one.based_on_id == base.pk
