import Foundation
import PartyBuilding
import Schema
import TestSupport
import Testing

/// Everything that an aggregate was shown, in order: two offices agree when their traces do.
private struct Trace: Aggregate, Equatable {
    static let subject = "org"

    private(set) var seen: [String] = []

    init(id: String) {}

    mutating func apply(_ fact: Fact) {
        seen.append("\(fact.position) \(fact.type.name) \(Hexadecimal.text(fact.payloadBytes))")
    }
}

/// The same for activities, of one type only.
private struct PlanTrace: Aggregate, Equatable {
    static let subject = "activity"
    static let types: [EventType]? = [.activityPlanned]

    private(set) var seen: [String] = []

    init(id: String) {}

    mutating func apply(_ fact: Fact) {
        seen.append("\(fact.position) \(Hexadecimal.text(fact.payloadBytes))")
    }
}

/// A log whose end can be cut off, as a failed commit does.
private final class CuttableLog: FactSource {
    private(set) var all: [Fact] = []
    var reads = 0

    func append(_ facts: [Fact]) { all += facts }

    func cut(from position: UInt64) { all.removeAll { $0.position >= position } }

    func facts(tag: String, types: [EventType]?) -> [Fact] {
        reads += 1
        return all.filter { fact in
            fact.tags.contains(tag)
                && (types.map { $0.contains(fact.type) || fact.isAmendment } ?? true)
        }
    }

    func first(tag: String) -> Fact? { all.first { $0.tags.contains(tag) } }
    func last(tag: String) -> Fact? { all.last { $0.tags.contains(tag) } }
    func fact(id: FactID) -> Fact? { all.first { $0.id == id } }
}

@Suite struct OfficeTests {
    private static let organisations = (1...4).map { "h\($0)" } + ["root"]
    private static let activities = (0..<24).map(String.init)

    /// Incremental states are those of a fold from scratch, whatever was admitted, discarded,
    /// settled and evicted in between.
    @Test func statesAreThoseOfAFoldFromScratch() throws {
        try withSeeds(4) { random, _ in
            var run = try RandomRun()
            for _ in 0..<250 { try run.step(&random) }
            try run.compare()
            #expect(run.amendments > 0 && run.discards > 0)
        }
    }

    /// Random plans of activities, corrections that move them between organisations, and voids;
    /// in an office that can keep almost nothing.
    private struct RandomRun {
        let log = CuttableLog()
        let office: Office
        let rulebook = Rulebook()
        /// Admitted facts in order; the source does not show all of them yet.
        var facts: [Fact] = []
        var settled = 0
        var serial: UInt64 = 0
        var amendments = 0
        var discards = 0

        init() throws {
            office = Office(source: log, capacity: 16)
            for id in OfficeTests.organisations.reversed() {
                let event = filled(OrganisationRegistered()) {
                    $0.orgID = id
                    $0.kind = .hospital
                    $0.name = id
                    if id != "root" { $0.parentOrg = "root" }
                    $0.founded = moment(2000_01_01)
                    $0.ownership = .county
                }
                try admit(event, "org-\(id)")
            }
            show()
            settled = facts.count
            office.settled(through: head)
        }

        private var head: UInt64 { facts.last?.position ?? 0 }

        mutating func step(_ random: inout SeededRandom) throws {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<7: try tryAdmit(try plan(&random), &random)
            case 7..<11: try tryAdmit(try correction(&random), &random)
            case 11: try tryAdmit(try void(&random), &random)
            case 12: show()
            case 13:
                show()
                settled = Int.random(in: settled...facts.count, using: &random)
                office.settled(through: settled == 0 ? 0 : facts[settled - 1].position)
            case 14: discard(&random)
            default: try look(&random)
            }
        }

        /// The source shows everything that was admitted, as it does before each judgement.
        private func show() {
            log.append(facts.filter { $0.position > log.all.last?.position ?? 0 })
            office.visible(through: head)
        }

