"""The providers that a plan needs, ready to work: their keys, their clients, their pace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vidgen.cli import desk
from vidgen.cli.app import environment
from vidgen.errors import KeyMissing, ToolMissing

if TYPE_CHECKING:
    from vidgen.catalogue.page import Provider as Page
    from vidgen.media.binary import Ffmpeg
    from vidgen.plan import Plan
    from vidgen.providers import Provider, Session
    from vidgen.providers.wire import Http
    from vidgen.render.values import Desk

REHEARSAL_KEY = "rehearsal-key"
"""What a rehearsal uses where the user has no key of that provider."""


def needed_by(plan: Plan) -> set[str]:
    """The providers that have something to do."""
    return {step.job.request.provider for step in plan.steps if step.works}


def check(project: desk.Desk, names: set[str]) -> None:
    """Raise ToolMissing for providers this version lacks, and KeyMissing, before anything is asked
    or sent.
    """
    from vidgen.providers import PROVIDERS

    lacking = sorted(names - set(PROVIDERS))
    if lacking:
        raise ToolMissing(
            f"this version plans and prices {', '.join(lacking)}, but cannot render there yet",
            hint=f"`providers: {{avoid: [{', '.join(lacking)}]}}` takes other routes;"
            " `--rehearse` plays them for nothing; `--animatic` makes the whole film free",
        )
    pages = [project.catalogue.providers[name] for name in sorted(names)]
    missing = [page for page in pages if page.keys and not key_of(page)]
    if missing:
        told = ", ".join(f"{page.keys[0].env} for {page.name}" for page in missing)
        raise KeyMissing(
            f"no key: {told}",
            hint="put it into the environment or a .env file, or name providers whose keys you have"
            " under `providers: {prefer: [...]}`; `--rehearse` needs none",
        )


def at_work(project: desk.Desk, names: set[str]) -> dict[str, Desk]:
    """A desk for each provider; hosted ones share their clients."""
    from vidgen.providers import PROVIDERS

    pages = {name: project.catalogue.providers[name] for name in sorted(names)}
    http = None
    if not all(page.local for page in pages.values()):
        from vidgen.providers.wire import clients

        http = clients()
    return {
        name: desk_of(page, PROVIDERS[name](session_of(project, page, http)), http)
        for name, page in pages.items()
    }


def key_of(page: Page) -> str:
    """A provider's key from the environment, under the name its own client reads or an alias."""
    names = (name for key in page.keys for name in (key.env, *key.aliases))
    return next((value for name in names if (value := environment(name))), "")


def session_of(
    project: desk.Desk, page: Page, http: Http | None, key: str | None = None
) -> Session:
    """What a provider is handed."""
    from vidgen.providers import Session

    return Session(
        project=project.source.root.absolute(),
        scratch=project.project.scratch(page.provider).absolute(),
        ffmpeg=find_ffmpeg().path,
        base_url=page.base_url,
        key=key_of(page) if key is None else key,
        http=http,
        fields={
            (offer.model, endpoint): offer.fields
            for offer in page.offers
            for endpoint in offer.modes.values()
            if offer.fields
        },
    )


def adapter_of(name: str, session: Session, *, rehearsal: bool = False) -> Provider | None:
    """A provider's adapter; in a rehearsal one that has none yet is stood in for by a queue."""
    from vidgen.providers import PROVIDERS

    if name in PROVIDERS:
        return PROVIDERS[name](session)
    if not rehearsal:
        return None
    from dataclasses import replace

    from vidgen.providers.fal import Fal

    return Fal(replace(session, fields={}))


def desk_of(page: Page, provider: Provider, http: Http | None, tempo: float = 1.0) -> Desk:
    """A provider at work, at the pace of its page."""
    from vidgen.cli.waiting import processors
    from vidgen.render.values import Desk

    return Desk(
        provider=provider,
        in_flight=processors() if page.local else page.in_flight,
        poll_seconds=float(page.poll_seconds),
        give_up_seconds=float(page.give_up_seconds),
        local=page.local,
        resend=page.resend,
        requests_per_minute=page.requests_per_minute,
        http=http,
        tempo=tempo,
    )


def find_ffmpeg() -> Ffmpeg:
    """The ffmpeg of this machine, as `VIDGEN_FFMPEG` or the installed wheel has it."""
    from vidgen.media import binary

    return binary.find(environment("VIDGEN_FFMPEG"))
