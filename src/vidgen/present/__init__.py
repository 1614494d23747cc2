"""Values as people and scripts read them: tables, sentences, JSON; errors as text.

Computes nothing that matters and writes nowhere; the CLI decides where the text goes.
"""

from __future__ import annotations

from vidgen.present.amounts import UNITS, credits_text, credits_words, unit_text, usd_text
from vidgen.present.data import PLAN_SCHEMA, plan_json
from vidgen.present.errors import error_json, error_text
from vidgen.present.plan import buys_text, pedigree_text, plan_view, verdict_text, work_text
from vidgen.present.prompts import prompts_text

__all__ = [
    "PLAN_SCHEMA",
    "UNITS",
    "buys_text",
    "credits_text",
    "credits_words",
    "error_json",
    "error_text",
    "pedigree_text",
    "plan_json",
    "plan_view",
    "prompts_text",
    "unit_text",
    "usd_text",
    "verdict_text",
    "work_text",
]
