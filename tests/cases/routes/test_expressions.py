"""A condition answers yes, no, or names what is missing to tell."""

import pytest

from cases.routes.expressions import ExpressionInvalid, Unknown, compile_expression, evaluate, missing

FACTS = {
    "ex_chinese": False,
    "nationalities": ["DE"],
    "degrees": [{"level": 3, "stem": True}, {"level": 2}],
    "passport": {"blank_pages": 2},
}


@pytest.mark.parametrize(
    ("expression", "reads", "answer"),
    [
        ("!ex_chinese", ["ex_chinese"], True),
        ("'CN' in nationalities", ["nationalities"], False),
        ("names_differ", ["names_differ"], Unknown(("names_differ",))),
        ("age >= 18", ["age"], Unknown(("date_of_birth",))),
        ("arm.study", ["arm.study"], Unknown(("degrees[].field_isced",))),
        ("passport.months_left >= 6", ["passport.months_left"], Unknown(("passport.expires_on",))),
        # One side settles it, so the other need not be known.
        ("ex_chinese || passport.blank_pages == 2 || names_differ",
         ["ex_chinese", "names_differ", "passport.blank_pages"], True),
        ("ex_chinese && names_differ", ["ex_chinese", "names_differ"], False),
        ("names_differ && ex_chinese", ["ex_chinese", "names_differ"], False),
        # The first degree settles it; the second one's field does not matter.
        ("degrees.exists(d, d.stem)", ["degrees[].stem"], True),
        ("degrees.all(d, d.stem)", ["degrees[].stem"], Unknown(("degrees[].field_isced",))),
        ("work.exists(w, w.stem)", ["work[].stem"], Unknown(("work",))),
        # Not a yes or no.
        ("passport.blank_pages", ["passport.blank_pages"], Unknown(("passport.blank_pages",))),
        ("passport.blank_pages / 0 > 1", ["passport.blank_pages"], Unknown(("passport.blank_pages",))),
        ("nationalities > 1", ["nationalities"], Unknown(("nationalities",))),
    ],
)  # fmt: skip
def test_answers(expression, reads, answer):
    assert evaluate(expression, FACTS, reads) == answer


def test_a_fact_that_was_not_declared_is_not_read():
    assert evaluate("ex_chinese", FACTS, ["nationalities"]) == Unknown(("nationalities",))


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("has(passport.expires_on)", "expression_asks_has"),
        ("has  (passport.expires_on)", "expression_asks_has"),
        ("degrees.exists(", "expression_does_not_parse"),
        ("(" * 400 + "true" + ")" * 400, "expression_does_not_parse"),
        ("true" + " && true" * 200, "expression_too_long"),
        ("a.all(x, a.all(y, a.all(z, true)))", "expression_too_deep"),
    ],
)
def test_what_may_not_run_is_refused_before_it_runs(expression, code):
    with pytest.raises(ExpressionInvalid) as refused:
        compile_expression(expression)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "expression", ["a.all(x, x.b) && a.all(y, y.b) && a.all(z, z.b)", "name == 'has(x)'", "a.all(x, a.all(y, true))"]
)
def test_what_only_looks_alike_is_let_through(expression):
    assert compile_expression(expression)


def test_nothing_is_missing_once_everything_is_told():
    assert missing(FACTS, ["ex_chinese", "degrees[].level"]) == ()
    assert missing(FACTS, ["ex_chinese", "age", "work[].role"]) == ("date_of_birth", "work")
