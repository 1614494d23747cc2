"""How long a plan takes: jobs at their usual times, so many at once, longest chain first. Pure."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from vidgen.job import JobKey
from vidgen.plan import Step
from vidgen.render.gate import heights


def forecast(
    steps: Sequence[Step], in_flight: Mapping[str, int], seconds: Callable[[Step], float]
) -> float:
    """Seconds from the first submit to the last clip.

    `in_flight` says how many jobs each provider works on at once; `seconds` how long one takes.
    Jobs that start from none of `steps` wait for nothing.
    """
    by_key = {step.job.key: step for step in steps}
    lasts = {key: seconds(step) for key, step in by_key.items()}
    after: dict[JobKey, list[JobKey]] = defaultdict(list)
    open_needs: dict[JobKey, int] = {}
    for key, step in by_key.items():
        needs = {need.key for need in step.job.needs if need.key in by_key}
        open_needs[key] = len(needs)
        for need in needs:
            after[need].append(key)
    ahead = heights(steps, lambda step: lasts[step.job.key])
    ready: dict[str, list[tuple[float, JobKey]]] = defaultdict(list)
    free = dict(in_flight)
    running: list[tuple[float, JobKey]] = []
    now = 0.0

    def fill(provider: str) -> None:
        while ready[provider] and free[provider] > 0:
            _, key = heapq.heappop(ready[provider])
            free[provider] -= 1
            heapq.heappush(running, (now + lasts[key], key))

    def wait(key: JobKey) -> str:
        provider = by_key[key].job.request.provider
        heapq.heappush(ready[provider], (-ahead[key], key))
        return provider

    for provider in {wait(key) for key, count in open_needs.items() if not count}:
        fill(provider)
    while running:
        now, key = heapq.heappop(running)
        provider = by_key[key].job.request.provider
        free[provider] += 1
        touched = {provider}
        for later in after[key]:
            open_needs[later] -= 1
            if not open_needs[later]:
                touched.add(wait(later))
        for name in sorted(touched):
            fill(name)
    return now
