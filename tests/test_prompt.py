from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidgen.catalogue.page import Recipe
from vidgen.prompt import Scene, axes_in_words, compose
from vidgen.storyboard import CameraAxes, CastMember, Shot

CAST = {"barista": CastMember(look="woman in her thirties, green apron")}


def scene(prompt, cast=CAST, seconds=Decimal(6), negative=None, references=(), sent=False, **shot):
    parsed = Shot.model_validate({"id": "sip", "prompt": prompt, **shot})
    return Scene(parsed, cast, seconds, negative, references, sent)


PARTS = {
    "shot": "medium close-up",
    "camera": "slow dolly in",
    "subject": "barista",
    "action": "takes the first sip",
    "setting": "small cafe at dawn",
    "style": "warm, filmic",
    "dialogue": [{"by": "barista", "says": "That's the one."}],
    "sound": "soft room tone",
    "at": {"2s": "she lifts the cup", "5s": "she smiles"},
}


def test_words_are_sent_as_they_are():
    assert compose(scene("A cup on a table."), Recipe()).text == "A cup on a table."


def test_parts_come_in_the_order_of_the_recipe():
    recipe = Recipe(order=("camera", "subject", "action", "setting", "style", "at", "dialogue"))
    assert compose(scene(PARTS), recipe).text == (
        "Slow dolly in. Barista, woman in her thirties, green apron. Takes the first sip. "
        "Small cafe at dawn. Warm, filmic. At 2s: she lifts the cup. At 5s: she smiles. "
        'Barista says: "That\'s the one." Medium close-up. Soft room tone.'
    )


def test_a_part_that_the_recipe_does_not_name_is_not_lost():
    text = compose(scene(PARTS), Recipe(order=("action",))).text
    for words in ("dolly in", "cafe at dawn", "filmic", "room tone", "lifts the cup", "the one"):
        assert words in text


def test_notations_of_the_model_are_used():
    recipe = Recipe(
        order=("at", "dialogue", "camera"),
        at="[{from}-{to}] {text}",
        dialogue="{by}: '{says}'",
        camera="[{text}]",
        joiner="lines",
    )
    prompt = {key: PARTS[key] for key in ("at", "dialogue", "camera")}
    assert compose(scene(prompt), recipe).text.splitlines() == [
        "[00:02-00:05] she lifts the cup. [00:05-00:06] she smiles",
        "barista: 'That's the one.'",
        "[slow dolly in]",
    ]


def test_tone_goes_with_the_speaker():
    prompt = {"dialogue": [{"by": "jon", "says": "Go.", "tone": "tired"}]}
    assert compose(scene(prompt), Recipe()).text == 'Jon, tired, says: "Go."'


def test_a_tone_fits_inside_the_brackets_of_a_notation():
    prompt = {"dialogue": [{"by": "jon", "says": "Go.", "tone": "tired"}]}
    recipe = Recipe(dialogue='[{by}] says: "{says}"')
    assert compose(scene(prompt), recipe).text == '[jon, tired] says: "Go."'


def test_references_are_named_for_the_model():
    found = compose(
        scene("She smiles", references=("barista", "barista", "cup")),
        Recipe(reference="@Image{n}"),
    )
    assert found.text == "She smiles. Barista is @Image1 and @Image2. cup is @Image3."


@pytest.mark.parametrize(
    ("how", "field", "ending", "remarks"),
    [
        ("field", "blur, text", "A cup.", 0),
        ("inline", None, "A cup. Avoid: blur, text.", 0),
        ("none", None, "A cup.", 1),
    ],
)
def test_a_negative_prompt_is_sent_as_the_model_takes_it_or_said_to_be_left_out(
    how, field, ending, remarks
):
    found = compose(scene("A cup", negative="blur, text"), Recipe(negative=how))
    assert (found.negative, found.text, len(found.remarks)) == (field, ending, remarks)


def test_a_prompt_that_is_too_long_is_remarked():
    remarks = compose(scene("x" * 300), Recipe(max_chars=250)).remarks
    assert remarks == ("the prompt has 301 characters; the model reads 250",)


def test_camera_words_of_the_shot_are_added_once():
    assert compose(scene("A cup", camera="slow push in"), Recipe()).text == "A cup. Slow push in."
    assert compose(scene("A slow push in on a cup", camera="slow push in"), Recipe()).text == (
        "A slow push in on a cup."
    )
    assert compose(scene("A cup", camera="push in", sent=True), Recipe()).text == "A cup."


def test_axes_become_words_strongest_first():
    axes = CameraAxes(pan=Decimal(-2), dolly=Decimal(8), tilt=Decimal(5))
    assert axes_in_words(axes) == "fast dolly in, tilt up, slow pan left"


def test_looks_of_a_cast_in_plain_words_are_added():
    assert compose(scene("She smiles", cast=CAST), Recipe()).text == "She smiles."
    named = Scene(
        Shot.model_validate({"id": "a", "prompt": "She smiles", "cast": ["barista"]}),
        CAST,
        Decimal(5),
    )
    assert compose(named, Recipe()).text == (
        "She smiles. Barista: woman in her thirties, green apron."
    )


@given(st.text(alphabet="{}saysby ", max_size=20))
def test_the_authors_braces_are_never_read_as_places(says):
    says = says.strip() or "x"
    prompt = {"dialogue": [{"by": "{says}", "says": says}]}
    assert f'{{says}} says: "{says}"' in compose(scene(prompt), Recipe()).text
