import PartyBuilding
import Schema
import TestSupport

/// Random histories over a small world, so that facts meet: late facts, corrections that move a
/// fact to another entity, voids, voids of corrections.
struct RandomHistory {
    private var random: SeededRandom
    private(set) var history = History(tenant: "root")
    private var recorded = day(20_190_301)
    /// What can be corrected: identity, stream and a maker of another payload.
    private var targets: [(id: FactID, remake: Remake)] = []

    typealias Remake = (inout RandomHistory) -> any EventMessage

    init(seed: UInt64, count: Int) throws {
        random = SeededRandom(seed: seed)
        for org in ["root", "left", "right"] {
            history.organisation(org, below: org == "root" ? nil : "root", on: day(20_150_101))
        }
        for (number, org) in ["left", "right", "right"].enumerated() {
            history.branch("b\(number)", org: org, on: day(20_150_102))
        }
        while history.facts.count < count { try step() }
    }

    // MARK: Choosing

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private mutating func one<Value>(_ values: [Value]) -> Value { values[pick(values.count)] }

    private mutating func someDay() -> LocalDate { day(20_180_101).adding(days: pick(700)) }

    private mutating func person() -> String { "p\(pick(5))" }

    private mutating func branch() -> String { "b\(pick(3))" }

    private mutating func org() -> String { one(["root", "left", "right"]) }

    private mutating func step() throws {
        recorded = recorded.adding(days: pick(3))
        if !targets.isEmpty, pick(6) == 0 {
            try fix()
            return
        }
        let makers: [(inout RandomHistory) -> (String, Remake)] = [
            Self.issue, Self.member, Self.activity, Self.talent, Self.rating, Self.pioneer,
            Self.brand, Self.structure, Self.transfer,
        ]
        let (stream, remake) = one(makers)(&self)
        add(remake(&self), stream, remake)
    }

    private mutating func add(
        _ message: any EventMessage, _ stream: String, _ remake: @escaping Remake
    ) {
        let id = history.record(
            message, stream, on: someDay(), recorded: recorded, afterSeal: pick(20) == 0)
        targets.append((id, remake))
    }

    private mutating func fix() throws {
        let target = targets[pick(targets.count)]
        if pick(3) == 0 {
            history.void(target.id, recorded: recorded)
            return
        }
        let correction = try history.correct(
            target.id, to: target.remake(&self), recorded: recorded)
        if pick(4) == 0 { history.void(correction, recorded: recorded) }
    }
}

// MARK: - Facts of the areas

extension RandomHistory {
    private static func issue(_ world: inout RandomHistory) -> (String, Remake) {
        let stream = "issue-i\(world.pick(4))"
        let makers: [Remake] = [
            { world in
                var event = IssueRegistered()
                event.source = world.one([.inspection, .selfCheck])
                event.categoryProposed = .deadline
                event.org = world.org()
                event.foundOn = world.someDay().yyyymmdd
                return event
            },
            { world in
                var event = IssueAssigned()
                event.responsiblePerson = world.person()
                event.category = world.one([.immediate, .deadline])
                event.dueOn = world.someDay().yyyymmdd
                return event
            },
            { world in
                var event = RectificationSubmitted()
                event.on = world.someDay().yyyymmdd
                event.evidence = [EvidenceRef.with("e\(world.pick(3))")]
                return event
            },
            { world in
                var event = IssueClosed()
                event.on = world.someDay().yyyymmdd
                return event
            },
            { world in
                var event = IssueReopened()
                event.newDue = world.someDay().yyyymmdd
                return event
            },
            { world in
                var event = IssueDeadlineExtended()
                event.newDue = world.someDay().yyyymmdd
                return event
            },
        ]
        return (stream, world.one(makers))
    }

    private static func member(_ world: inout RandomHistory) -> (String, Remake) {
        let person = world.person()
        let makers: [Remake] = [
            { world in
                var event = MembershipApplicationSubmitted()
                event.person = person
                event.branch = world.branch()
                event.on = world.someDay().yyyymmdd
                return event
            },
            { world in
                var event = ActivistDetermined()
                event.on = world.someDay().yyyymmdd
                return event
            },
            { world in
                var event = ProbationaryMemberApproved()
                event.approvedOn = world.someDay().yyyymmdd
                event.voteOn = world.someDay().yyyymmdd
                event.probationTo = world.someDay().yyyymmdd
                event.category = .youngStaff
                return event
            },
            { world in
                var event = MemberAssignedToBranch()
                event.branch = world.branch()
                event.from = world.someDay().yyyymmdd
                return event
            },
            { world in
                var event = MemberEnrolled()
                event.person = person
                event.branch = world.branch()
                event.status = world.one([.full, .probationary])
                return event
            },
            { world in
                var event = MembershipEnded()
                event.kind = .withdrawn
                event.on = world.someDay().yyyymmdd
                return event
            },
        ]
        return ("member-\(person)", world.one(makers))
    }

    private static func transfer(_ world: inout RandomHistory) -> (String, Remake) {
        let stream = "transfer-t\(world.pick(3))"
        let makers: [Remake] = [
            { world in
                var event = TransferIssued()
                event.person = world.person()
                event.fromBranch = world.branch()
                event.toOrg = "left"
                event.issuedOn = world.someDay().yyyymmdd
                return event
            },
            { world in
                var event = TransferReceived()
                event.toBranch = world.branch()
                event.receivedOn = world.someDay().yyyymmdd
                return event
            },
        ]
        return (stream, world.one(makers))
    }

