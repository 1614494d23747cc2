"""Which work an order is of."""

import hashlib

import pytest

from tests.rehearsal.stage import work
from vidgen.job import Input
from vidgen.rehearsal.carried import carried
from vidgen.rehearsal.works import Slip, recognised

AT = "fal-ai/veo3.1/fast"


def found(works, body, path=AT, files=(), ordered=lambda name: 0):
    return recognised(works, Slip(path, body, frozenset(files)), ordered)


def test_an_order_is_known_by_its_prompt_anywhere_in_its_body():
    one, two = work("A cup"), work("A kettle")
    assert found([one, two], {"input": [{"text": "A kettle. No blur."}]}) is two


def test_the_longest_prompt_wins():
    one, two = work("A cup"), work("A cup on a table")
    assert found([one, two], {"prompt": "A cup on a table, at dawn"}) is two
    assert found([one, two], {"prompt": "A cup in the sea"}) is one


def test_an_order_of_nothing_that_was_planned_is_known_as_such():
    assert found([work("A cup")], {"prompt": "A kettle"}) is None
    assert found([work("A cup")], {"prompt": "A cup"}, path="fal-ai/other") is None


def test_an_order_without_any_prompt_is_known_by_the_rest():
    one, two = work("A cup", endpoint="up", seed=1), work("A kettle", endpoint="up", seed=2)
    assert found([one, two], {"video_url": "https://a.test", "seed": 2}, path="up") is two
    assert found([one, two], {"contents": [{"type": "prompt", "text": "x"}]}, path="up") is None


def test_what_the_endpoint_fixes_must_stand_in_the_body():
    at = "v1/videos/text2video"
    old = work(endpoint=f"{at}?model_name=kling-v1-6")
    new = work(endpoint=f"{at}?model_name=kling-v2-1")
    body = {"prompt": old.request.prompt, "model_name": "kling-v2-1"}
    assert found([old, new], body, path=at) is new


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"seed": 7}, {"seed": 7}),
        ({"duration": 8}, {"duration": "8s"}),
        ({"duration": 8}, {"settings": {"duration": 8}}),
        ({"aspect": "16:9"}, {"aspect_ratio": "16:9"}),
        ({"resolution": "1080p"}, {"resolution": "1080P"}),
        ({"negative_prompt": "blur"}, {"negative_prompt": "blur"}),
    ],
)
def test_works_of_one_prompt_are_told_apart_by_the_rest(more, said):
    one, other = work(), work(**more)
    assert found([one, other], {"prompt": one.request.prompt, **said}) is other


def test_works_of_one_prompt_are_told_apart_by_their_stills():
    data = [b"\x89PNG\r\n\x1a\n one", b"\x89PNG\r\n\x1a\n two"]
    digests = [hashlib.sha256(one).hexdigest() for one in data]
    works = [work(first_frame=Input("a.png", digest)) for digest in digests]
    body = {"prompt": works[0].request.prompt}
    assert found(works, body, files=[digests[1]]) is works[1]


def test_takes_alike_share_their_orders_with_a_work_that_differs():
    twice, once = work(seed=1), work(seed=2)
    counts = {twice.name: 0, once.name: 0}
    for _ in range(3):
        one = found([twice, twice, once], {"prompt": twice.request.prompt}, ordered=counts.get)
        counts[one.name] += 1
    assert counts == {twice.name: 2, once.name: 1}


def test_files_are_seen_wherever_a_body_carries_them():
    import base64

    png = b"\x89PNG\r\n\x1a\n" + bytes(range(64))
    packed = base64.b64encode(png).decode()
    body = {
        "image_url": f"data:image/png;base64,{packed}",
        "contents": [
            {"type": "prompt", "text": "a word " * 40},
            {"type": "last_frame", "url": packed},
            {"type": "refer_image", "url": "https://files.fal.rehearsal.invalid/uploads/t"},
            {"type": "first_frame", "url": "https://elsewhere.example/a.png"},
        ],
        "prompt": "abcd" * 100,
    }
    seen = carried(body, lambda link: b"uploaded" if link.endswith("/t") else None)
    assert [(file.place, file.data) for file in seen] == [
        ("first", png),
        ("last", png),
        ("other", b"uploaded"),
    ]
    assert [file.kind for file in seen] == ["picture", "picture", None]
