"""Access tokens for Vertex AI: every way to one, each file handed in, none of it ever shown."""

import asyncio
import json
import stat
import sys
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from tests.providers.loopback import RESET, Loopback
from tests.providers.tapes import Reply
from vidgen.errors import ProviderError
from vidgen.providers.vertex import tokens
from vidgen.providers.vertex.tokens import Tokens, assertion
from vidgen.providers.wire import clients

TOKEN = "ya29.a-token-that-nobody-may-see"
SECRET = "a-secret-that-nobody-may-see"
USER = {
    "type": "authorized_user",
    "client_id": "764086.apps.example.test",
    "client_secret": SECRET,
    "refresh_token": f"1//{SECRET}",
    "quota_project_id": "who-pays",
}
GIVEN = Reply(200, {"access_token": TOKEN, "expires_in": 3599, "token_type": "Bearer"})
ENDING = Reply(200, {"access_token": TOKEN, "expires_in": 299})


@pytest.fixture(scope="module")
def account():
    """A service account with a key of its own, made here and for this run alone."""
    pytest.importorskip("cryptography", reason="to sign takes the extra vidgen[vertex]")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return {
        "type": "service_account",
        "project_id": "their-film",
        "private_key_id": "k-1",
        "private_key": pem.decode(),
        "client_email": "film@their-film.iam.example.test",
        "token_uri": "https://thief.test/token",
    }, public.decode()


def session_with(at, credentials=None, **settings):
    """A session without a key, whose login folder is one of its own and empty."""
    told = {"CLOUDSDK_CONFIG": str(at.project / "gcloud")} | settings
    if credentials is not None:
        path = at.project / "credentials.json"
        path.write_text(json.dumps(credentials), encoding="utf-8")
        told["GOOGLE_APPLICATION_CREDENTIALS"] = str(path)
    return replace(at, key="", settings=told)


def asked(session, times=1, *, reply=GIVEN, gcloud="no-such-gcloud"):
    """The headers of so many calls, and what Google's server of tokens was sent."""

    async def run():
        async with Loopback(lambda call: reply) as server:
            http = clients(server.url)
            try:
                way = Tokens(replace(session, http=http), gcloud=gcloud)
                return [await way.headers() for _ in range(times)], server.calls
            finally:
                await http.aclose()

    return asyncio.run(run())


def refused(session, **more):
    with pytest.raises(ProviderError) as caught:
        asked(session, **more)
    error = caught.value
    assert SECRET not in error.message + error.hint + error.where
    return error


def test_a_token_that_is_given_is_the_token_and_nothing_is_opened_or_asked(at):
    headers, calls = asked(replace(session_with(at), key=TOKEN))
    assert headers == [{"authorization": f"Bearer {TOKEN}"}]
    assert calls == []


def test_a_users_login_is_exchanged_once_and_kept(at):
    headers, calls = asked(session_with(at, USER), times=3)
    assert headers == [{"authorization": f"Bearer {TOKEN}", "x-goog-user-project": "who-pays"}] * 3
    (call,) = calls
    assert (call.method, call.host, call.path) == ("POST", "oauth2.googleapis.com", "/token")
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(call.body.decode())) == {
        "grant_type": "refresh_token",
        "client_id": USER["client_id"],
        "client_secret": SECRET,
        "refresh_token": f"1//{SECRET}",
    }


def test_a_token_about_to_end_is_asked_for_again(at):
    _, calls = asked(session_with(at, USER), times=3, reply=ENDING)
    assert len(calls) == 3


def test_a_login_is_found_where_gcloud_leaves_it(at):
    folder = at.project / "gcloud"
    folder.mkdir()
    (folder / "application_default_credentials.json").write_text(json.dumps(USER))
    headers, calls = asked(session_with(at))
    assert headers[0]["authorization"] == f"Bearer {TOKEN}"
    assert len(calls) == 1