        private mutating func discard(_ random: inout SeededRandom) {
            let kept = Int.random(in: settled...facts.count, using: &random)
            let from = (kept == 0 ? 0 : facts[kept - 1].position) + 1
            facts.removeSubrange(kept...)
            log.cut(from: from)
            office.discard(from: from)
            discards += 1
        }

        private func look(_ random: inout SeededRandom) throws {
            let id = OfficeTests.organisations.randomElement(using: &random) ?? ""
            _ = try office.aggregate(Trace.self, id)
            let activity = OfficeTests.activities.randomElement(using: &random) ?? ""
            _ = try office.aggregate(PlanTrace.self, activity)
            _ = try office.tenant(ofTag: "activity-\(activity)")
        }

        private typealias Draft = (event: any EventMessage, stream: String)

        private func plan(_ random: inout SeededRandom) throws -> Draft? {
            let id = OfficeTests.activities.randomElement(using: &random) ?? ""
            return (randomPlan(&random), "activity-\(id)")
        }

        private func randomPlan(_ random: inout SeededRandom) -> ActivityPlanned {
            let hosts = OfficeTests.organisations.shuffled(using: &random)
                .prefix(Int.random(in: 1...3, using: &random)).map { "org-\($0)" }
            return filled(PartyBuildingTests.plan(Array(hosts))) {
                $0.plannedOn = 2019_07_01 + Int32.random(in: 0..<30, using: &random)
            }
        }

        private func correction(_ random: inout SeededRandom) throws -> Draft? {
            guard
                let target = facts.filter({ $0.type == .activityPlanned })
                    .randomElement(using: &random)
            else { return nil }
            let event = filled(RecordCorrected()) {
                $0.targetEvent = Data(target.id.bytes)
                $0.replacement = Data(randomPlan(&random).wireBytes)
                $0.mask = ["hosts", "planned_on"]
                $0.reason = "录入有误"
                $0.approver = "boss"
            }
            return (event, target.stream)
        }

        private func void(_ random: inout SeededRandom) throws -> Draft? {
            guard
                let target = facts.filter({ $0.type != .organisationRegistered })
                    .randomElement(using: &random)
            else { return nil }
            let event = filled(RecordVoided()) {
                $0.targetEvent = Data(target.id.bytes)
                $0.reason = "重复"
                $0.approver = "boss"
            }
            return (event, target.stream)
        }

        private mutating func tryAdmit(_ draft: Draft?, _ random: inout SeededRandom) throws {
            guard let draft else { return }
            if Int.random(in: 0..<3, using: &random) > 0 { show() }
            do {
                try admit(draft.event, draft.stream)
                if draft.event is RecordCorrected || draft.event is RecordVoided { amendments += 1 }
            } catch is Refusal {
                // As the server does: what a refused call has judged never happened.
                office.discard(from: head + 1)
            }
        }

        private mutating func admit(_ event: some EventMessage, _ stream: String) throws {
            serial += 1
            var envelope = Envelope()
            envelope.eventID = .init(
                FactID(high: 0x0190_0000_0000_7000, low: 1 << 63 | serial).bytes)
            envelope.type = type(of: event).eventType.number
            envelope.typeName = type(of: event).eventType.name
            envelope.stream = stream
            envelope.payload = .init(event.wireBytes)
            envelope.occurredAt = moment(2019_07_01)
            envelope.recordedBy = "clerk"
            if stream.hasPrefix("activity") { envelope.tenant = "root" }
            let admission = try rulebook.admit(
                try FactDecoder.proposal(envelope.wireBytes), at: head + 1, version: 1,
                now: instant(2019_07_02, 9), actor: Actor(principal: "test"), office: office)
            facts.append(admission.fact)
        }

