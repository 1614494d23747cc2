"""The providers that a plan needs, ready to work: their keys, their clients, their pace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vidgen.cli import desk, keys
from vidgen.cli.app import environment
from vidgen.errors import KeyMissing, ToolMissing

if TYPE_CHECKING:
    from vidgen.catalogue.page import Provider as Page
    from vidgen.media.binary import Ffmpeg
    from vidgen.plan import Plan
    from vidgen.providers import Provider, Session
    from vidgen.providers.wire import Http
    from vidgen.render.values import Desk


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
    missing = [(page, key) for page in pages if (key := keys.missing(page))]
    if missing:
        told = ", ".join(f"{key.env} for {page.name}" for page, key in missing)
        raise KeyMissing(
            f"not set: {told}",
            hint="put it into the environment or a .env file, or name providers whose keys you have"
            " under `providers: {prefer: [...]}`; `--rehearse` needs none",
        )


def at_work(project: desk.Desk, names: set[str]) -> dict[str, Desk]:
    """A desk for each provider; hosted ones share their clients."""
    from vidgen.providers import PROVIDERS

    pages = {name: project.catalogue.providers[name] for name in sorted(names)}
    http = None
    if any(page.over_http for page in pages.values()):
        from vidgen.providers.wire import clients

        http = clients()
    return {
        name: desk_of(page, PROVIDERS[name](session_of(project, page, http)), http)
        for name, page in pages.items()
    }


def session_of(
    project: desk.Desk, page: Page, http: Http | None, *, rehearsal: bool = False
) -> Session:
    """What a provider is handed; in a rehearsal it is where its page says, whatever is set."""
    return replace(
        keyed_session(page, http, rehearsal=rehearsal),
        project=project.source.root.absolute(),
        scratch=project.project.scratch(page.provider).absolute(),
        ffmpeg=find_ffmpeg().path,
        fields={
            (offer.model, endpoint): offer.fields
            for offer in page.offers
            for endpoint in offer.modes.values()
            if offer.fields
        },
    )


def keyed_session(page: Page, http: Http | None, *, rehearsal: bool = False) -> Session:
    """As much of a session as shows a provider its key: no project, no ffmpeg, no offers."""
    from vidgen.providers import Session

    settings = keys.rehearsed_settings_of(page) if rehearsal else keys.settings_of(page)
    return Session(
        project=Path(),
        scratch=Path(),
        ffmpeg=Path(),
        base_url=page.base_url if rehearsal else settings.get(page.base_url_from, page.base_url),
        key=keys.key_of(page) or (keys.REHEARSAL_KEY if rehearsal and page.keys else ""),
        settings=settings,
        http=http,
    )


def adapter_of(name: str, session: Session, *, rehearsal: bool = False) -> Provider | None:
    """A provider's adapter; in a rehearsal one that has none yet is stood in for by a queue."""
    from vidgen.providers import PROVIDERS

    if name in PROVIDERS:
        return PROVIDERS[name](session)
    if not rehearsal:
        return None
    from vidgen.providers.fal import Fal

    return Fal(replace(session, fields={}, key=session.key or keys.REHEARSAL_KEY))


def desk_of(page: Page, provider: Provider, http: Http | None, tempo: float = 1.0) -> Desk:
    """A provider at work, at the pace of its page."""
    from vidgen.cli.waiting import processors
    from vidgen.render.values import Desk

    return Desk(
        provider=provider,
        in_flight=page.in_flight if page.over_http else processors(),
        poll_seconds=float(page.poll_seconds),
        give_up_seconds=float(page.give_up_seconds),
        local=not page.over_http,
        resend=page.resend,
        requests_per_minute=page.requests_per_minute,
        http=http,
        tempo=tempo,
    )


def find_ffmpeg() -> Ffmpeg:
    """The ffmpeg of this machine, as `VIDGEN_FFMPEG` or the installed wheel has it."""
    from vidgen.media import binary

    return binary.find(environment("VIDGEN_FFMPEG"))
