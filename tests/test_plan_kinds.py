"""Kinds of work beyond a plain clip: what is done to takes, groups, voices, portraits, loops."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.clips import footage, hum
from tests.conftest import model, offer, provider
from vidgen.catalogue import Catalogue
from vidgen.catalogue.page import Recipe
from vidgen.chosen import chosen
from vidgen.cut import assemble
from vidgen.errors import StoryboardInvalid
from vidgen.job import History, JobKey, Take
from vidgen.plan import Options, plan

ALL = ["text", "first_frame", "last_frame", "references", "voice", "multi_shot", "audio_file"]


@pytest.fixture
def house(shop):
    """The shop, and makers of everything else."""
    models = [
        model("many", durations=[4, 5, 9, 10], capabilities=ALL, max_references=4, audio="never"),
        model("goes-on", capabilities=["extend"]),
        model("redoes", kind="edit", durations=None, audio=None, aspects=None,
              capabilities=["source_video"]),
        model("face", kind="avatar", durations=None, audio=None,
              capabilities=["first_frame", "audio_file"]),
        model("talker", capabilities=["text", "first_frame", "lip_sync", "audio"]),
        model("mouth", kind="lip-sync", durations=None, audio=None, resolutions=None,
              aspects=None, capabilities=["source_video", "audio_file"]),
        model("big", kind="upscale", durations=None, audio=None, resolutions=["1080p", "4k"],
              aspects=None, capabilities=["source_video"]),
        model("bigger", kind="upscale", durations=None, audio=None, resolutions=["4k"],
              aspects=None, capabilities=["source_video"]),
        model("smooth", kind="interpolate", durations=None, audio=None, resolutions=None,
              aspects=None, capabilities=["source_video"]),
    ]  # fmt: skip
    second = [{"per": "second", "usd": Decimal("0.01")}]
    page = provider(
        "three",
        offer("many", Decimal("0.10"), modes={"text": "m/t", "first_frame": "m/i",
              "first_last": "m/f", "references": "m/r"}),
        offer("goes-on", None, modes={"extend": "x"}, prices=second),
        offer("redoes", None, modes={"edit": "e"}, prices=second),
        offer("face", None, modes={"avatar": "f"}, prices=second),
        offer("talker", Decimal("0.20")),
        offer("mouth", None, modes={"lip_sync": "l"}, prices=second),
        offer("big", None, modes={"upscale": "b"}, prices=second),
        offer("bigger", None, modes={"upscale": "bb"},
              prices=[{"per": "second", "usd": Decimal("0.05")}]),
        offer("smooth", None, modes={"interpolate": "s"}, prices=second),
    )  # fmt: skip
    pages = shop.providers | {"three": page}
    return Catalogue(shop.models | {one.id: one for one in models}, pages)


def steps_of(source, house, history=None, **options):
    found = plan(source, house, history or History(), Options(**options))
    return {step.job.shot: step for step in found.steps}


def taken(step, number=1, digest="", **more):
    """A take that a step has made."""
    job = step.job
    path = f"takes/{job.shot}/v{number:03d}.mp4"
    return Take(
        job.shot, number, job.tier, job.key, path, digest or f"{number}" * 64, job.request.model,
        job.request.provider, **more,
    )  # fmt: skip


def faults(source, house):
    with pytest.raises(StoryboardInvalid) as caught:
        plan(source, house, History(), Options())
    return [fault.message for fault in caught.value.faults]


# -- what is done to a finished take --------------------------------------------------------------

FINISHED = """
    defaults: {model: plain, duration: 5s}
    shots:
      - {id: one, prompt: a, lip_sync: a.wav, enhance: {upscale: 4k, interpolate: 48}}
      - {id: two, prompt: b, chain: one}
