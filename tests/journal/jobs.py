"""Jobs as the journal's tests know them."""

from fractions import Fraction

from vidgen.job import Job, JobKey, Request
from vidgen.journal import Limits

NO = Limits()
KEY = JobKey("j1:a")


def job(name="sip", key="j1:a", provider="fal"):
    request = Request(
        kind="video", mode="text", model="veo-3.1", provider=provider, endpoint="x", prompt="p",
        aspect="9:16", resolution="1080p", width=1080, height=1920, rate=Fraction(24),
    )  # fmt: skip
    return Job(JobKey(key), name, "final", 1, request)
