"""Keys never reach a file or a stream, though the providers quote them back in every error."""

import base64
import json

from tests.sweep import person
from tests.sweep.stage import stage
from vidgen.rehearsal.faults import MEANINGS, Faults

KEYS = {
    "FAL_KEY": "fal-key-0f3a:91c27b7be4d04e6f",
    "KLING_API_KEY": "kling-key-77aa19c3-5d1e-4b0f",
}
QUOTING = ("rate-limit", "overload", "server-error", "bad-input", "poll-error")
"""Faults whose answers say with which key a call was sent."""

HARMLESS = {"moderation", "moderation-late", "no-credit"}


def forms(key):
    """A key as it might be written: plain, without its first word, in base64 and in hex."""
    raw = key.encode()
    yield from (raw, key.partition(":")[2].encode() or raw, raw.hex().encode())
    yield base64.b64encode(raw).rstrip(b"=")


def leaks(data):
    return [name for name, key in KEYS.items() for form in forms(key) if form in data]


def test_no_key_is_written_or_said(nursery, tmp_path):
    rates = dict.fromkeys(set(MEANINGS) - HARMLESS, 0.3) | dict.fromkeys(QUOTING, 0.6)
    with stage(tmp_path / "film", nursery, Faults("keys", rates), keys=KEYS) as here:
        quoted = []
        answer = here.server.play.answer

        async def heard(ask):
            said = await answer(ask)
            quoted.append(isinstance(said.body, bytes) and bool(leaks(said.body)))
            return said

        here.server.play.answer = heard
        for _ in range(4):
            here.render()
            person.listed(here)
        for words in (("ledger", "--json"), ("ledger", "--csv"), ("takes", "--json"),
                      ("recover", "--json"), ("recover",)):  # fmt: skip
            assert here.vidgen(*words).returncode == 0
        person.answer(here)
        here.render()
    assert any(quoted), "no answer has quoted a key: nothing was tried"
    for path in here.folder.rglob("*"):
        if path.is_file():
            assert not leaks(path.read_bytes()), path
            assert not leaks(path.name.encode()), path
    assert not leaks("\n".join(here.said).encode())
    events = [line for text in here.said for line in text.splitlines() if line[:1] == "{"]
    assert len(events) > 20
    assert json.loads(events[0])["schema"]
