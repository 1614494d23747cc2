"""What must hold before money is spent, as the command line has it. Nothing here is ever sent."""

import json

import pytest

from tests.cli.conftest import TINY, tree
from vidgen.cli import consent
from vidgen.errors import Exit
from vidgen.journal import snapshot

ON_FAL = TINY.replace("model: veo-3.1", "model: veo-3.1-fast, duration: 4s", 1).replace(
    "duration: 1s, ", "", 1
)
"""Two shots on a provider that this version renders at."""

KEY = "fal-key-that-nobody-may-see"


@pytest.fixture
def with_a_key(monkeypatch):
    monkeypatch.setenv("FAL_KEY", KEY)


@pytest.fixture
def unsent(monkeypatch):
    """What would have been begun, were it not a test: the plans that passed every gate."""
    begun = []

    def stop(project, plan, desks, listen):
        begun.append((plan, desks))
        raise KeyboardInterrupt

    monkeypatch.setattr("vidgen.cli.render._run", stop)
    return begun


def on_fal(tiny, head=""):
    return tiny(ON_FAL.replace("title: Tiny", f"title: Tiny\nproviders: {{prefer: [fal]}}\n{head}"))


def test_a_missing_key_is_named_before_anything_else_and_nothing_is_written(vidgen, tiny):
    folder = on_fal(tiny, "budget: {usd: 100}")
    before = tree(folder)
    said = vidgen("render", folder)
    assert (said.code, said.out) == (Exit.MISSING_TOOL, "")
    assert "error: key-missing" in said.err
    assert "FAL_KEY for fal" in said.err
    assert "--rehearse" in said.err
    assert tree(folder) == before


def test_a_provider_that_this_version_lacks_is_named(vidgen, tiny):
    there = ON_FAL.replace("title: Tiny", "title: Tiny\nproviders: {prefer: [pixverse]}")
    folder = tiny(there.replace("veo-3.1-fast", "pixverse-v6"))
    said = vidgen("render", folder, "--max-credits", "9999")
    assert said.code == Exit.MISSING_TOOL
    assert "cannot render there yet" in said.err


def test_off_a_terminal_paid_work_without_a_ceiling_is_refused(vidgen, tiny, with_a_key, unsent):
    folder = on_fal(tiny)
    for words in ([], ["--yes"]):
        said = vidgen("render", folder, *words)
        assert (said.code, said.out) == (Exit.OVER_BUDGET, "")
        assert "error: no-ceiling" in said.err
        assert "--max-credits" in said.err
    assert not unsent
    assert not (folder / ".vidgen").exists()


@pytest.mark.parametrize(
    ("head", "words"), [("budget: {usd: 100}", []), ("", ["--max-credits", "900"])]
)
def test_off_a_terminal_a_ceiling_is_enough(vidgen, tiny, with_a_key, unsent, head, words):
    vidgen("render", on_fal(tiny, head), *words)
    ((plan, desks),) = unsent
    assert len([step for step in plan.steps if step.works]) == 2
    assert set(desks) == {"fal"}
    assert KEY not in repr(desks)


def test_on_a_terminal_the_price_is_asked_about_and_no_means_nothing(
    vidgen, tiny, with_a_key, unsent, monkeypatch
):
    folder = on_fal(tiny)
    monkeypatch.setattr(consent, "_somebody_there", lambda: True)
    asked = []

    def answer(reply):
        def confirm(question, **kinds):
            asked.append(question)
            return reply

        return confirm

    monkeypatch.setattr("typer.confirm", answer(False))
    said = vidgen("render", folder)
    assert (said.code, unsent) == (Exit.FAILED, [])
    assert "nothing was sent" in said.err
    price = json.loads(vidgen("plan", folder, "--json").out)["totals"]["run"]["credits"]
    assert f"render 2 takes for {float(price):.2f} cr?" in asked
    monkeypatch.setattr("typer.confirm", answer(True))
    vidgen("render", folder)
    assert len(unsent) == 1
    asked.clear()
    vidgen("render", folder, "--yes")
    assert len(unsent) == 2
    assert asked == []


def test_free_work_is_never_asked_about(vidgen, tiny, monkeypatch):
    monkeypatch.setattr(consent, "_somebody_there", lambda: True)
    assert vidgen("render", tiny(), "--animatic").code == 0


