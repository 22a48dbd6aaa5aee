"""The life of an issue from registration to closing, as one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ledger import Ledger, digest
from workdays import days


@dataclass
class Issue:
    """What an issue needs to be told.

    immediate: without plan and progress; otherwise plan, progress, submission.
    until: the last step that has happened: REGISTERED, ASSIGNED, PLANNED, IN_PROGRESS, SUBMITTED
    or CLOSED.
    """

    identity: str
    source: str
    title: str
    org: str
    lead_org: str
    found: date
    assigned: date
    due: date
    responsible: str
    submitted: date
    closed: date
    acceptor: str
    acceptor_org: str
    planner: str
    immediate: bool = False
    planned: date | None = None
    until: str = "CLOSED"
    round: str | None = None
    channel: str | None = None
    complainant: str | None = None
    # (approved on, new due day, approver)
    extension: tuple[date, date, str] | None = None
    # (rejected on, submitted again on)
    rejection: tuple[date, date] | None = None
    progress: list[tuple[date, int]] = field(default_factory=list)

    @property
    def stream(self) -> str:
        return f"issue-{self.identity}"


_ORDER = ["REGISTERED", "ASSIGNED", "PLANNED", "IN_PROGRESS", "SUBMITTED", "CLOSED"]


def write_issue(book: Ledger, issue: Issue) -> None:
    reached = _ORDER.index(issue.until)
    category = "IMMEDIATE" if issue.immediate else "DEADLINE"

    def fact(event: str, payload: dict, when: date) -> None:
        book.add(event, issue.stream, payload, when)

    fact(
        "IssueRegistered",
        {"round": issue.round, "source": issue.source, "channel": issue.channel,
         "category_proposed": category, "title": issue.title,
         "description_ref": f"text-{issue.identity}", "org": issue.org,
         "found_on": issue.found, "complainant_ref": issue.complainant}, issue.found)
    if reached >= 1:
        fact(
            "IssueAssigned",
            {"responsible_person": issue.responsible, "lead_org": issue.lead_org,
             "category": category, "due_on": issue.due}, issue.assigned)
    if reached >= 2 and not issue.immediate:
        planned = issue.planned or days(issue.assigned, 5)
        fact(
            "RectificationPlanApproved",
            {"measures": [f"针对“{issue.title}”制定措施并落实到人"], "approved_by": issue.planner,
             "on": planned}, planned)
    if reached >= 3 and not issue.immediate:
        for on, pct in issue.progress or [(days(issue.submitted, -2), 100)]:
            fact("RectificationProgressReported", {"pct": pct, "on": on}, on)
    if issue.extension:
        on, new_due, approver = issue.extension
        fact(
            "IssueDeadlineExtended",
            {"old_due": issue.due, "new_due": new_due, "approver": approver, "on": on}, on)
    if reached >= 4:
        submit(book, issue, issue.submitted, 1)
    if issue.rejection:
        rejected, again = issue.rejection
        fact(
            "RectificationRejected",
            {"on": rejected, "acceptor": issue.acceptor, "reason": "佐证材料不完整，退回补充"},
            rejected)
        fact(
            "RectificationProgressReported",
            {"pct": 100, "note": "已补充佐证材料", "on": days(again, -1)}, days(again, -1))
        submit(book, issue, again, 2)
    if reached >= 5:
        close(book, issue, issue.closed)


def submit(book: Ledger, issue: Issue, on: date, attempt: int) -> None:
    book.add(
        "RectificationSubmitted", issue.stream,
        {"on": on, "evidence": [digest("submission", issue.identity, attempt)]}, on)


def close(book: Ledger, issue: Issue, on: date) -> None:
    book.add(
        "IssueClosed", issue.stream,
        {"on": on, "acceptor": issue.acceptor, "acceptor_org": issue.acceptor_org,
         "evidence": [digest("acceptance", issue.identity, on)]}, on)
