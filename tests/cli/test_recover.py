import json
from decimal import Decimal

import pytest

from tests.cli.conftest import tree
from tests.cli.given import NO, failed, in_doubt, journal_of, paid, step_of
from vidgen.cli.desk import open_project
from vidgen.errors import Exit
from vidgen.journal import health, rows
from vidgen.providers import PROVIDERS

FILM = """\
vidgen: 1
title: Doubts
format: {aspect: "9:16", resolution: 720p}
budget: {credits: 2000}
defaults: {duration: 5s, model: kling-3.0}
shots:
  - {id: sip, provider: fal, prompt: She sips}
  - {id: pour, provider: kling, prompt: Coffee pours}
"""


@pytest.fixture
def lost(tiny):
    """One job of fal of which nobody knows."""
    folder = tiny(FILM)
    in_doubt(folder, step_of(folder, "sip"))
    return folder


def row_of(folder, shot):
    found = rows(folder / ".vidgen/ledger.db")
    return next(row for row in found if row.shot == shot)


def recover(vidgen, folder, *words):
    return vidgen("recover", *words, "--project", folder)


def test_without_doubts_nothing_needs_a_person(vidgen, tiny):
    folder = tiny(FILM)
    said = recover(vidgen, folder)
    assert (said.code, said.out, said.err) == (0, "", "nothing needs a person\n")
    assert recover(vidgen, folder, "--json").json == {"schema": "vidgen.recover/1", "jobs": []}


def test_a_lost_submit_is_listed_with_where_to_look_and_what_to_answer(vidgen, lost):
    before = tree(lost)
    said = recover(vidgen, lost)
    assert (said.code, said.err) == (0, "")
    told = " ".join(said.out.split())
    sent = row_of(lost, "sip").created[:19].replace("T", " ")
    assert f"sip.t1 kling-3.0 on fal, final, {sent} UTC, up to 84.00 cr ($0.84)" in told
    assert "its answer was lost: it may have been taken" in told
    assert "look https://fal.ai" in told
    assert "vidgen recover sip.t1 --exists ID" in told
    assert "vidgen recover sip.t1 --not-there" in told
    assert tree(lost) == before
    assert max(len(row.rstrip()) for row in said.out.splitlines()) <= 80


def test_what_to_answer_is_written_for_the_folder_one_is_in(vidgen, lost, monkeypatch):
    elsewhere = vidgen("recover", "--project", lost, columns=250).out
    assert f"--not-there --project {lost}" in " ".join(elsewhere.split())
    monkeypatch.chdir(lost)
    assert "--project" not in vidgen("recover").out


def test_our_own_id_is_named_where_the_provider_has_it(vidgen, tiny):
    from vidgen.providers.kling.bodies import client_id

    folder = tiny(FILM)
    in_doubt(folder, step_of(folder, "pour"))
    name = client_id(f"{row_of(folder, 'pour').key}.1")
    assert name in recover(vidgen, folder).out.replace("\n", "")
    (told,) = recover(vidgen, folder, "--json").json["jobs"]
    assert (told["client_id"], told["question"], told["state"]) == (name, "exists", "unknown")
    assert told["may_have_cost"] == {"usd": "0.84", "credits": "84"}


def test_what_is_there_gets_its_ticket_and_is_collected(vidgen, lost):
    said = recover(vidgen, lost, "sip", "--exists", "abc-123")
    assert (said.code, said.out) == (0, "")
    assert said.err == "sip.t1: it counts as taken; the next `vidgen render` collects it\n"
    row = row_of(lost, "sip")
    assert (row.state, row.ticket["request_id"]) == ("submitted", "abc-123")
    assert row.ticket["status_url"].startswith("https://queue.fal.run/fal-ai/kling-video/")
    step = step_of(lost, "sip")
    assert (step.action, step.reason) == ("resume", "already sent; it is collected, not sent again")
    assert not open_project(lost).project.alive(row.owner)
    assert health(lost / ".vidgen/ledger.db") == "ok"


def test_a_ticket_is_of_the_provider_that_was_asked(vidgen, tiny):
    folder = tiny(FILM)
    in_doubt(folder, step_of(folder, "pour"))
    recover(vidgen, folder, "pour.t1", "--exists", " 7788 ")
    assert row_of(folder, "pour").ticket["id"] == "7788"


def test_an_id_that_cannot_be_one_is_refused_and_nothing_changes(vidgen, lost):
    said = recover(vidgen, lost, "sip", "--exists", "../a b")
    assert (said.code, said.out) == (Exit.FAILED, "")
    assert "fal has no job with an id like that" in said.err
    assert row_of(lost, "sip").state == "unknown"


