from datetime import date

import pytest
from PIL import Image

from tests.clips import footage, hum
from tests.conftest import model, offer, provider, still
from vidgen.catalogue import Catalogue
from vidgen.check import no_effect, warnings
from vidgen.named import model_faults

CALM = """
budget: {rerolls: 2}
sound: {music: {file: bed.wav}}
"""


@pytest.fixture
def told(film, shop, tmp_path):
    """What `look` says of a storyboard, as (code, line, message); the music is there."""
    hum(tmp_path / "bed.wav")

    def tell(text, look=warnings, stills=(), catalogue=shop):
        source = film(CALM + text, stills=stills)
        found = look(source) if look is no_effect else look(source, catalogue)
        return [(fault.code, fault.line, fault.message, fault.hint) for fault in found]

    return tell


def codes(found):
    return [item[0] for item in found]


def good(tmp_path, name="a.png", size=(1080, 1920)):
    return still(tmp_path / name, size).name


# -- names --------------------------------------------------------------------------------------


def test_a_model_that_nobody_knows_is_told_wherever_it_is_named(told):
    found = told(
        "rotation: {hero: plane}\n"
        "defaults: {model: x1, still_model: paintr}\n"
        "draft: {model: x2}\n"
        "shots:\n"
        "  - {id: a, model: deer, draft: {model: x3}, still: {prompt: x, model: x4}}\n"
        "  - {id: b, enhance: {upscale: 4k, model: x5}, chain: a, "
        "end_still: {prompt: x, model: x6}}\n",
        model_faults,
    )
    assert [(code, line) for code, line, _, _ in found] == [
        ("unknown-model", line) for line in (6, 7, 7, 8, 10, 10, 10, 11, 11)
    ]
    assert found[0][3] == "did you mean `plain`?"
    assert found[4][3] == "did you mean `dear`?"


def test_aliases_and_other_spellings_are_known(told):
    assert told("shots: [{id: a, model: Plain One}, {id: b, model: plain}]\n", model_faults) == []


def test_a_model_of_another_kind_will_not_do(told):
    found = told(
        "shots: [{id: a, model: painter, still: {prompt: x, model: plain}}]\n", model_faults
    )
    assert [item[2] for item in found] == [
        "`painter` makes images; a shot needs one that makes video",
        "`plain` makes video; a still needs one that makes images",
    ]


def test_a_provider_that_nobody_knows_is_told(told):
    found = told(
        "providers: {prefer: [one, tow], avoid: [zzz]}\n"
        "draft: {provider: on}\n"
        "shots: [{id: a, provider: tw, draft: {provider: x}, still: {prompt: x, provider: y}}]\n",
        model_faults,
    )
    assert codes(found) == ["unknown-provider"] * 6
    assert found[0][3] == "did you mean `two`?"


# -- the craft ----------------------------------------------------------------------------------


def test_a_good_storyboard_is_told_nothing(told, tmp_path):
    good(tmp_path)
    assert told("shots: [{id: a, still: a.png, prompt: x, model: plain}]\n") == []


def test_words_alone_are_warned_of_once(told):
    shots = ", ".join(f"{{id: s{index}, prompt: x}}" for index in range(6))
    ((code, line, message, _),) = told(f"shots: [{shots}]\n")
    assert (code, line) == ("text-to-video", 6)
    assert message.startswith("shots `s0`, `s1`, `s2`, `s3` and 2 more start from words alone")


def test_of_a_group_only_the_first_shot_may_have_a_picture_so_it_alone_is_warned_of(told):
    group = "{id: a, group: g, prompt: x}, {id: b, group: g, prompt: y}"
    ((code, _, message, _),) = told(f"shots: [{group}]\n")
    assert code == "text-to-video"
    assert message.startswith("shot `a` starts from words alone")