def test_what_a_service_account_signs_holds_against_googles_own_reading(at, account):
    jwt = pytest.importorskip("google.auth.jwt", reason="google-auth is not installed")
    from google.oauth2 import service_account

    file, public = account
    _, calls = asked(session_with(at, file))
    (call,) = calls
    assert call.host == "oauth2.googleapis.com"  # whatever the file names
    sent = dict(parse_qsl(call.body.decode()))
    assert sent["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    ours = jwt.decode(sent["assertion"], certs=public, audience=tokens.TOKENS_AT)
    scoped = service_account.Credentials.from_service_account_info(file, scopes=[tokens.SCOPE])
    signed = scoped._make_authorization_grant_assertion()
    theirs = jwt.decode(signed, certs=public, audience=tokens.TOKENS_AT)
    assert set(ours) == set(theirs)
    for claim in ("iss", "aud", "scope"):
        assert ours[claim] == theirs[claim]
    assert ours["exp"] - ours["iat"] == theirs["exp"] - theirs["iat"]
    assert jwt.decode_header(sent["assertion"]) == jwt.decode_header(signed)


def exchanged(session, credentials):
    """What Google's server of tokens is sent by us, and by google-auth, and what each makes of it:
    the calls without the assertion, which is signed anew each second, and the tokens."""
    transport = pytest.importorskip(
        "google.auth.transport.requests", reason="google-auth is not installed"
    )
    requests = pytest.importorskip("requests", reason="google-auth has no line to send by")

    def theirs(url):
        with requests.Session() as line:
            line.trust_env = False
            found = credentials(f"{url}/token")
            found.refresh(transport.Request(line))
            return found.token

    def shown(call):
        sent = dict(parse_qsl(call.body.decode()))
        kind = call.headers["content-type"]
        return call.method, call.path, kind, sent | {"assertion": "assertion" in sent}

    async def run():
        async with Loopback(lambda call: GIVEN) as server:
            http = clients(server.url)
            try:
                ours = await Tokens(replace(session, http=http)).headers()
            finally:
                await http.aclose()
            mine = [shown(call) for call in server.calls]
            del server.calls[:]
            token = await asyncio.to_thread(theirs, server.url)
            return mine, [shown(call) for call in server.calls], ours["authorization"], token

    return asyncio.run(run())


def test_a_service_account_is_exchanged_as_google_auth_does_it(at, account):
    service_account = pytest.importorskip("google.oauth2.service_account")
    file, _ = account

    def credentials(url):
        return service_account.Credentials.from_service_account_info(
            file | {"token_uri": url}, scopes=[tokens.SCOPE]
        )

    mine, others, ours, theirs = exchanged(session_with(at, file), credentials)
    assert mine == others
    assert (len(mine), mine[0][3]["assertion"]) == (1, True)
    assert ours == f"Bearer {theirs}"


def test_a_users_login_is_exchanged_as_google_auth_does_it(at):
    oauth2 = pytest.importorskip("google.oauth2.credentials")

    def credentials(url):
        known = {name: USER[name] for name in ("client_id", "client_secret", "refresh_token")}
        return oauth2.Credentials(None, token_uri=url, **known)

    mine, others, ours, theirs = exchanged(session_with(at, USER), credentials)
    assert mine == others
    assert ours == f"Bearer {theirs}"


def test_two_assertions_of_one_moment_are_the_same(account):
    file, _ = account
    assert assertion(file, 1_000_000.5) == assertion(file, 1_000_000.9)


def test_a_key_that_is_none_is_said_without_being_shown(at, account):
    file, _ = account
    error = refused(session_with(at, {**file, "private_key": SECRET}))
    assert (error.kind, "private key" in error.message) == ("key", True)


def test_without_the_extra_a_service_account_says_what_is_lacking(at, account, monkeypatch):
    file, _ = account
    for name in ("padding", "rsa"):
        module = f"cryptography.hazmat.primitives.asymmetric.{name}"
        monkeypatch.setitem(sys.modules, module, None)
    error = refused(session_with(at, file))
    assert error.kind == "key"
    assert "vidgen[vertex]" in error.hint
    assert "gcloud auth application-default print-access-token" in error.hint


@pytest.mark.parametrize(
    ("credentials", "says"),
    [
        ({"type": "external_account"}, "external_account"),
        ({"type": "impersonated_service_account"}, "impersonated_service_account"),
        ({}, "unsaid"),
        ([], "unsaid"),
    ],
)
def test_credentials_of_another_kind_are_refused_with_the_ways_there_are(at, credentials, says):
    error = refused(session_with(at, credentials))
    assert error.kind == "key"
    assert says in error.message
    assert "CLOUDSDK_AUTH_ACCESS_TOKEN" in error.hint
    assert "gcloud auth application-default print-access-token" in error.hint


@pytest.mark.parametrize("content", ["no json", None])
def test_a_file_that_is_named_and_cannot_be_read_is_told_by_its_place(at, content):
    path = at.project / "lost.json"
    if content is not None:
        path.write_text(content)
    error = refused(session_with(at, GOOGLE_APPLICATION_CREDENTIALS=str(path)))
    assert (error.kind, error.where) == ("key", str(path))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(400, {"error": "invalid_grant", "error_description": "Token expired"}), "key"),
        (Reply(401, {"error": "invalid_client"}), "key"),
        (Reply(429, {"error": "slow_down"}), "limit"),
        (Reply(503, {"error": "backend"}), "overload"),
        (Reply(200, {"token": "x"}), "key"),
        (Reply(502, b"<html>"), "overload"),
        (RESET, "overload"),
    ],
)
def test_no_token_means_that_nothing_was_bought(at, reply, kind):
    error = refused(session_with(at, USER), reply=reply)
    assert (error.kind, error.charged) == (kind, False)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_gcloud_is_asked_last(at):
    script = at.project / "gcloud-here"
    script.write_text(f'#!/bin/sh\n[ "$1 $2" = "auth print-access-token" ] && echo {TOKEN}\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    headers, calls = asked(session_with(at), times=2, gcloud=str(script))
    assert headers == [{"authorization": f"Bearer {TOKEN}"}] * 2
    assert calls == []


def test_without_any_way_the_ways_are_named(at):
    error = refused(session_with(at))
    assert error.kind == "key"
    assert "gcloud auth application-default login" in error.hint


def test_a_project_is_the_one_that_is_set_or_the_credentials_own(at, account):
    file, _ = account
    assert Tokens(session_with(at, file, GOOGLE_CLOUD_PROJECT="my-film")).project() == "my-film"
    assert Tokens(session_with(at, file)).project() == "their-film"
    assert Tokens(session_with(at, USER)).project() == "who-pays"


@pytest.mark.parametrize("project", ["", "a/b", "My Film"])
def test_a_project_that_is_none_is_bad_input(at, project):
    with pytest.raises(ProviderError) as caught:
        Tokens(session_with(at, GOOGLE_CLOUD_PROJECT=project)).project()
    assert caught.value.kind == "input"


def test_nothing_secret_is_in_what_is_shown_of_it(at):
    session = session_with(at, USER)

    async def run():
        async with Loopback(lambda call: GIVEN) as server:
            http = clients(server.url)
            way = Tokens(replace(session, http=http))
            await way.headers()
            await http.aclose()
            return repr(way), way.secret

    shown, secret = asyncio.run(run())
    assert TOKEN not in shown
    assert secret == TOKEN