"""


@pytest.fixture
def finished(film, tmp_path):
    hum(tmp_path / "a.wav")
    return film(FINISHED)


def test_each_stage_is_a_job_of_its_own_that_works_on_the_one_before(finished, house):
    found = steps_of(finished, house)
    names = ["one", "one.lip-sync", "one.upscale", "one.interpolate", "two"]
    assert list(found) == names
    for name, before in zip(names[1:4], names, strict=False):
        (need,) = found[name].job.needs
        assert (need.field, need.shot, need.key) == ("source_video", before, found[before].job.key)
    sync, scaled, smooth = (found[name].job.request for name in names[1:4])
    assert (sync.kind, sync.mode, sync.model) == ("lip-sync", "lip_sync", "mouth")
    assert sync.audio_file.path == "a.wav"
    assert (scaled.model, scaled.resolution, scaled.height) == ("big", "4k", 3840)
    assert (smooth.model, smooth.rate) == ("smooth", 48)
    assert {one.duration for one in (sync, scaled, smooth)} == {Decimal(6)}  # what was bought
    assert found["one.upscale"].quote.usd == Decimal("0.06")


def test_a_chain_starts_from_the_take_itself_and_not_from_what_was_done_to_it(finished, house):
    (need,) = steps_of(finished, house)["two"].job.needs
    assert need.shot == "one"


@pytest.mark.parametrize("tier", ["draft", "animatic"])
def test_drafts_and_animatics_are_not_finished(finished, house, tier):
    assert list(steps_of(finished, house, tier=tier)) == ["one", "two"]


def test_stills_alone_leave_finishing_out(finished, house):
    assert steps_of(finished, house, stills=True) == {}


def test_a_model_that_is_named_does_what_it_can(film, house):
    source = film("""
        defaults: {model: plain}
        shots: [{id: one, prompt: a, enhance: {upscale: 4k, interpolate: 48, model: bigger}}]
    """)
    found = steps_of(source, house)
    assert found["one.upscale"].job.request.model == "bigger"
    assert found["one.interpolate"].job.request.model == "smooth"


def test_a_model_of_the_wrong_kind_is_an_error_that_names_those_of_the_right_one(film, house):
    source = film("""
        defaults: {model: plain}
        shots: [{id: one, prompt: a, enhance: {upscale: 4k, model: smooth}}]
    """)
    with pytest.raises(StoryboardInvalid) as caught:
        plan(source, house, History(), Options())
    (fault,) = caught.value.faults
    assert fault.code == "wrong-kind-of-model"
    assert fault.message == "`smooth` cannot make `one.upscale`"
    assert fault.hint == "these can: big, bigger"


def test_a_member_selected_at_another_tier_keeps_its_place_in_the_groups_take(film, house):
    source = film("""
        defaults: {model: many, duration: 2s}
        shots: [{id: one, group: g, prompt: a}, {id: two, group: g, prompt: b, duration: 3s}]
    """)
    made = taken(steps_of(source, house)["one.group"])
    sketch = taken(steps_of(source, house, tier="animatic")["two"])
    past = History((made, sketch), selects={"two": 1})
    assert chosen(source.board, past, ("final",))["two"].take == made
    assert chosen(source.board, past, ("animatic",))["two"].take == sketch
    own = replace(sketch, tier="final", number=2)
    by_hand = History((made, sketch, own), selects={"two": 2})
    assert chosen(source.board, by_hand, ("final",))["two"].take == own


def test_what_was_done_to_the_chosen_take_is_kept(finished, house):
    steps = steps_of(finished, house)
    one = taken(steps["one"], digest="a" * 64)
    sync = taken(steps["one.lip-sync"], digest="b" * 64, started_from={"source_video": "a" * 64})
    found = steps_of(finished, house, History((one, sync)))
    assert found["one.lip-sync"].action == "reuse"
    assert found["one.upscale"].action == "new"


def test_another_take_is_finished_anew_and_the_first_ones_work_is_not_lost(finished, house):
    steps = steps_of(finished, house, takes=2)
    key = steps["one.lip-sync"].job.key
    first, second = (
        replace(taken(steps["one"], number, digest=letter * 64), take=number, key=JobKey(letter))
        for number, letter in ((1, "a"), (2, "b"))
    )
    sync = taken(steps["one.lip-sync"], digest="c" * 64, started_from={"source_video": "b" * 64})
    sync = replace(sync, key=key)
    history = History((first, second, sync), selects={"one": 1})
    board = finished.board
    assert chosen(board, history, ("final",))["one"].take == first
    assert chosen(board, history, ("final",))["one"].unfinished == (
        "lip-sync", "upscale", "interpolate",
    )  # fmt: skip
    other = History((first, second, sync), selects={"one": 2})
    assert chosen(board, other, ("final",))["one"].take == sync
    assert chosen(board, other, ("final",))["one"].unfinished == ("upscale", "interpolate")


def test_a_take_made_again_is_finished_again(finished, house):
    steps = steps_of(finished, house)
    one = taken(steps["one"], digest="a" * 64)
    sync = taken(steps["one.lip-sync"], started_from={"source_video": "a" * 64})
    rerun = frozenset({"all"})
    found = steps_of(finished, house, History((one, sync)), rerun=rerun, shots=("one",))
    assert found["one"].action == "redo"
    assert found["one.lip-sync"].action == "redo"


def test_a_changed_wish_for_the_same_take_is_kept_until_it_is_asked_for(film, house):
    text = (
        "format: {resolution: 720p}\ndefaults: {model: plain}\n"
        "shots: [{id: one, prompt: a, enhance: {upscale: SIZE}}]"
    )
    steps = steps_of(film(text.replace("SIZE", "4k")), house)
    one = taken(steps["one"], digest="a" * 64)
    scaled = taken(steps["one.upscale"], started_from={"source_video": "a" * 64})
    history = History((one, scaled))
    smaller = film(text.replace("SIZE", "1080p"))
    assert steps_of(smaller, house, history)["one.upscale"].action == "stale"
    again = steps_of(smaller, house, history, rerun=frozenset({"changed"}))
    assert again["one.upscale"].action == "redo"


NO_GAIN = """
    format: {resolution: 720p, fps: 24}
    defaults: {model: plain}
    shots:
      - {id: one, prompt: a, enhance: WORK}
