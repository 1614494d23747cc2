"""From a finished clip to a take: expired links, clips that are cut, every moment to die."""

import base64
import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from PIL import Image

from tests.conftest import offer, provider, still
from tests.render.arriving import OTHER_LINK, downloads, scene, sidecar
from tests.render.fetch_server import Turn
from tests.render.stage import ALONE, CHAINED, PAIR, PRICE, endings, failures, shots, trouble
from vidgen.job import Failed, Running, Succeeded
from vidgen.media.frames import frame_at, last_frame
from vidgen.render.arrive import FETCHES

# -- fetched ------------------------------------------------------------------------------------


def test_a_clip_is_fetched_and_nothing_is_left_of_the_download(stage):
    async def play(server):
        report = await stage.run(stage.plan(ALONE))
        assert [outcome.take.path for outcome in report.made] == ["takes/a/v001.mp4"]
        return len(server.asked)

    assert scene(stage, play) == 1
    assert (stage.project.root / "takes/a/v001.mp4").read_bytes() == stage.clip.read_bytes()
    assert downloads(stage) == []
    assert "SECRET" not in json.dumps(sidecar(stage, "a/v001"))


def test_a_clip_inside_the_answer_is_kept_as_well(stage):
    packed = base64.b64encode(stage.clip.read_bytes()).decode()
    stage.provider.link = f"data:video/mp4;base64,{packed}"

    async def play(server):
        stage.provider.link = f"data:video/mp4;base64,{packed}"
        return await stage.run(stage.plan(ALONE))

    assert len(scene(stage, play).made) == 1
    assert downloads(stage) == []


def test_an_expired_link_is_asked_for_again(stage):
    async def play(server):
        def fresh():
            stage.provider.link = server.link(OTHER_LINK)
            return "clip"

        stage.provider.looks["A."] = ["clip", fresh]
        server.turns = [Turn(status=403)]
        report = await stage.run(stage.plan(ALONE))
        assert len(report.made) == 1
        assert [one["path"][-5:] for one in server.asked] == ["ECRET", "FRESH"]

    scene(stage, play)
    assert len(stage.provider.polled) == 2


def test_a_link_that_stays_expired_is_left_and_fetched_by_the_next_run(stage):
    async def play(server):
        server.turns = [Turn(status=410) for _ in range(FETCHES)]
        report = await stage.run(stage.plan(ALONE))
        assert endings(report) == {"a": "left"}
        assert "its link has expired" in failures(report)["a"]
        assert (stage.states, stage.money) == ({"a.t1": "succeeded"}, (0, PRICE, 0))
        return await stage.run(stage.plan())

    assert len(scene(stage, play).made) == 1
    assert (stage.provider.sent, stage.money) == (["A."], (PRICE, 0, 0))


def test_a_provider_that_has_no_fresh_link_now_is_no_reason_to_give_the_clip_up(stage):
    async def play(server):
        stage.provider.looks["A."] = ["clip", trouble("overload"), Running(0.9), "clip"]
        server.turns = [Turn(status=403), Turn(status=403), Turn(status=403)]
        return await stage.run(stage.plan(ALONE))

    assert len(scene(stage, play).made) == 1


def test_a_clip_that_does_not_decode_is_fetched_anew(stage):
    async def play(server):
        server.turns = [Turn(body=b"no film" * 200, say={"ETag": None})]
        return await stage.run(stage.plan(ALONE))

    assert len(scene(stage, play).made) == 1
    assert (stage.project.root / "takes/a/v001.mp4").read_bytes() == stage.clip.read_bytes()


def test_a_clip_that_never_decodes_is_left_with_its_link_and_fetched_by_the_next_run(stage):
    async def play(server):
        good, server.clip = server.clip, b"no film" * 200
        report = await stage.run(stage.plan(ALONE))
        assert endings(report) == {"a": "left"}
        assert "paid, but did not arrive whole" in failures(report)["a"]
        assert len(server.asked) == FETCHES
        assert stage.states == {"a.t1": "succeeded"}
        assert list(stage.project.root.glob("takes/**/*")) == []
        server.clip, server.etag = good, '"two"'
        assert stage.plan().steps[0].action == "resume"
        return await stage.run(stage.plan())

    assert len(scene(stage, play).made) == 1
    assert (stage.provider.sent, stage.money) == (["A."], (PRICE, 0, 0))


