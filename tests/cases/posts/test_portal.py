"""What the candidate reads about the consulate."""

from cases.models import Case
from cases.portal.home import home_of
from cases.services.posts import choose_post
from tests.case_steps import of_page, published_post
from tests.days import in_days


def test_it_is_said_in_plain_words_with_the_day_it_was_read(k_case: Case, staff) -> None:
    assert home_of(k_case).post is None
    post = published_post(
        appointment=of_page(answer=True, text={"en": "Book online.", "zh": "网上预约。"}),
        proxy=of_page(answer=False, level="observed"),
    )

    choose_post(case_id=k_case.pk, post_id=published_post(name="Sample embassy, Erewhon").pk, actor=staff)
    choose_post(case_id=k_case.pk, post_id=post.pk, actor=staff)
    k_case.refresh_from_db()
    home = home_of(k_case)

    assert home.post is not None and home.post.name == "Sample consulate, Utopia"
    assert home.post.read_on == in_days(0)
    says = {line.title: (line.answer, line.text, bool(line.how_sure)) for line in home.post.says}
    assert says["Appointment"] == ("An appointment is needed.", "Book online.", False)
    assert says["Hand-in by somebody else"] == ("You must hand in yourself.", "", True)
    assert any(line.about == "Sample consulate, Utopia" for line in home.latest)