"""
"""`plain` sells 720p and 1080p, and (in the fixture below) makes 24 frames a second."""


@pytest.fixture
def paced(house):
    """The house, where it is known at what rate `plain` makes its clips."""
    plain = house.models["plain"].model_copy(update={"rates": (Decimal(24),)})
    return Catalogue(house.models | {"plain": plain}, house.providers)


@pytest.mark.parametrize(
    ("work", "message", "hint"),
    [
        (
            "{upscale: 480p}",
            "`plain` makes shot `one` at 720p: to scale it up to 480p buys nothing",
            "take `upscale` out, or ask for more than 720p",
        ),
        (
            "{upscale: 720p, interpolate: 48}",
            "`plain` makes shot `one` at 720p: to scale it up to 720p buys nothing",
            "take `upscale` out, or ask for more than 720p",
        ),
        (
            "{upscale: 1080p, interpolate: 24}",
            "shot `one` is made at 24 fps: to interpolate to 24 adds no frame",
            "take `interpolate` out, or ask for more than 24",
        ),
    ],
)
def test_work_that_buys_nothing_is_a_fault_at_its_place(film, paced, work, message, hint):
    source = film(NO_GAIN.replace("WORK", work))
    with pytest.raises(StoryboardInvalid) as caught:
        plan(source, paced, History(), Options())
    (fault,) = caught.value.faults
    assert (fault.code, fault.message, fault.hint) == ("buys-nothing", message, hint)
    assert fault.line == 7


def test_a_scaler_that_does_not_reach_beyond_what_there_is_buys_nothing(film, paced):
    text = NO_GAIN.replace("720p", "1080p").replace("WORK", "{upscale: 4k, model: small}")
    small = model("small", kind="upscale", durations=None, audio=None, resolutions=["1080p"],
                  aspects=None, capabilities=["source_video"])  # fmt: skip
    sold = provider("four", offer("small", Decimal("0.01"), modes={"upscale": "u"}))
    there = Catalogue(paced.models | {"small": small}, paced.providers | {"four": sold})
    (message,) = faults(film(text), there)
    assert message == "`plain` makes shot `one` at 1080p, and `small` scales up to 1080p at most"


def test_work_that_may_buy_something_is_planned(film, house, paced):
    asked = film(NO_GAIN.replace("WORK", "{interpolate: 24}"))
    assert "one.interpolate" in steps_of(asked, house)  # nobody says at what rate `plain` makes it
    scaled = film(NO_GAIN.replace("WORK", "{upscale: 720p}"))
    job = steps_of(asked, house)["one"]
    own = replace(taken(job), provider="own", key=JobKey("a"))
    assert "one.upscale" in steps_of(scaled, paced, History((own,)))  # it may be of any size


# -- groups -------------------------------------------------------------------------------------

GROUP = """
    defaults: {model: many}
    shots:
      - {id: a, prompt: a cup, group: g, duration: 3s, takes: 1}
      - {id: b, prompt: a hand, group: g, duration: 2s}
      - {id: c, prompt: a street, chain: previous, duration: 4s}
