"""Access tokens for Google Cloud: given, or got for a service account, a user's login, or gcloud.

A token is kept until shortly before it ends, in memory only, and is in no error. To sign for a
service account takes the extra `vidgen[vertex]`; every other way needs nothing besides.
Facts: developers.google.com/identity/protocols/oauth2/service-account, and google-auth 2.62.2.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from vidgen.errors import ProviderError, ToolMissing, Trouble
from vidgen.media.tool import printed
from vidgen.providers import Session
from vidgen.providers.files import read
from vidgen.providers.wire import as_json, call, repeatable

TOKENS_AT = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
BY_ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"

LIFE = 3600
"""Seconds that an assertion is good for; Google takes no longer one."""

MARGIN = 300.0
"""Seconds before its end at which a token is replaced."""

GCLOUD_SECONDS = 300.0
"""Seconds that a token of gcloud's is kept: it does not say how long it is good for."""

PATIENCE = 30.0
"""Seconds that gcloud may take: it may have to ask Google first."""

PROJECT = re.compile(r"[a-z0-9][a-z0-9:.-]*")

WAYS = (
    "set CLOUDSDK_AUTH_ACCESS_TOKEN, or GOOGLE_APPLICATION_CREDENTIALS to a service account's file,"
    " or run `gcloud auth application-default login`"
)

BY_HAND = (
    "set CLOUDSDK_AUTH_ACCESS_TOKEN to what `gcloud auth application-default print-access-token`"
    " prints: it knows every kind of credentials"
)
"""Not asked from here: it would take the file that its own environment names, whoever that is."""


