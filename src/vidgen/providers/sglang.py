"""An SGLang-Diffusion server of one's own. It asks for no key; a proxy before it may.

It takes forms as OpenAI does, and knows more fields. A DELETE drops the record of a job and lets
the work go on, so that nothing is cancelled. As in 0.5.23, whose HTTP part was run without a model
behind it.
"""

from __future__ import annotations

from vidgen.providers import Session
from vidgen.providers.openai_shape import Videos
from vidgen.providers.openai_shape.dialect import Dialect

SGLANG = Dialect(name="SGLang", setting="SGLANG_URL", below="v1", frames=True, own=True)


def sglang(session: Session) -> Videos:
    """The server that the settings name, or the one on this machine."""
    return Videos(session, SGLANG)