def test_a_server_that_is_down_leaves_the_clip_and_what_came_of_it(stage):
    async def play(server):
        server.turns = [Turn(cut=2000), *[Turn(status=503) for _ in range(20)]]
        report = await stage.run(stage.plan(ALONE))
        assert endings(report) == {"a": "left"}
        assert "SECRET" not in failures(report)["a"]
        assert downloads(stage) == [".json", ".part"]
        server.turns = []
        report = await stage.run(stage.plan())
        assert server.offsets[-1] == 2000
        return report

    assert len(scene(stage, play).made) == 1
    assert downloads(stage) == []


def test_a_link_that_nobody_should_follow_is_left(stage):
    async def play(server):
        stage.provider.link = "ftp://127.0.0.1/clip.mp4"
        return await stage.run(stage.plan(ALONE))

    report = scene(stage, play)
    assert endings(report) == {"a": "left"}
    assert stage.states == {"a.t1": "succeeded"}


def test_a_disk_that_cannot_be_written_leaves_the_clip_and_stops_nothing_else(stage):
    async def play(server):
        (stage.project.state / "downloads").parent.mkdir(exist_ok=True)
        (stage.project.state / "downloads").write_text("in the way")
        report = await stage.run(stage.plan(PAIR))
        assert endings(report) == {"a": "left", "b": "left"}
        (stage.project.state / "downloads").unlink()
        return await stage.run(stage.plan())

    assert len(scene(stage, play).made) == 2
    assert stage.money == (2 * PRICE, 0, 0)


def test_a_clip_that_only_has_to_be_fetched_takes_nobodys_place(stage):
    async def play(server):
        server.turns = [Turn(status=410) for _ in range(FETCHES)]
        await stage.run(stage.plan(ALONE))
        stage.provider.looks["B."] = [
            lambda: "clip" if "done" in stage.kinds("a.t1") else Running()
        ]
        return await stage.run(stage.plan(PAIR), in_flight=1)

    assert len(scene(stage, play).made) == 2


# -- what it is, and what it cost ----------------------------------------------------------------


def test_a_finished_take_is_charged_what_was_planned(stage):
    report = stage.go(ALONE)
    assert report.cost_usd == Decimal("0.32")
    assert stage.project.takes()[0].cost_usd == Decimal("0.32")
    assert stage.lines == [("reserve", "0.32"), ("charge", "0.32")]


@pytest.mark.parametrize("told", ["0.25", "0.40", "0"])
def test_what_the_provider_says_it_cost_is_what_counts(stage, told):
    stage.provider.cost, stage.provider.seed = Decimal(told), 77
    report = stage.go(ALONE)
    assert report.cost_usd == stage.project.takes()[0].cost_usd == Decimal(told)
    assert stage.lines == [("reserve", "0.32"), ("charge", told)]
    assert stage.project.takes()[0].seed == 77


def test_tokens_that_the_provider_counted_are_charged_at_their_price(stage):
    by_tokens(stage)
    stage.provider.tokens = 102_960  # what is planned with is 24 * 4 * 1080 * 1920 / 1024
    report = stage.go(ALONE)
    assert report.cost_usd == stage.project.takes()[0].cost_usd == Decimal("0.72072")
    assert stage.lines == [("reserve", "1.3608"), ("charge", "0.72072")]


def test_a_cost_that_is_told_comes_before_tokens(stage):
    by_tokens(stage)
    stage.provider.tokens, stage.provider.cost = 102_960, Decimal("0.70")
    assert stage.go(ALONE).cost_usd == Decimal("0.70")


def test_tokens_say_nothing_of_a_price_by_the_second(stage):
    stage.provider.tokens = 102_960
    assert stage.go(ALONE).cost_usd == Decimal("0.32")