"""


def test_a_group_is_one_call_of_all_its_seconds(film, house):
    found = steps_of(film(GROUP), house)
    assert list(found) == ["a.group", "c"]
    request = found["a.group"].job.request
    assert (request.duration, request.model) == (Decimal(5), "many")
    assert "Shot 1, 0 to 3s: A cup." in request.prompt or "a cup" in request.prompt
    assert request.prompt.index("cup") < request.prompt.index("hand")
    assert "one call makes a, b" in found["a.group"].notes[-1]


def test_what_chains_from_a_group_starts_where_its_shot_ends(film, house):
    found = steps_of(film(GROUP), house)
    (need,) = found["c"].job.needs
    assert (need.shot, need.at) == ("a.group", Decimal(5))


def test_naming_one_shot_of_a_group_names_them_all(film, house):
    assert list(steps_of(film(GROUP), house, shots=("b",))) == ["a.group"]


def test_in_the_animatic_each_shot_of_a_group_is_a_clip_of_its_own(film, house):
    assert list(steps_of(film(GROUP), house, tier="animatic")) == ["a", "b", "c"]


def test_the_cut_parts_a_group_by_the_lengths_of_its_shots(film, house, tmp_path):
    source = film(GROUP)
    found = steps_of(source, house)
    whole = taken(found["a.group"], frames=120)
    last = taken(found["c"], frames=96)
    used = chosen(source.board, History((whole, last)), ("final",))
    takes = {shot: one.take for shot, one in used.items()}
    cut = assemble(source.board, takes, tmp_path, None)
    assert [(clip.shot, clip.start, clip.frames) for clip in cut.clips] == [
        ("a", 0, 72), ("b", 72, 48), ("c", 1, 95),
    ]  # fmt: skip
    assert cut.clips[0].path == cut.clips[1].path


def test_a_take_of_ones_own_that_was_selected_comes_before_the_groups(film, house):
    source = film(GROUP)
    whole = taken(steps_of(source, house)["a.group"])
    own = replace(whole, shot="b", number=7)
    history = History((whole, own), selects={"b": 7})
    assert chosen(source.board, history, ("final",))["b"].take == own
    assert chosen(source.board, replace(history, selects={}), ("final",))["b"].take == whole


def test_a_model_that_cannot_cut_between_shots_makes_no_group(film, house):
    (said,) = faults(film(GROUP.replace("model: many", "model: plain")), house)
    assert "it has no multi shot" in said


def test_a_group_that_is_too_long_is_told_with_its_shots_and_their_lengths(film, house):
    source = film("""
        defaults: {model: many}
        shots:
          - {id: a, prompt: a cup, group: g, duration: 9s}
          - {id: b, prompt: a hand, group: g, duration: 4.5s}
    """)
    with pytest.raises(StoryboardInvalid) as caught:
        plan(source, house, History(), Options())
    (fault,) = caught.value.faults
    assert fault.message == "group `g` (a 9s, b 4.5s) asks for 13.5s; many sells 4, 5, 9, 10"
    assert fault.hint == "split the group, shorten its shots, or see `vidgen models many`"
    line = source.file.read_text().splitlines()[fault.line - 1]
    assert line[fault.column - 1 :].startswith("g, duration: 9s")


def test_a_group_takes_the_pictures_of_all_its_casts(film, house, tmp_path):
    from tests.conftest import still

    text = """
        defaults: {model: many}
        cast: {bo: {look: tall, images: [bo.png]}, di: {images: [di.png]}}
        shots:
          - {id: a, prompt: a cup, group: g, duration: 3s, cast: [bo]}
          - {id: b, prompt: a hand, group: g, duration: 2s, cast: [di, bo]}
    """
    still(tmp_path / "di.png", colour=(1, 2, 3))
    request = steps_of(film(text, stills=["bo.png"]), house)["a.group"].job.request
    assert request.mode == "references"
    assert [one.path for one in request.references] == ["bo.png", "di.png"]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("still: s.png", "alone-in-group"),
        ("enhance: {upscale: 4k}", "alone-in-group"),
        ("seed: 5", "unlike-in-group"),
        ("model: dear", "unlike-in-group"),
    ],
)
def test_what_one_call_has_no_place_for_is_refused(film, key, code):
    with pytest.raises(StoryboardInvalid) as caught:
        film(GROUP.replace("a hand,", f"a hand, {key},"), stills=["s.png"])
    assert code in {fault.code for fault in caught.value.faults}


# -- voices, faces, loops -----------------------------------------------------------------------

VOICE = """
    defaults: {model: MODEL}
    cast: {bo: {images: [bo.png], voice: bo.wav}, di: {voice: di.wav}}
    shots:
      - id: a
        prompt: {action: they talk, dialogue: [{by: di, says: hi}]}
        cast: [bo, di]
        audio: false
