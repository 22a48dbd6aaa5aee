"""Days, months and working days as the fixtures need them (Asia/Shanghai)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta, timezone

ZONE = timezone(timedelta(hours=8))

# Public holidays on weekdays and weekend days worked instead, after the yearly notices of the
# State Council. Only the years in which a programme counts working days.
_HOLIDAYS = """
2019-01-01 2019-02-04..2019-02-10 2019-04-05..2019-04-07 2019-05-01..2019-05-04
2019-06-07..2019-06-09 2019-09-13..2019-09-15 2019-10-01..2019-10-07
2020-01-01 2020-01-24..2020-02-02 2020-04-04..2020-04-06 2020-05-01..2020-05-05
2020-06-25..2020-06-27 2020-10-01..2020-10-08
2023-01-01..2023-01-02 2023-01-21..2023-01-27 2023-04-05 2023-04-29..2023-05-03
2023-06-22..2023-06-24 2023-09-29..2023-10-06
2024-01-01 2024-02-10..2024-02-17 2024-04-04..2024-04-06 2024-05-01..2024-05-05
"""
_WORKED_WEEKENDS = """
2019-02-02 2019-02-03 2019-04-28 2019-05-05 2019-09-29 2019-10-12
2020-01-19 2020-04-26 2020-05-09 2020-06-28 2020-09-27 2020-10-10
2023-01-28 2023-01-29 2023-04-23 2023-05-06 2023-06-25 2023-10-07 2023-10-08
2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11
"""


def day(text: str) -> date:
    """The day written as 2019-07-31."""
    return date.fromisoformat(text)


def days(start: date, count: int) -> date:
    """The day `count` days after `start`."""
    return start + timedelta(days=count)


def add_months(start: date, months: int) -> date:
    """The same day `months` later, clamped to the end of a shorter month."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def at(on: date, hour: int, minute: int = 0) -> datetime:
    """An instant of a local day."""
    return datetime(on.year, on.month, on.day, hour, minute, tzinfo=ZONE)


def _expand(text: str) -> frozenset[date]:
    found = set()
    for word in text.split():
        first, _, last = word.partition("..")
        current, end = day(first), day(last or first)
        while current <= end:
            found.add(current)
            current = days(current, 1)
    return frozenset(found)


HOLIDAYS = _expand(_HOLIDAYS)
WORKED_WEEKENDS = _expand(_WORKED_WEEKENDS)


def is_workday(on: date) -> bool:
    if on in WORKED_WEEKENDS:
        return True
    return on.weekday() < 5 and on not in HOLIDAYS


def workday_from(on: date) -> date:
    """The day itself when it is a working day, else the next one."""
    while not is_workday(on):
        on = days(on, 1)
    return on


def posting_end(first: date, count: int) -> date:
    """Last day of a posting of `count` working days whose first day counts as day 1."""
    on, seen = first, 0
    while True:
        if is_workday(on):
            seen += 1
            if seen == count:
                return on
        on = days(on, 1)
