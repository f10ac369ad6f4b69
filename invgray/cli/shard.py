"""One of several shares of a plan, for those whose own scheduler runs a command for each."""

from __future__ import annotations

import os
import re
import zlib
from dataclasses import dataclass, replace
from typing import Any

import click

from invgray.cli.plan import Plan, Task


@dataclass(frozen=True)
class Shard:
    """A share of the pictures, by their names: the same one wherever and whenever it is asked for.

    Attributes:
        number: of the share, from 1 on.
        count: of all shares.
    """

    number: int
    count: int

    def has(self, task: Task) -> bool:
        """Whether a picture is in it."""
        name = os.fsencode(str(task.source))
        return zlib.crc32(name) % self.count == self.number - 1

    def of(self, plan: Plan) -> Plan:
        """What of a plan is in it; clashes are those of the whole plan."""
        return replace(
            plan,
            tasks=tuple(filter(self.has, plan.tasks)),
            unreadable=tuple(each for each in plan.unreadable if self.has(each[0])),
            clashes=tuple(clash for clash in plan.clashes if self.has(clash.task)),
        )


class ShardType(click.ParamType[Shard]):
    """A share, as in ``3/16``."""

    name = "I/N"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Shard:
        """The share that is meant."""
        found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", str(value))
        if found and int(found[1]) <= int(found[2]):
            return Shard(int(found[1]), int(found[2]))
        return self.fail(f"{value!r} is no share, as 1/16 to 16/16", param, ctx)