"""


def test_the_voice_of_who_speaks_first_goes_with_the_pictures(film, house, tmp_path):
    for name in ("bo", "di"):
        (tmp_path / f"{name}.wav").write_bytes(name.encode())
    step = steps_of(film(VOICE.replace("MODEL", "many"), stills=["bo.png"]), house)["a"]
    assert step.job.request.voice.path == "di.wav"
    assert "the voice of `bo` is not sent: one sample goes with a call" in step.notes


def test_a_voice_that_is_not_sent_is_told(film, house, tmp_path):
    for name in ("bo", "di"):
        (tmp_path / f"{name}.wav").write_bytes(name.encode())
    text = VOICE.replace("MODEL", "plain").replace("audio: false", "still: bo.png")
    step = steps_of(film(text, stills=["bo.png"]), house)["a"]
    assert step.job.request.voice is None
    assert "the voice of `di`, `bo` is not sent: none is taken there in this mode" in step.notes


def test_a_portrait_with_a_recording_is_an_avatar(film, house, tmp_path):
    hum(tmp_path / "a.wav")
    text = "shots: [{id: a, prompt: x, portrait: p.png, audio: a.wav}]"
    request = steps_of(film(text, stills=["p.png"]), house)["a"].job.request
    assert (request.kind, request.mode, request.model) == ("avatar", "avatar", "face")
    assert (request.first_frame.path, request.audio_file.path) == ("p.png", "a.wav")


def test_a_portrait_with_lines_alone_is_spoken_by_a_model_with_a_voice(film, house):
    text = "shots: [{id: a, portrait: p.png, prompt: {dialogue: [{says: hi}]}}]"
    request = steps_of(film(text, stills=["p.png"]), house)["a"].job.request
    assert (request.kind, request.mode, request.model) == ("video", "first_frame", "talker")
    assert (request.first_frame.path, request.audio) == ("p.png", True)


def test_a_recording_needs_a_model_that_is_driven_by_one(film, house, tmp_path):
    hum(tmp_path / "a.wav")
    text = "defaults: {model: MODEL}\nshots: [{id: a, prompt: x, audio: a.wav}]"
    request = steps_of(film(text.replace("MODEL", "many")), house)["a"].job.request
    assert request.audio_file.path == "a.wav"
    (said,) = faults(film(text.replace("MODEL", "plain")), house)
    assert "it has no audio file" in said


def test_a_generated_still_that_loops_is_both_ends(film, house):
    text = """
        defaults: {model: plain, still_model: painter}
        shots: [{id: a, prompt: x, still: {prompt: a cup}, end_still: same}]
    """
    job = steps_of(film(text), house)["a"].job
    assert [need.field for need in job.needs] == ["first_frame", "last_frame"]
    assert len({need.key for need in job.needs}) == 1
    assert job.request.mode == "first_last"


def test_a_given_clip_is_edited_or_gone_on_from(film, house, tmp_path):
    footage(tmp_path / "a.mp4")
    text = "shots: [{id: a, prompt: x, source: a.mp4NEEDS}]"
    edit = steps_of(film(text.replace("NEEDS", "")), house)["a"].job.request
    assert (edit.kind, edit.mode, edit.model) == ("edit", "edit", "redoes")
    more = steps_of(film(text.replace("NEEDS", ", needs: [extend]")), house)["a"].job.request
    assert (more.kind, more.mode, more.model) == ("video", "extend", "goes-on")
    assert edit.source_video == more.source_video


def test_a_shot_that_the_draft_model_cannot_make_is_sent_to_a_draft_of_its_own(
    film, house, tmp_path
):
    footage(tmp_path / "a.mp4")
    text = "draft: {model: plain}\nshots: [{id: a, prompt: x, source: a.mp4OWN}]"
    with pytest.raises(StoryboardInvalid) as caught:
        plan(film(text.replace("OWN", "")), house, History(), Options(tier="draft"))
    (fault,) = caught.value.faults
    own = "draft: {model: redoes}"
    assert fault.hint == f"give the shot a draft of its own, `{own}`; these can: redoes"
    source = film(text.replace("OWN", f", {own}"))
    assert steps_of(source, house, tier="draft")["a"].job.request.model == "redoes"


def test_pictures_that_an_edit_does_not_take_are_told(film, house, tmp_path):
    footage(tmp_path / "a.mp4")
    text = "cast: {bo: {images: [bo.png]}}\nshots: [{id: a, prompt: x, source: a.mp4, cast: [bo]}]"
    step = steps_of(film(text, stills=["bo.png"]), house)["a"]
    assert "reference images are not sent: none is taken there in this mode" in step.notes


def test_a_chain_that_loops_comes_back_to_the_frame_it_starts_from(film, house):
    text = """
        defaults: {model: plain}
        shots: [{id: a, prompt: x}, {id: b, prompt: x, chain: a, end_still: same}]
    """
    needs = steps_of(film(text), house)["b"].job.needs
    assert [(need.field, need.shot) for need in needs] == [
        ("first_frame", "a"),
        ("last_frame", "a"),
    ]


@pytest.mark.parametrize("end", ["same", "e.png", "{prompt: a cup}"])
def test_an_end_needs_a_picture_to_start_from(film, end):
    with pytest.raises(StoryboardInvalid) as caught:
        film(f"shots: [{{id: a, prompt: x, end_still: {end}}}]", stills=["e.png"])
    assert [fault.code for fault in caught.value.faults] == ["no-start"]


def test_what_a_models_way_of_writing_shots_has_no_place_for_is_told(film, house):
    recipe = Recipe(shots="shot {n}, {seconds}, {text};", max_shots=2)
    many = house.models["many"].model_copy(update={"recipe": recipe})
    strict = Catalogue(house.models | {"many": many}, house.providers)
    text = GROUP.replace("duration: 2s", "duration: 2.5s").replace(
        "      - {id: c", "      - {id: b2, prompt: x, group: g, duration: 2s}\n      - {id: c"
    )
    assert faults(film(text), strict) == [
        "shot `b` of a group lasts 2.5s; many takes whole ones",
        "many takes 2 shots in one call; `b2` is one more",
    ]
    assert steps_of(film(GROUP), strict)["a.group"].job.request.prompt.startswith("shot 1, 3, ")


def test_a_group_whose_words_are_more_than_its_model_reads_is_told_of(film, house):
    recipe = Recipe(shots="shot {n}, {seconds}, {text};", max_chars=60, max_shot_chars=20)
    many = house.models["many"].model_copy(update={"recipe": recipe})
    brief = Catalogue(house.models | {"many": many}, house.providers)
    text = GROUP.replace("prompt: a hand", "prompt: a hand that takes the cup away")
    notes = steps_of(film(text), brief)["a.group"].notes
    assert "the prompt has 62 characters; the model reads 60" in notes
    assert "`b` has 31 characters; of a shot in a group the model reads 20" in notes
    assert steps_of(film(text), house)["a.group"].notes == (
        "one call makes a, b; the cut parts them by their lengths",
    )


LONG = """
    defaults: {model: plain, duration: 4s}
    shots: [{id: one, prompt: a, lip_sync: a.wav, enhance: {upscale: 4k, interpolate: 48}}]
