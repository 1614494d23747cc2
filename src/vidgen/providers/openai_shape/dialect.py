"""What differs between the servers that speak OpenAI's videos shape, as data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

FIELDS: Mapping[str, Any] = {
    "size": {"size": "wxh"},
    "duration": {"seconds": "text"},
    "first_frame": "input_reference",
}
"""How a Request is written where an offer's page says nothing else: all that OpenAI's own had.

The notation is explained at the head of `catalogue/providers/fal.yaml`; the model and the prompt
always go along.
"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One kind of server.

    `name` is what errors call it; `setting` names what says where it is, and `required` whether
    that must be set. `below` is the first part of its paths where its address does not end with
    that already. `closed` says, by host, why nothing can be bought there.

    `frames`: it is told how many frames to make, one more than the seconds have, since models make
    4k+1 (8k+1): of the 120 that it would take 5 s for, HunyuanVideo makes 117.
    `stops`: a DELETE stops what runs; elsewhere it only throws away the record, or the clip.
    `own`: it runs on the user's own machines, so a failure costs nothing, and its 503 says that it
    took nothing.
    """

    name: str
    setting: str
    required: bool = False
    below: str = ""
    closed: Mapping[str, str] = field(default_factory=dict)
    frames: bool = False
    stops: bool = False
    own: bool = False

    def root(self, base_url: str) -> str:
        """Where its paths hang, without a slash at the end."""
        base = base_url.rstrip("/")
        return base if not self.below or base.endswith(f"/{self.below}") else f"{base}/{self.below}"
