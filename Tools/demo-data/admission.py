"""The twenty-five steps from application to full membership, as far as they have happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger import Ledger, digest
from workdays import add_months, at, days


@dataclass
class Cohort:
    """Applicants of one branch who take every step on the same days."""

    branch: str
    committee_members: list[str]
    full_members: list[str]
    # The hospital's committee, the body above it, and who is sent to talk.
    superior: str
    above: str
    talker: str
    place: str
    applied: date
    # (person, category of the approval)
    applicants: list[tuple[str, str]]
    converted: bool

    @property
    def secretary(self) -> str:
        return self.committee_members[0]


def write_admissions(book: Ledger, cohort: Cohort) -> None:
    """Steps 1 to 21 for every applicant, one by one, and 22 to 24 for a converted cohort."""
    applied = cohort.applied
    activist = add_months(applied, 6)
    target = add_months(activist, 14)
    vote = add_months(target, 4)
    approved = add_months(vote, 2)
    _committee_meeting(book, cohort, days(activist, 0), "研究确定入党积极分子")
    _committee_meeting(book, cohort, target, "研究确定发展对象")
    review = _committee_meeting(book, cohort, days(vote, -24), "审查发展对象")
    general = _general_meeting(book, cohort, vote, "讨论接收预备党员")
    people = [person for person, _ in cohort.applicants]
    for index, (person, category) in enumerate(cohort.applicants):
        member = f"member-{person}"
        _step(book, "MembershipApplicationSubmitted", member,
              {"person": person, "branch": cohort.branch, "on": applied}, applied)
        _step(book, "ApplicantInterviewed", member,
              {"interviewer": cohort.secretary, "on": days(applied, 15)}, days(applied, 15))
        _step(book, "ActivistDetermined", member,
              {"on": activist, "decided_by": "COMMITTEE",
               "recommended_by": ["MEMBERS", "LEAGUE", "UNION"][index % 3]}, activist)
        _filing(book, cohort, member, "ACTIVIST", cohort.superior, days(activist, 4))
        _step(book, "CultivationContactsAssigned", member,
              {"contacts": cohort.full_members[3 + index:5 + index], "on": days(activist, 5)},
              days(activist, 5))
        _inspections(book, member, "ACTIVIST", activist, 2)
        _step(book, "DevelopmentTargetDetermined", member,
              {"on": target, "decided_by": "COMMITTEE", "prior_unit_months": 0}, target)
        _filing(book, cohort, member, "TARGET", cohort.superior, days(target, 5))
        _step(book, "IntroducersConfirmed", member,
              {"introducers": cohort.full_members[3 + index:5 + index], "on": days(target, 7)},
              days(target, 7))
        trained = add_months(target, 2)
        _step(book, "CandidateTrainingCompleted", member,
              {"from": days(trained, -3), "to": trained, "study_hours": 28, "passed": True},
              trained)
        _step(book, "PoliticalReviewConcluded", member,
              {"on": days(trained, 12), "result": "PASS", "ref": digest("review", person)},
              days(trained, 12))
        _step(book, "BranchCommitteeReviewConcluded", member,
              {"on": days(vote, -24), "meeting_id": review, "opinion": "手续完备，同意上报预审"},
              days(vote, -24))
        _step(book, "CommitteePreReviewConcluded", member,
              {"on": days(vote, -14), "result": "PASS", "committee": cohort.superior},
              days(vote, -14))
        _step(book, "ApplicationFormIssued", member,
              {"form_no_hash": digest("form", person, length=16), "on": days(vote, -10)},
              days(vote, -10))
        _step(book, "AdmissionVoteHeld", member,
              {"meeting_id": general, "on": vote, "tally": _tally(cohort),
               "electorate_snapshot_hash": digest(*sorted(cohort.full_members)), "passed": True},
              vote)
        talk = days(vote, 20 + index)
        _step(book, "PreApprovalTalkHeld", member, {"talker": cohort.talker, "on": talk}, talk)
        proof = book.add(
            "ProbationaryMemberApproved", member,
            {"committee": cohort.superior, "approved_on": approved, "vote_on": vote,
             "probation_from": vote, "probation_to": add_months(vote, 12),
             "category": category}, approved, name=f"approval/{person}")
        _filing(book, cohort, member, "ADMISSION", cohort.above, days(approved, 6))
        _step(book, "MemberAssignedToBranch", member,
              {"branch": cohort.branch, "from": approved, "reason": "NEW"}, approved)
        _cultivation(book, person, applied, approved, proof)
        oath = days(approved, 12)
        _step(book, "OathTaken", member, {"on": oath, "place": cohort.place}, oath)
        _inspections(book, member, "PROBATION", vote, 2 if cohort.converted else 1)
    if cohort.converted:
        _convert(book, cohort, vote, people)


def _convert(book: Ledger, cohort: Cohort, vote: date, people: list[str]) -> None:
    ends = add_months(vote, 12)
    meets, approved = days(ends, 6), days(ends, 35)
    general = _general_meeting(book, cohort, meets, "讨论预备党员转正", people)
    for person in people:
        member = f"member-{person}"
        _step(book, "ConversionRequested", member, {"on": days(ends, -7)}, days(ends, -7))
        _step(book, "ConversionVoteHeld", member,
              {"meeting_id": general, "on": meets, "tally": _tally(cohort), "outcome": "CONVERT",
               "passed": True}, meets)
        _step(book, "MemberConverted", member,
              {"approved_on": approved, "effective_from": ends, "seniority_from": ends}, approved)


def _step(book: Ledger, event: str, stream: str, payload: dict, on: date) -> None:
    book.add(event, stream, payload, on)


def _filing(
    book: Ledger, cohort: Cohort, stream: str, stage: str, committee: str, on: date,
) -> None:
    _step(book, "StageFiledWithSuperior", stream,
          {"stage": stage, "committee": committee, "filed_on": on}, on)


def _inspections(book: Ledger, stream: str, phase: str, start: date, count: int) -> None:
    """One inspection for every half-year from `start`, recorded two days after it ends."""
    for half in range(count):
        first = add_months(start, 6 * half)
        last = days(add_months(start, 6 * half + 6), -1)
        book.add(
            "CultivationInspected", stream,
            {"phase": phase, "period_from": first, "period_to": last, "opinion": "表现良好"},
            last, recorded=days(last, 2))


def _cultivation(book: Ledger, person: str, since: date, approved: date, proof: str) -> None:
    stream = f"cultivation-{person}-b2m"
    book.add(
        "CultivationStarted", stream,
        {"person": person, "direction": "BACKBONE_TO_MEMBER", "from": since,
         "plan_doc": "“三培养”工作方案"}, since)
    book.add(
        "CultivationConverted", stream,
        {"on": approved, "proving_event_id": proof, "new_role": "预备党员"}, approved)


def _tally(cohort: Cohort) -> dict:
    electorate = len(cohort.full_members)
    return {"electorate": electorate, "present": electorate, "written": 0,
            "in_favour": electorate, "against": 0, "abstain": 0}


def _committee_meeting(book: Ledger, cohort: Cohort, on: date, topic: str) -> str:
    members = cohort.committee_members
    return book.meeting(
        f"{cohort.branch}-committee-{on:%Y%m%d}", "COMMITTEE", at(on, 9), 1, cohort.secretary,
        [topic], len(members), members, branch=cohort.branch, first_topic=True)


def _general_meeting(
    book: Ledger, cohort: Cohort, on: date, topic: str, probationary: list[str] | None = None,
) -> str:
    present = [*cohort.full_members, *(probationary or [])]
    return book.meeting(
        f"{cohort.branch}-general-{on:%Y%m%d}", "GENERAL", at(on, 14), 2, cohort.secretary,
        [topic], len(present), present, branch=cohort.branch)
