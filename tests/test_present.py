from dataclasses import replace
from decimal import Decimal

import pytest
from rich.console import Console

from vidgen import present
from vidgen.errors import Fault, MediaError, StoryboardInvalid
from vidgen.job import Failure, History, JobKey
from vidgen.plan import Options, plan


def drawn(renderable, width=80, **more):
    console = Console(width=width, **more)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


@pytest.mark.parametrize(
    ("usd", "credits", "dollars"),
    [
        (None, "?", "?"),
        ("0", "free", "$0.00"),
        ("0.841", "84.10", "$0.85"),
        ("0.0421", "4.21", "$0.0421"),
        ("-1.5", "-150.00", "-$1.50"),
        ("12345.678", "1,234,567.80", "$12,345.68"),
        ("0.00001", "0.01", "$0.0001"),
    ],
)
def test_money_is_rounded_up_and_never_hidden(usd, credits, dollars):
    amount = None if usd is None else Decimal(usd)
    assert present.credits_text(amount, Decimal(100)) == credits
    assert present.usd_text(amount) == dollars


def test_credits_follow_the_storyboards_rate():
    assert present.credits_words(Decimal("1.5"), Decimal(250)) == "375.00 cr"
    assert present.credits_words(Decimal(0), Decimal(250)) == "0.00 cr"


def test_an_error_is_its_code_its_place_and_the_way_out():
    error = MediaError("it has no picture", where="a.mp4", hint="give another")
    assert (
        present.error_text(error)
        == "error: media-error\n  a.mp4  it has no picture\n  hint: give another"
    )
    assert present.error_text(MediaError("gone")) == "error: media-error\n  gone"


def test_faults_are_told_one_by_one_and_as_data():
    fault = Fault("bad-value", "no", "s.yaml", 3, 4, "yes")
    error = StoryboardInvalid((fault, fault))
    assert present.error_text(error).count("error: bad-value\n  s.yaml:3:4  no\n  hint: yes") == 2
    found = present.error_json(error)
    assert (found["message"], found["exit_code"], len(found["faults"])) == ("2 faults", 3, 2)


# -- plans --------------------------------------------------------------------------------------


@pytest.fixture
def planned(film, shop):
    def make(text, history=None, **options):
        return plan(film(text), shop, history or History(), Options(**options))

    return make


TWO = "defaults: {model: plain, duration: 4s}\nshots: [{id: a, prompt: p}, {id: b, prompt: q}]\n"


@pytest.mark.parametrize(
    ("head", "options", "words"),
    [
        ("", {"tier": "animatic"}, "nothing to pay"),
        ("", {}, "no ceiling is set: `budget:` in the storyboard, or --max-credits"),
        ("budget: {credits: 100}\n", {}, "fits the budget: 36.00 cr are left"),
        (
            "budget: {credits: 200, rerolls: 2}\n",
            {},
            "fits the budget: 72.00 cr are left after the re-rolls that are expected",
        ),
        (
            "budget: {credits: 50}\n",
            {},
            "over budget: this run costs 64.00 cr, and 50.00 cr are left",
        ),
        ("budget: {credits: 100, rerolls: 2}\n", {}, "over budget by 28.00 cr: one take of each"),
    ],
)
def test_the_verdict_says_how_much(planned, head, options, words):
    assert present.verdict_text(planned(head + TWO, **options)).plain.startswith(words)


def test_a_plan_with_nothing_left_to_pay_says_so(planned, film, shop):
    from tests.planning import made

    source = film("budget: {credits: 100}\n" + TWO)
    steps = plan(source, shop, History(), Options()).steps
    again = plan(source, shop, History(takes=tuple(map(made, steps))), Options())
    assert present.verdict_text(again).plain == "nothing to pay now"
    assert present.work_text(again) == "2 kept"


def test_what_is_collected_kept_and_blocked_is_counted_and_explained(planned):
    first = planned(TWO)
    open_jobs = {JobKey(first.steps[0].job.key): "submitted"}
    failed = {JobKey(first.steps[1].job.key): Failure("flagged")}
    found = planned(TWO, History(open_jobs=open_jobs, failed_jobs=failed))
    text = drawn(present.plan_view(found, 80))
    assert "> " in text and "+ " in text
    assert "already sent; it is collected, not sent again" in text
    assert "failed before: flagged" in text


def test_many_shots_share_one_line_of_what_is_said_of_them(planned):
    shots = ", ".join(f"{{id: s{n}, prompt: p{n}}}" for n in range(9))
    found = planned(f"defaults: {{model: plain, duration: 4.5s}}\nshots: [{shots}]\n")
    text = drawn(present.plan_view(found, 100))
    assert "s0, s1, s2, s3 and 5 more" in " ".join(text.split())


def test_shots_with_long_names_fit(planned):
    name = "a-shot-with-a-name-that-goes-on-for-long"
    found = planned(f"shots: [{{id: {name}, prompt: p, model: plain}}]\n")
    for width in (30, 40, 60, 80, 140):
        lines = drawn(present.plan_view(found, width), width).splitlines()
        assert max(map(len, lines)) <= width


def test_the_same_plan_gives_the_same_data(planned):
    found = planned("budget: {credits: 50}\n" + TWO)
    assert present.plan_json(found, 9) == present.plan_json(replace(found), 9)
    data = present.plan_json(found, 9)
    assert data["totals"]["run"] == {"usd": "0.64", "credits": "64"}
    assert data["steps"][0]["price"]["unit_usd"] == "0.08"
    assert data["film_frames"] == 9


def test_a_price_for_each_unit(planned):
    step = planned(TWO).steps[0]
    assert present.unit_text(step.quote) == "$0.08/s"
    assert present.unit_text(replace(step.quote, unit_usd=None)) == "?"
    assert present.unit_text(replace(step.quote, per="free")) == ""