@pytest.mark.parametrize(
    "shot",
    ["still: a.png", "needs: [text]", "references: [a.png]", "cast: [bo]",
     "portrait: a.png, audio: bed.wav", "still: {prompt: x}"],
)  # fmt: skip
def test_a_shot_that_starts_from_something_is_not(told, tmp_path, shot):
    good(tmp_path)
    text = f"cast: {{bo: {{images: [a.png]}}}}\nshots: [{{id: a, prompt: x, {shot}}}]\n"
    assert codes(told(text)) == []


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1080, 1920), []), ((2160, 3840), []), ((1084, 1920), []), ((720, 1280), ["small-still"]),
        ((1079, 1918), ["small-still"]), ((1024, 1024), ["still-of-another-shape"]),
        ((1920, 1080), ["still-of-another-shape"]),
    ],
)  # fmt: skip
def test_a_still_fits_the_film(told, tmp_path, size, expected):
    Image.new("RGB", size).save(tmp_path / "a.png")
    assert codes(told("shots: [{id: a, prompt: x, still: a.png}]\n")) == expected


def test_stills_are_measured_against_the_shape_of_their_shot(told, tmp_path):
    good(tmp_path, size=(1920, 1080))
    text = 'shots: [{id: a, prompt: x, still: a.png, aspect: "16:9"}]\n'
    assert codes(told(text)) == ["mixed-aspects"]


def test_a_chain_of_more_than_three_hops_is_told_once(told, tmp_path):
    good(tmp_path)
    shots = "".join(f"  - {{id: s{i}, prompt: x, chain: previous}}\n" for i in range(1, 7))
    ((code, line, message, _),) = told("shots:\n  - {id: s0, prompt: x, still: a.png}\n" + shots)
    assert (code, line) == ("long-chain", 11)
    assert message.endswith("`s0` -> `s1` -> `s2` -> `s3` -> `s4`")


def test_a_premium_model_wants_a_draft(told, tmp_path):
    good(tmp_path)
    shots = "shots: [{id: a, prompt: x, still: a.png, model: dear}]\n"
    assert codes(told(shots)) == ["untested-premium"]
    assert told("draft: {model: silent}\n" + shots) == []
    assert told(shots.replace("dear", "dear, draft: {model: silent}")) == []
    assert codes(told("rotation: {hero: dear}\ndefaults: {role: hero}\n" + shots)) == [
        "untested-premium"
    ]


def test_a_retired_model_names_its_successor_and_who_sells_it(told, tmp_path):
    good(tmp_path)
    ((code, _, message, hint),) = told(
        "shots: [{id: a, prompt: x, still: a.png, model: old}]\n", stills=()
    )
    assert code == "retired-model"
    assert message == "`old` was retired on 2026-09-24"
    assert hint.startswith("its successor is `dear` (two)")


def test_ends_of_every_kind_are_told(told, tmp_path):
    good(tmp_path)
    ends = {
        "never": {"state": "never", "note": "its maker sells an app"},
        "soon": {"retires": date(2027, 1, 31)},
        "unsold": {},
    }
    models = [model(name, life=life) for name, life in ends.items()]
    catalogue = Catalogue(
        {item.id: item for item in models}, {"one": provider("one", offer("soon", 1))}
    )
    shots = "".join(f"  - {{id: {n}, model: {n}, prompt: x, still: a.png}}\n" for n in ends)
    assert [item[2] for item in told("shots:\n" + shots, catalogue=catalogue)] == [
        "`never` cannot be had by API: its maker sells an app",
        "`soon` is to be retired on 2027-01-31",
        "`unsold` is sold by nobody that the catalogue knows",
    ]


def test_silence_and_no_rerolls_are_told(film, shop):
    source = film("shots: [{id: a, prompt: x, needs: [text]}]\n")
    assert codes_of(source, shop) == ["no-rerolls", "no-sound"]
    for sounding in (
        "needs: [text], prompt: {sound: rain}",
        "needs: [text], prompt: {dialogue: [{says: hi}]}",
        "needs: [text], prompt: x, audio: true",
        "needs: [text, audio], prompt: x",
    ):
        source = film(f"budget: {{rerolls: 1}}\nshots: [{{id: a, {sounding}}}]\n")
        assert codes_of(source, shop) == []