def test_the_users_own_ceilings_for_a_day_hold(vidgen, tiny, monkeypatch, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("budget: {day: {usd: 20}, providers: {fal: {credits: 500}}}\n")
    monkeypatch.setenv("VIDGEN_CONFIG", str(config))
    from vidgen.cli.desk import open_project, options_of

    plan = open_project(on_fal(tiny, "budget: {usd: 100}")).plan(
        options_of(tier="final", max_credits="50")
    )
    limits = consent.limits_of(plan)
    assert (limits.film, limits.run, limits.day) == (100, pytest.approx(0.5), 20)
    assert dict(limits.providers) == {"fal": 5}


def test_a_mistake_in_the_users_settings_is_told_with_its_place(
    vidgen, tiny, monkeypatch, tmp_path
):
    config = tmp_path / "config.yaml"
    config.write_text("budget:\n  dai: {usd: 20}\n")
    monkeypatch.setenv("VIDGEN_CONFIG", str(config))
    folder = on_fal(tiny, "budget: {usd: 100}")
    said = vidgen("render", folder, "--rehearse", "--speed", "9000")
    assert said.code == Exit.INVALID
    assert "config.yaml:2:3" in said.err


@pytest.mark.parametrize("words", [["--speed", "9"], ["--faults", "0.5"], ["--seed", "x"]])
def test_the_terms_of_a_rehearsal_are_refused_where_none_is_held(vidgen, tiny, words):
    said = vidgen("render", tiny(), "--animatic", *words)
    assert said.code == Exit.USAGE
    assert "--rehearse" in said.err


# -- a rehearsal ----------------------------------------------------------------------------------


def test_a_rehearsal_goes_the_whole_way_and_leaves_the_project_alone(vidgen, tiny):
    folder = on_fal(tiny, "budget: {usd: 100}")
    said = vidgen("render", folder, "--rehearse", "--speed", "2000")
    assert (said.code, said.out) == (0, ""), said.err
    assert "2 made, in " in said.err
    assert "nothing was sent or paid. The real thing:" in said.err
    assert "as the ledger says" in said.err
    assert not (folder / "takes").exists()
    assert not (folder / ".vidgen/ledger.db").exists()
    apart = folder / ".vidgen/rehearsal"
    assert len(list(apart.glob("takes/*/v001.mp4"))) == 2
    assert snapshot(apart / "ledger.db").money.charged > 0
    again = vidgen("render", folder, "--rehearse")
    assert (again.code, again.err) == (0, "2 kept\n")
    film = vidgen("stitch", folder, "--rehearsal")
    assert film.code == 0, film.err
    assert (folder / "deliver/tiny.rehearsal.mp4").exists()
    assert vidgen("plan", folder, "--json").json["totals"]["spent"]["usd"] == "0"


def test_what_the_real_thing_costs_counts_every_take_and_says_what_has_no_price(tiny):
    from vidgen.cli.choice import planned
    from vidgen.cli.desk import open_project
    from vidgen.cli.rehearsal import real_cost

    project = open_project(on_fal(tiny))
    once = planned(project, "final").totals.sticker * 100
    assert real_cost(planned(project, "final", takes=2)) == f"{2 * once:.2f} cr"
    text = ON_FAL.replace("A cup of coffee", "A cup of coffee, enhance: {interpolate: 48}")
    told = real_cost(planned(open_project(tiny(text, "smooth")), "final"))
    assert told.endswith(" cr and what one.interpolate costs, which is not known")


STAND_INS = """\
vidgen: 1
title: Without adapters
format: {aspect: "9:16", resolution: 720p}
defaults: {duration: 6s}
shots:
  - {id: one, model: vidu-q3-turbo, provider: vidu, prompt: A cup}
  - {id: two, model: pixverse-v6, provider: pixverse, prompt: A spoon}
  - {id: three, model: ltx-2.3-fast, provider: ltx, prompt: A saucer}
"""


def test_a_stand_in_knows_its_orders_though_their_endpoints_fix_what_it_does_not_send(tiny):
    from vidgen.cli.choice import planned
    from vidgen.cli.desk import open_project
    from vidgen.cli.rehearsal import works_of
    from vidgen.rehearsal.works import Slip, recognised

    project = open_project(tiny(STAND_INS))
    plan = planned(project, "final")
    played = {one.provider: one.works for one in works_of(project, plan)}
    for step in plan.steps:
        request = step.job.request
        path, _, fixed = request.endpoint.partition("?")
        assert fixed
        assert recognised(played[request.provider], Slip(path, {"prompt": request.prompt}))


def test_the_ceiling_of_a_run_stops_what_does_not_fit(vidgen, tiny):
    folder = on_fal(tiny)
    price = vidgen("plan", folder, "--json").json["steps"][0]["price"]["cost"]["credits"]
    said = vidgen("render", folder, "--rehearse", "--speed", "2000", "--max-credits", price)
    assert said.code == Exit.OVER_BUDGET
    one = ["--rehearse", "--speed", "2000", "--max-credits", price, "--shot", "one"]
    assert vidgen("render", folder, *one).code == 0


def test_a_refusal_is_told_with_what_to_do_and_never_sent_again_unchanged(vidgen, tiny):
    folder = on_fal(tiny, "budget: {usd: 100}")
    words = ["render", folder, "--rehearse", "--speed", "5000", "--json"]
    first = vidgen(*words, "--faults", "moderation=1", "--shot", "one")
    assert first.code == Exit.FAILED
    (failed,) = first.lines[-1]["failed"]
    assert (failed["ending"], failed["shot"]) == ("moderation", "one")
    assert "--alternate" in failed["next"]
    again = vidgen(*words)
    assert again.code == Exit.PARTIAL
    assert [take["shot"] for take in again.lines[-1]["made"]] == ["two"]
    (held,) = again.lines[-1]["held"]
    assert "--rerun failed" in held["reason"]
    assert vidgen(*words, "--rerun", "failed").code == 0


def test_what_nobody_knows_ends_with_8_and_is_not_sent_again(vidgen, tiny):
    folder = on_fal(tiny, "budget: {usd: 100}")
    words = ["render", folder, "--rehearse", "--speed", "5000"]
    first = vidgen(*words, "--faults", "lost-reply=1")
    assert first.code == Exit.AMBIGUOUS
    assert "2 in doubt" in first.err
    assert "billed 0.00 cr, as the ledger says; 80.00 cr of one, two stand in doubt" in first.err
    again = vidgen(*words)
    assert again.code == Exit.AMBIGUOUS
    assert "vidgen recover" in again.err
    books = (folder / ".vidgen/rehearsal/provider/books.jsonl").read_text()
    assert books.count('"placed"') == 2


@pytest.mark.parametrize(
    ("faults", "words"),
    [("2", "from 0 to 1"), ("weather=1", "no fault is called"), ("much", "0.3 or NAME=RATE")],
)
def test_faults_that_are_none_are_told(vidgen, tiny, faults, words):
    said = vidgen("render", tiny(), "--rehearse", "--faults", faults)
    assert said.code == Exit.USAGE
    assert words in said.err


def test_what_is_under_way_is_collected_also_when_nothing_more_fits(vidgen, tiny):
    folder = on_fal(tiny, "budget: {usd: 100}")
    words = ["render", folder, "--rehearse", "--speed", "5000"]
    assert vidgen(*words, "--shot", "one", "--faults", "lost-reply=1").code == Exit.AMBIGUOUS
    books = (folder / ".vidgen/rehearsal/provider/books.jsonl").read_text().splitlines()
    (placed,) = [line for line in map(json.loads, books) if line["what"] == "placed"]
    vidgen("recover", "one", "--exists", placed["id"], "--rehearsal", "--project", folder)
    text = (folder / "storyboard.yaml").read_text()
    (folder / "storyboard.yaml").write_text(text.replace("usd: 100", "usd: 0.41"))
    said = vidgen(*words)
    assert said.code == Exit.PARTIAL
    assert "what was sent before is collected" in said.err
    assert "1 made" in said.err
    apart = folder / ".vidgen/rehearsal"
    assert [path.parent.name for path in apart.glob("takes/*/v001.mp4")] == ["one"]
    assert snapshot(apart / "ledger.db").open_jobs == {}


def test_two_rehearsals_of_one_project_do_not_play_against_each_other(vidgen, tiny):
    from vidgen.project import Project

    folder = on_fal(tiny, "budget: {usd: 100}")
    with Project(folder, rehearsal=True).locked("rehearsal"):
        said = vidgen("render", folder, "--rehearse", "--speed", "5000")
    assert (said.code, said.err.splitlines()[0]) == (Exit.FAILED, "error: project-busy")
    assert not (folder / ".vidgen/rehearsal/ledger.db").exists()