def test_what_is_not_there_frees_its_money_and_may_be_sent_again(vidgen, lost):
    said = recover(vidgen, lost, "sip.t1", "--not-there", "--json")
    assert said.json == {
        "schema": "vidgen.answer/1",
        "job": "sip.t1",
        "key": row_of(lost, "sip").key,
        "state": "cancelled",
        "did": "it was never taken, and 84.00 cr are free again",
        "next": "the next `vidgen render` may send it again",
    }
    assert row_of(lost, "sip").state == "cancelled"
    with journal_of(lost) as journal:
        assert journal.sums().held == 0
    assert step_of(lost, "sip").action == "new"
    assert recover(vidgen, lost).err == "nothing needs a person\n"


def test_a_wrong_id_can_be_put_right(vidgen, lost):
    recover(vidgen, lost, "sip", "--exists", "wrong-one")
    with journal_of(lost) as journal:
        journal.note(row_of(lost, "sip").key, "fal knows no such work")
    listed = recover(vidgen, lost)
    assert "left open; the next `vidgen render` goes on with it" in listed.out
    assert "fal knows no such work" in listed.out
    recover(vidgen, lost, "sip", "--exists", "right-one")
    assert row_of(lost, "sip").ticket["request_id"] == "right-one"


def test_while_a_run_has_it_in_hand_nobody_answers(vidgen, tiny):
    folder = tiny(FILM)
    with open_project(folder).project.running() as run:
        in_doubt(folder, step_of(folder, "sip"), run=run)
        assert "a run that is under way has it in hand" in recover(vidgen, folder).out
        assert recover(vidgen, folder, "--json").json["jobs"][0]["busy"] is True
        for words in (["--not-there"], ["--exists", "abc"]):
            said = recover(vidgen, folder, "sip", *words)
            assert (said.code, said.err.splitlines()[0]) == (Exit.USAGE, "error: not-now")
        assert row_of(folder, "sip").state == "unknown"
    assert recover(vidgen, folder, "sip", "--not-there").code == 0


@pytest.mark.parametrize(
    ("word", "usd"), [("0.30usd", "0.3"), ("$0.30", "0.3"), ("30cr", "0.3"), ("30 credits", "0.3")]
)
def test_a_failure_of_unknown_cost_is_told_what_it_cost(vidgen, tiny, word, usd):
    folder = tiny(FILM)
    failed(folder, step_of(folder, "sip"))
    listed = " ".join(recover(vidgen, folder).out.split())
    assert "it went wrong there; nobody said what it cost" in listed
    assert "vidgen recover sip.t1 --charged 0.84usd" in listed
    said = recover(vidgen, folder, "sip", "--charged", word)
    assert said.err == (
        "sip.t1: 30.00 cr were charged; `vidgen render --rerun failed` tries it again\n"
    )
    total = vidgen("ledger", folder, "--json").json["total"]
    assert total["charged"] == {"usd": usd, "credits": "30"}
    assert (total["unknown"]["usd"], total["unknown_attempts"]) == ("0", 0)
    assert step_of(folder, "sip").action == "blocked"
    assert step_of(folder, "sip", rerun=["failed"]).action == "new"
    assert health(folder / ".vidgen/ledger.db") == "ok"


def test_a_failure_that_was_not_billed_is_tried_again(vidgen, tiny):
    folder = tiny(FILM)
    failed(folder, step_of(folder, "sip"))
    assert step_of(folder, "sip").action == "blocked"
    said = recover(vidgen, folder, "sip", "--not-charged")
    assert said.err == "sip.t1: it cost nothing; the next `vidgen render` tries it again\n"
    assert step_of(folder, "sip").action == "new"
    total = vidgen("ledger", folder, "--json").json["total"]
    assert (total["charged"]["usd"], total["refunded"]["usd"]) == ("0", "0.5")


def test_a_refusal_stays_refused_whatever_it_cost(vidgen, tiny):
    folder = tiny(FILM)
    failed(folder, step_of(folder, "sip"), kind="moderation")
    said = recover(vidgen, folder, "sip", "--not-charged")
    assert "`vidgen render --rerun failed` tries it again" in said.err
    assert step_of(folder, "sip").action == "blocked"


def test_each_attempt_is_answered_by_itself_the_oldest_first(vidgen, tiny):
    folder = tiny(FILM)
    for _ in range(2):
        failed(folder, step_of(folder, "sip"))
    assert [job["attempt"] for job in recover(vidgen, folder, "--json").json["jobs"]] == [1, 2]
    recover(vidgen, folder, "sip", "--charged", "10cr")
    assert [job["attempt"] for job in recover(vidgen, folder, "--json").json["jobs"]] == [2]
    recover(vidgen, folder, "sip", "--not-charged")
    total = vidgen("ledger", folder, "--json").json["total"]
    assert (total["charged"]["usd"], total["unknown"]["usd"]) == ("0.1", "0")