    private static func activity(_ world: inout RandomHistory) -> (String, Remake) {
        let stream = "activity-a\(world.pick(4))"
        let makers: [Remake] = [
            { world in
                var event = ActivityPlanned()
                event.kind = world.one([.clinic, .lecture, .checkup])
                event.hosts = world.one([["branch-b0"], ["branch-b1", "org-left"], ["org-root"]])
                event.brandIds = world.one([[], ["x"], ["x", "y"]])
                if world.pick(2) == 0 { event.programmeID = "g" }
                return event
            },
            { _ in ActivityHeld() },
            { _ in ActivityHeld() },
            { world in
                var event = VolunteerServiceRecorded()
                event.person = world.person()
                event.minutes = Int32(world.pick(90))
                event.isMember = world.pick(2) == 0
                return event
            },
            { world in
                var event = BeneficiariesCounted()
                event.measure = .served
                event.quantity.value = Int64(world.pick(100))
                event.quantity.unit = world.one([.personTime, .person])
                return event
            },
            { world in
                var event = MedicinesDistributed()
                event.totalFen = Int64(world.pick(1_000))
                return event
            },
        ]
        return (stream, world.one(makers))
    }

    private static func brand(_ world: inout RandomHistory) -> (String, Remake) {
        switch world.pick(4) {
        case 0:
            return (
                "brand-\(world.one(["x", "y"]))",
                { world in
                    var event = BrandProposed()
                    event.kind = .service
                    event.holder = world.one(["org-left", "branch-b2"])
                    return event
                }
            )
        case 1:
            return (
                "programme-g",
                { world in
                    var event = ServiceVolumeReported()
                    let from = world.someDay()
                    event.periodFrom = from.yyyymmdd
                    event.periodTo = from.adding(days: world.pick(60)).yyyymmdd
                    event.quantity.value = Int64(world.pick(500))
                    event.quantity.unit = .personTime
                    return event
                }
            )
        case 2:
            return (
                "publicity-u\(world.pick(2))",
                { world in
                    var event = ReadershipReported()
                    event.cumulativeReads = Int64(world.pick(10_000))
                    event.readAsOf = world.someDay().yyyymmdd
                    return event
                }
            )
        default:
            return (
                "award-w\(world.pick(3))",
                { world in
                    var event = AwardReceived()
                    event.level = world.one([.national, .city])
                    event.recipient = world.one(["brand-x", "org-right", "person-p1"])
                    return event
                }
            )
        }
    }

    private static func talent(_ world: inout RandomHistory) -> (String, Remake) {
        let makers: [Remake] = [
            { world in
                var event = CandidateRegistered()
                event.org = world.org()
                event.on = world.someDay().yyyymmdd
                return event
            },
            { world in
                var event = CandidateStageAdvanced()
                event.to = world.one([.screened, .assessed, .vetted, .posted])
                event.on = world.someDay().yyyymmdd
                event.track = world.one([.standard, .direct])
                return event
            },
            { world in
                var event = TalentHired()
                event.org = world.org()
                event.on = world.someDay().yyyymmdd
                event.degreeAtHire = world.one([.master, .other])
                return event
            },
        ]
        return ("talent-c\(world.pick(4))", world.one(makers))
    }

    private static func rating(_ world: inout RandomHistory) -> (String, Remake) {
        let branch = world.branch()
        let makers: [Remake] = [
            { world in
                var event = StarRatingSelfAssessed()
                event.cycle = 2_019
                event.branch = branch
                event.selfStars = Int32(1 + world.pick(5))
                return event
            },
            { world in
                var event = StarRatingExamined()
                event.stars = Int32(1 + world.pick(5))
                return event
            },
            { world in
                var event = StarRatingConfirmed()
                event.stars = Int32(1 + world.pick(5))
                event.validTo = 20_201_231
                return event
            },
        ]
        return ("star-\(branch)-2019", world.one(makers))
    }

    private static func pioneer(_ world: inout RandomHistory) -> (String, Remake) {
        let person = world.person()
        let quarter = Int32(20_191 + world.pick(4))
        let makers: [Remake] = [
            { world in
                var event = PioneerPointsRecorded()
                event.person = person
                event.quarter = quarter
                event.indicatorID = world.one(["i1", "i2", "bonus"])
                event.points = Int32(world.pick(400) - 100)
                return event
            },
            { world in
                var event = PioneerScoreFinalised()
                event.quarter = quarter
                event.finalScore = Int32(world.pick(10_000))
                return event
            },
        ]
        return ("pioneer-\(person)-2019Q\(quarter % 10)", world.one(makers))
    }

    private static func structure(_ world: inout RandomHistory) -> (String, Remake) {
        switch world.pick(4) {
        case 0:
            return (
                "post-k\(world.pick(4))",
                { world in
                    var event = PostAppointed()
                    event.person = world.person()
                    event.postKind = world.one([.secretary, .deputy, .departmentHead])
                    event.branch = world.branch()
                    event.from = world.someDay().yyyymmdd
                    return event
                }
            )
        case 1:
            return (
                "post-k\(world.pick(4))",
                { world in
                    var event = PostVacated()
                    event.on = world.someDay().yyyymmdd
                    return event
                }
            )
        case 2:
            return (
                "meeting-m\(world.pick(9))",
                { world in
                    var event = MeetingHeld()
                    event.kind = world.one([.general, .committee, .themeDay])
                    event.branch = world.branch()
                    event.started = world.someDay().startInstant
                    return event
                }
            )
        default:
            return (
                "learning-\(world.person())-2018",
                { world in
                    var event = StudySessionAttended()
                    event.sessionID = "s\(world.pick(5))"
                    event.on = 20_180_000 + 101 + Int32(world.pick(20))
                    event.studyHours = Int32(world.pick(8))
                    return event
                }
            )
        }
    }
}