def codes_of(source, shop):
    return [fault.code for fault in warnings(source, shop)]


def test_leftovers_of_the_file_are_told(told, tmp_path):
    good(tmp_path)
    found = told(
        "cast: {bo: {voice: bed.wav}}\n"
        "description:\n"
        'shots: [{id: a, still: a.png, prompt: "${who} walks", note: ~}, {id: b, still: a.png}]\n'
    )
    assert [(code, message) for code, _, message, _ in found] == [
        ("faceless-cast", "cast member `bo` has neither a look nor images"),
        ("empty-value", "`description` is empty, and counts as not written"),
        ("not-substituted", "`prompt` of shot `a` has `${...}` in it, which stays as it stands"),
        ("empty-value", "`note` of shot `a` is empty, and counts as not written"),
        ("no-prompt", "shot `b` has no prompt: the model is told nothing"),
    ]


# -- no effect ----------------------------------------------------------------------------------


def test_parts_without_effect_are_told_once_each(told, tmp_path):
    good(tmp_path)
    for name in ("a.srt", "a.cube", "a.yaml"):
        (tmp_path / name).touch()
    footage(tmp_path / "a.mp4")
    found = told(
        "captions: {file: a.srt}\n"
        "look: {lut: a.cube}\n"
        "end_card: {still: a.png}\n"
        "variants: {axes: {x: [y]}}\n"
        "include: [a.yaml]\n"
        "cast: {bo: {look: x, voice: bed.wav}}\n"
        "defaults: {qc: {max: 1}}\n"
        "shots:\n"
        "  - {id: a, still: {prompt: x}, qc: {max: 2}, group: g}\n"
        "  - {id: b, group: g}\n"
        "  - {id: c, source: a.mp4, enhance: {upscale: 4k}, lip_sync: bed.wav}\n"
        "  - {id: d, motion: a.mp4, cast: [bo], audio: bed.wav}\n",
        no_effect,
    )
    parts = [message.split("`")[1] for _, _, message, _ in found]
    assert parts == ["captions", "look", "end_card", "variants", "include"]
    assert {code for code, _, _, _ in found} == {"no-effect"}
    assert [line for _, line, _, _ in found] == sorted(line for _, line, _, _ in found)


def test_sound_without_effect(film, tmp_path):
    (tmp_path / "bed.wav").touch()
    source = film(
        "shots: [{id: a}]\n"
        "sound:\n"
        "  music: {file: bed.wav, duck: 8dB, gain: -3dB, fade_in: 1s}\n"
        "  voiceover: [{file: bed.wav, at: a}]\n"
        "  loudness: -14\n"
    )
    assert [fault.message.split("`")[1] for fault in no_effect(source)] == [
        "sound.music.duck",
        "sound.voiceover",
        "sound.loudness",
    ]


def test_what_has_an_effect_is_not_told(told, tmp_path):
    good(tmp_path)
    assert (
        told(
            "deliver: [{name: x, preset: youtube, fit: cover}]\n"
            "shots: [{id: a, still: a.png, end_still: a.png, camera: slow pan left, prompt: x},\n"
            "  {id: b, chain: a, transition: dissolve, trim: {head: 1s}, takes: 2, seed: 5}]\n",
            no_effect,
        )
        == []
    )


def test_words_that_the_animatic_makes_no_move_of_are_told(film):
    source = film(
        """
        shots:
          - {id: a, prompt: p, camera: slow push in}
          - {id: b, prompt: p, camera: "slow push in, flibbertigibbet"}
        """
    )
    (note,) = [note for note in no_effect(source) if note.code == "unknown-camera-move"]
    assert (note.line, "`flibbertigibbet`" in note.message) == (6, True)
