"""Ark on the wire, as Volcengine has it in China: the same words at another address."""

from __future__ import annotations

from dataclasses import replace

from tests.providers.tapes import byteplus

TAPE = replace(byteplus.TAPE, provider="volcengine")
