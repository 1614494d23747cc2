"""The user's own settings, for every project: how much may be spent in a day, in all and where.

Values only; the file is a few lines of YAML that the CLI finds. Reads nothing by itself.
"""

from __future__ import annotations

from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from vidgen.scalars import Credits, Dollars


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ceiling(_Settings):
    """A ceiling; where credits and dollars are both given, both hold."""

    usd: Dollars | None = Field(None, description="in US dollars")
    credits: Credits | None = Field(None, description="in the project's credits")

    def in_usd(self, per_usd: Decimal) -> Decimal | None:
        """The ceiling in US dollars, at so many credits a dollar."""
        told = [] if self.usd is None else [self.usd]
        told += [] if self.credits is None else [self.credits / per_usd]
        return min(told, default=None)


class DailyBudget(_Settings):
    """What may be reserved in one day in one project."""

    day: Ceiling = Field(Ceiling(), description="at all providers together")
    providers: dict[str, Ceiling] = Field({}, description="at one provider, by its name")


class Config(_Settings):
    """The whole file."""

    budget: DailyBudget = Field(DailyBudget(), description="ceilings for a day")