class Tokens:
    """The tokens of one session. A key in it is an access token, and then nothing else is asked.

    `gcloud` is the program that is asked where there is no file.
    """

    def __init__(self, session: Session, *, gcloud: str = "gcloud") -> None:
        self._session = session
        self._gcloud = gcloud
        self._token, self._until, self._payer = "", 0.0, ""
        self._one_at_a_time = asyncio.Lock()

    async def headers(self) -> dict[str, str]:
        """What a call to Google Cloud carries.

        Raises ProviderError: `key` where no way leads to a token, `unsent`, `limit` or `overload`
        where Google's server of tokens is not to be had now.
        """
        told = {"authorization": f"Bearer {await self._current()}"}
        return told | ({"x-goog-user-project": self._payer} if self._payer else {})

    @property
    def secret(self) -> str:
        """The token in use, to be cut out of texts; empty before there is one."""
        return self._session.key or self._token

    def project(self) -> str:
        """The project that is set, or else that of the credentials' file.

        Raises ProviderError `input` where there is none, or what is said cannot be one.
        """
        found = self._session.settings.get("GOOGLE_CLOUD_PROJECT", "")
        if not found and not self._session.key:
            file = self._file() or {}
            found = file.get("project_id") or file.get("quota_project_id") or ""
        if not found:
            message = "no project of Google Cloud is named"
            raise ProviderError(message, kind="input", hint="set GOOGLE_CLOUD_PROJECT to its id")
        if not PROJECT.fullmatch(found):
            raise ProviderError(f"`{found}` is no id of a project of Google Cloud", kind="input")
        return found

    async def _current(self) -> str:
        if self._session.key:
            return self._session.key
        async with self._one_at_a_time:
            if time.monotonic() >= self._until:
                file = await asyncio.to_thread(self._file)
                way = self._of_gcloud() if file is None else self._granted(file)
                self._token, lasts = await way
                self._until = time.monotonic() + lasts
                self._payer = (file or {}).get("quota_project_id", "")
            return self._token

    def _file(self) -> dict[str, str] | None:
        """The credentials' file as its texts by name; None where there is none to be found.

        Raises ProviderError `key` for one that is named and cannot be read.
        """
        named = self._session.settings.get("GOOGLE_APPLICATION_CREDENTIALS")
        path = Path(named).expanduser() if named else _default(self._session.settings)
        if not named and not path.is_file():
            return None
        try:
            found = json.loads(read(path))
        except (ProviderError, ValueError) as error:
            words = error.message if isinstance(error, ProviderError) else "it is no JSON"
            message = f"the credentials of Google Cloud cannot be read: {words}"
            raise ProviderError(message, kind="key", where=str(path), hint=WAYS) from None
        texts = found if isinstance(found, dict) else {}
        return {name: value for name, value in texts.items() if isinstance(value, str)}

    async def _granted(self, file: Mapping[str, str]) -> tuple[str, float]:
        """A token for what a file holds, and the seconds for which it is to be kept."""
        match file.get("type"):
            case "service_account":
                form = {"grant_type": BY_ASSERTION, "assertion": assertion(file, time.time())}
            case "authorized_user":
                names = ("client_id", "client_secret", "refresh_token")
                form = {"grant_type": "refresh_token"} | {n: file.get(n, "") for n in names}
            case kind:
                message = f"credentials of the kind `{kind or 'unsaid'}` are not known here"
                raise ProviderError(message, kind="key", hint=BY_HAND)
        told = await self._exchanged(form)
        token, lasts = told.get("access_token"), told.get("expires_in")
        if not isinstance(token, str) or not token:
            raise ProviderError("Google answered without an access token", kind="key", hint=WAYS)
        return token, float(lasts) - MARGIN if isinstance(lasts, int) else 0.0

    async def _exchanged(self, form: Mapping[str, str]) -> dict[str, Any]:
        """What Google's server of tokens says; nothing that costs money was sent yet."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        content = urlencode(form).encode()
        with repeatable():
            answer = await call(
                self._session.http, "POST", TOKENS_AT, key="", headers=headers, content=content
            )
            told = as_json(answer)
        if answer.is_success:
            return told
        status = answer.status_code
        kind: Trouble = "limit" if status == 429 else "overload" if status >= 500 else "key"
        message = f"Google gives no token (HTTP {status}): {told.get('error')}"
        raise ProviderError(message[:300], kind=kind, hint=WAYS)

    async def _of_gcloud(self) -> tuple[str, float]:
        try:
            token = await printed(self._gcloud, "auth", "print-access-token", seconds=PATIENCE)
        except ToolMissing as error:
            message = f"no access token for Google Cloud: {error.message}"
            raise ProviderError(message, kind="key", hint=WAYS) from None
        if not token:
            raise ProviderError("gcloud printed no access token", kind="key", hint=WAYS)
        return token, GCLOUD_SECONDS


def assertion(file: Mapping[str, str], now: float) -> str:
    """What a service account signs to be given a token (RFC 7523); `now` is seconds since 1970.

    Raises ProviderError `key` where its file holds no key, or the extra is not installed.
    """
    head = {"typ": "JWT", "alg": "RS256", "kid": file.get("private_key_id", "")}
    claims = {
        "iat": int(now),
        "exp": int(now) + LIFE,
        "iss": file.get("client_email", ""),
        "aud": TOKENS_AT,
        "scope": SCOPE,
    }
    told = ".".join(_packed(json.dumps(part).encode()) for part in (head, claims))
    return f"{told}.{_packed(_signed(told.encode(), file.get('private_key', '')))}"


def _signed(content: bytes, pem: str) -> bytes:
    try:
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise _lacking() from None
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, RSAPrivateKey):
        message = "the service account's file holds no private key that can be read"
        raise ProviderError(message, kind="key", hint=WAYS)
    return key.sign(content, PKCS1v15(), SHA256())


def _lacking() -> ProviderError:
    return ProviderError(
        "to sign for a service account, the package `cryptography` is needed",
        kind="key",
        hint=f"install the extra: `pip install 'vidgen[vertex]'`; or {BY_HAND}",
    )


def _packed(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _default(settings: Mapping[str, str]) -> Path:
    """Where gcloud leaves the credentials of a user's login for other programs."""
    usual = "AppData/Roaming/gcloud" if sys.platform == "win32" else ".config/gcloud"
    folder = settings.get("CLOUDSDK_CONFIG")
    return (
        Path(folder) if folder else Path.home() / usual
    ) / "application_default_credentials.json"