def by_tokens(stage):
    """Have the shop sell its plain model by tokens alone, at 7 dollars a million."""
    prices = [{"per": "million-tokens", "usd": Decimal(7)}]
    pages = {"two": provider("two", offer("plain", None, prices=prices))}
    stage.shop = replace(stage.shop, providers=pages)


def test_a_clip_other_than_asked_is_kept_and_flagged(stage):
    report = stage.go(ALONE)
    found = sidecar(stage, "a/v001")
    assert {"code": "size", "words": "1080x1920 was asked, 64x112 delivered"} in found["qc"]
    assert {"size", "short"} <= set(report.made[0].take.flags)
    assert stage.events[-1].message.startswith("1080x1920 was asked")


def test_a_sidecar_tells_what_was_sent_and_under_which_attempt(stage):
    stage.provider.looks["A."] = [Failed("it broke", "provider"), "clip"]
    stage.go(ALONE)
    found = sidecar(stage, "a/v001")
    assert (found["request"]["prompt"], found["attempt"]) == ("A.", 2)
    assert found["seconds_to_make"] >= 0
    assert found["made"].endswith("+00:00")


PAINTED = shots("id: a, prompt: A, still: {prompt: Cup, model: painter}")


@pytest.mark.parametrize(("form", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")])
def test_a_still_is_named_by_what_it_is_whatever_its_link_says(stage, tmp_path, form, ending):
    picture = tmp_path / "picture.bin"
    Image.open(still(tmp_path / "drawn.png")).save(picture, format=form)

    async def play(server):
        return await stage.run(stage.plan(PAINTED, stills=True))

    report = scene(stage, play, clip=picture)
    assert [outcome.take.path for outcome in report.made] == [f"takes/a.still/v001.{ending}"]


def test_a_film_is_no_still(stage):
    assert endings(stage.go(PAINTED)) == {"a.still": "left", "a": "held"}


# -- the provider's own last frame ----------------------------------------------------------------


def last_frame_given(stage, colour=(7, 8, 9), size=None):
    """A chain whose provider links to a picture of the last frame; the frame that b starts from."""
    shape = size or frame_at(stage.clip, 0).size
    picture = Image.new("RGB", shape, colour)
    packed = io.BytesIO()
    picture.save(packed, "PNG")

    async def play(server):
        stage.provider.last_frame = (
            "data:image/png;base64," + base64.b64encode(packed.getvalue()).decode()
        )
        return await stage.run(stage.plan(CHAINED))

    assert len(scene(stage, play).made) == 2
    sent = next(one for one in stage.provider.taken.values() if one.prompt == "B.")
    return Image.open(stage.project.root / sent.first_frame.path).convert("RGB")


def test_a_chain_starts_from_the_providers_own_picture_of_the_last_frame(stage):
    assert last_frame_given(stage).getpixel((1, 1)) == (7, 8, 9)
    assert downloads(stage) == []


def test_a_last_frame_of_another_size_is_left_alone(stage):
    found = last_frame_given(stage, size=(8, 8))
    assert found.tobytes() == last_frame(stage.clip).tobytes()


def test_a_last_frame_that_cannot_be_had_costs_nothing(stage):
    async def play(server):
        stage.provider.last_frame = server.link("/gone.png?sig=SECRET")
        stage.provider.link = server.link("/clips/one.mp4?sig=SECRET")
        server.turns = [Turn(), Turn(status=404), Turn(), Turn(status=404)]
        return await stage.run(stage.plan(CHAINED))

    assert len(scene(stage, play).made) == 2
    assert downloads(stage) == []


# -- a clip that came inside an answer, in a file of the provider's -------------------------------


def test_a_file_that_a_killed_run_lost_is_brought_again_by_another_look(stage):
    gone = stage.project.root / "scratch-gone.mp4"

    async def play(server):
        stage.provider.looks["A."] = [Succeeded(str(gone)), "clip"]
        stage.provider.link = None
        return await stage.run(stage.plan(ALONE))

    assert len(scene(stage, play).made) == 1
    assert len(stage.provider.polled) == 2