"""


def test_work_on_a_take_is_paid_for_as_long_as_the_take_is(film, house, tmp_path):
    hum(tmp_path / "a.wav", seconds=7)
    steps = steps_of(film(LONG), house)
    assert steps["one.upscale"].quote.usd == 7 * Decimal("0.01")  # the sound is longer
    own = taken(steps["one"], frames=30 * 20, rate=Fraction(30))
    again = steps_of(film(LONG), house, History((own,)))
    for place in ("one.lip-sync", "one.upscale", "one.interpolate"):
        assert again[place].quote.usd == 20 * Decimal("0.01")
        assert "the take lasts 20s and is paid for whole; 4s asked" in again[place].notes
        assert again[place].job.request == steps[place].job.request  # or what is made were stale


def test_frames_to_scale_up_are_counted_at_the_rate_of_the_take(film, house):
    frames = [{"per": "frame", "usd": Decimal("0.01")}]
    page = provider("four", offer("big", None, modes={"upscale": "u"}, prices=frames))
    models = house.models | {"plain": house.models["plain"].model_copy(update={"rates": (30,)})}
    paced = Catalogue(models, house.providers | {"four": page})
    text = """
        providers: {prefer: [four]}
        shots: [{id: one, prompt: a, model: plain, duration: 4s,
                 enhance: {upscale: 4k, model: big}}]
    """
    assert steps_of(film(text), paced)["one.upscale"].quote.usd == 4 * 30 * Decimal("0.01")


def test_what_goes_on_from_a_member_goes_on_from_what_the_film_shows_of_it(film, house):
    source = film(GROUP.replace("takes: 1", "takes: 2"))
    first, second, _ = plan(source, house, History(), Options()).steps
    made = (taken(first, 1, "1" * 64), taken(second, 2, "2" * 64))
    selects = {"a.group": 1, "b.group": 9}  # a draft, of which the final film has none
    history = History(made, selects)
    (*_, onward) = plan(source, house, history, Options()).steps
    shown = chosen(source.board, history, ("final",))["b"].take
    assert (onward.job.needs[0].key, shown) == (made[0].key, made[0])