        func compare() throws {
            let whole = CuttableLog()
            whole.append(facts)
            let fresh = Office(source: whole)
            for id in OfficeTests.organisations {
                #expect(
                    try office.aggregate(Trace.self, id) == fresh.aggregate(Trace.self, id), "\(id)"
                )
                let tag = "org-\(id)"
                #expect(
                    try office.facts(tag: tag).map(\.position)
                        == fresh.facts(tag: tag).map(\.position))
            }
            for id in OfficeTests.activities {
                #expect(
                    try office.aggregate(PlanTrace.self, id)
                        == fresh.aggregate(PlanTrace.self, id), "\(id)")
                let tag = "activity-\(id)"
                #expect(try office.tenant(ofTag: tag) == fresh.tenant(ofTag: tag))
            }
            #expect(
                try office.lastRecordedAt(tenant: "root")
                    == fresh.lastRecordedAt(tenant: "root"))
        }
    }

    // MARK: One by one

    private func correction(
        of target: Fact, to payload: some EventMessage
    ) -> RecordCorrected {
        filled(RecordCorrected()) {
            $0.targetEvent = Data(target.id.bytes)
            $0.replacement = Data(payload.wireBytes)
            $0.mask = ["hosts"]
            $0.reason = "录入有误"
            $0.approver = "boss"
        }
    }

    private func void(of target: Fact) -> RecordVoided {
        filled(RecordVoided()) {
            $0.targetEvent = Data(target.id.bytes)
            $0.reason = "误"
            $0.approver = "boss"
        }
    }

    /// A correction moves a fact to another subject, the next one further, and voids bring it
    /// back: wherever it was, somebody who has already looked must see it go.
    @Test func aCorrectedFactMovesBetweenSubjects() throws {
        let bench = try RuleBench()
        for id in ["h1", "h2", "h3"] { try bench.register(id, parent: "root") }
        func places() throws -> [Int] {
            try ["h1", "h2", "h3"].map { id in
                let state = try bench.office.aggregate(Trace.self, id)
                return state.seen.count { $0.contains("ActivityPlanned") }
            }
        }
        let at: (inout Envelope) -> Void = { $0.occurredAt = moment(2019_07_05) }
        let target = try bench.record(plan(["org-h1"]), in: "activity-1", at).fact
        #expect(try places() == [1, 0, 0])
        let second = try bench.record(
            correction(of: target, to: plan(["org-h2"])), in: "activity-1"
        ).fact
        #expect(try places() == [0, 1, 0])
        let third = try bench.record(
            correction(of: target, to: plan(["org-h3"])), in: "activity-1"
        ).fact
        #expect(third.tags.contains("org-h2"), "those it left must hear of it")
        #expect(try places() == [0, 0, 1])
        try bench.record(void(of: third), in: "activity-1")
        #expect(try places() == [0, 1, 0])
        try bench.record(void(of: second), in: "activity-1")
        #expect(try places() == [1, 0, 0])
        try bench.record(
            correction(of: target, to: plan(["org-h2", "org-h3"])), in: "activity-1")
        #expect(try places() == [0, 1, 1])
        try bench.record(void(of: target), in: "activity-1")
        #expect(try places() == [0, 0, 0])
    }

    @Test func whatIsKeptIsNotReadAgain() throws {
        let log = CuttableLog()
        let office = Office(source: log)
        _ = try office.aggregate(Trace.self, "h1")
        _ = try office.aggregate(Trace.self, "h1")
        #expect(log.reads == 1)
        office.discard(from: 1)
        _ = try office.aggregate(Trace.self, "h1")
        #expect(log.reads == 1, "nothing that it holds was taken back")
    }

    @Test func memoryIsBounded() throws {
        let log = CuttableLog()
        let office = Office(source: log, capacity: 16)
        for id in 0..<40 { _ = try office.aggregate(Trace.self, "h\(id)") }
        #expect(log.reads == 40)
        _ = try office.aggregate(Trace.self, "h39")
        #expect(log.reads == 40)
        _ = try office.aggregate(Trace.self, "h0")
        #expect(log.reads == 41, "it was forgotten")
    }
}