def test_a_take_of_no_known_price_can_be_given_one(vidgen, tiny):
    folder = tiny(FILM)
    paid(folder, step_of(folder, "sip"), None)
    said = recover(vidgen, folder, "sip", "--charged", "0.5usd")
    assert said.err == "sip.t1: 50.00 cr were charged; nothing else changes\n"
    assert step_of(folder, "sip").action == "reuse"


def test_of_several_jobs_one_must_be_meant(vidgen, lost):
    in_doubt(lost, step_of(lost, "sip", tier="draft"))
    said = recover(vidgen, lost, "sip", "--not-there")
    assert said.code == Exit.USAGE
    assert "`sip` names several jobs" in said.err
    assert "(final)" in said.err and "(draft)" in said.err
    key = step_of(lost, "sip", tier="draft").job.key
    assert recover(vidgen, lost, key[:10], "--not-there").code == 0
    states = {row.tier: row.state for row in rows(lost / ".vidgen/ledger.db")}
    assert states == {"final": "unknown", "draft": "cancelled"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nine", "--not-there"], "no job called `nine` needs a person hint: these do: sip.t1"),
        (["sip", "--charged", "1usd"], "sip.t1 is asked something else hint: answer with --exists"),
        (["sip"], "name one job and one answer"),
        (["--not-there"], "name one job and one answer"),
        (["sip", "--not-there", "--not-charged"], "name one job and one answer"),
    ],
)
def test_wrong_words_are_told_and_change_nothing(vidgen, lost, words, told):
    said = recover(vidgen, lost, *words)
    assert (said.code, said.out) == (Exit.USAGE, "")
    assert told in " ".join(said.err.split())
    assert row_of(lost, "sip").state == "unknown"


@pytest.mark.parametrize("word", ["0.84", "$0.84usd", "-1usd", "1e3cr", "many", "NaNusd", ""])
def test_an_amount_that_could_be_either_is_refused(vidgen, tiny, word):
    folder = tiny(FILM)
    failed(folder, step_of(folder, "sip"))
    said = recover(vidgen, folder, "sip", f"--charged={word}")
    assert said.code == Exit.USAGE
    assert "--charged is like 0.84usd or 84cr" in " ".join(said.err.split())
    assert vidgen("ledger", folder, "--json").json["total"]["unknown"]["usd"] == "0.5"


def test_a_finished_job_is_neither_taken_over_nor_given_up(vidgen, tiny):
    folder = tiny(FILM)
    step = step_of(folder, "sip")
    with journal_of(folder) as journal:
        journal.begin(step.job, Decimal(1), NO)
        journal.submitted(step.job.key, {"id": "1"})
        journal.succeeded(step.job.key, "https://x/clip.mp4", Decimal(1))
        journal.note(step.job.key, "it did not arrive whole")
    said = recover(vidgen, folder, "sip", "--not-there")
    assert said.code == Exit.USAGE
    assert "sip.t1 is succeeded, and nothing is asked of it" in said.err
    assert row_of(folder, "sip").state == "succeeded"


def test_a_job_of_a_provider_that_cannot_be_asked_has_another_way(vidgen, tiny, monkeypatch):
    folder = tiny(FILM)
    in_doubt(folder, step_of(folder, "sip"))
    monkeypatch.delitem(PROVIDERS, "fal")
    said = recover(vidgen, folder, "sip", "--exists", "abc")
    assert said.code == Exit.MISSING_TOOL
    assert "cannot take a job of fal over by its id" in said.err
    assert row_of(folder, "sip").state == "unknown"


def test_a_request_that_cannot_be_read_is_a_fault_of_the_ledger(vidgen, lost):
    import sqlite3

    with sqlite3.connect(lost / ".vidgen/ledger.db") as db:
        db.execute("UPDATE job SET request = ?", (json.dumps({"wings": 2, "rate": "24"}),))
    db.close()
    said = recover(vidgen, lost, "sip", "--exists", "abc")
    assert said.code == Exit.FAILED
    assert said.err.startswith("error: ledger-error")


def test_a_rehearsal_is_recovered_by_itself(vidgen, tiny):
    folder = tiny(FILM)
    step = step_of(folder, "sip", rehearsal=True)
    with journal_of(folder, rehearsal=True) as journal:
        journal.begin(step.job, Decimal(1), NO)
        journal.in_doubt(step.job.key, "lost")
    assert recover(vidgen, folder).err == "nothing needs a person\n"
    listed = recover(vidgen, folder, "--rehearsal")
    assert "vidgen recover sip.t1 --not-there --rehearsal" in listed.out
    assert recover(vidgen, folder, "sip", "--not-there", "--rehearsal").code == 0
