import Foundation
import PartyBuilding
import Schema

/// Judges single proposals with nothing set that the test does not set: no reasons, no evidence,
/// no tenant, no record time.
final class RuleBench {
    let log = MemoryLog()
    let office: Office
    let rulebook: Rulebook
    /// The ledger's clock.
    var now = instant(2019_07_10, 12)
    private(set) var position: UInt64 = 0
    private var serial: UInt64 = 0

    init(ruleSets: RuleSets = .shipped) throws {
        office = Office(source: log)
        rulebook = Rulebook(ruleSets: ruleSets, digest: { testDigest($0) })
        try register("root", parent: nil)
    }

    /// Registers an organisation with a late reason and evidence.
    @discardableResult
    func register(_ id: String, parent: String?) throws -> Admission {
        let event = filled(OrganisationRegistered()) {
            $0.orgID = id
            $0.kind = parent == nil ? .committee : .hospital
            $0.name = id
            if let parent { $0.parentOrg = parent }
            $0.founded = moment(2000_01_01)
            $0.ownership = .county
        }
        return try record(event, in: "org-\(id)") {
            $0.occurredAt = moment(2019_07_01)
            $0.lateReason = "补录"
            $0.evidence = [EvidenceRef(captioned: "e")]
        }
    }

    /// The bytes of an envelope.
    func envelope(
        _ event: some EventMessage, in stream: String, _ adjust: (inout Envelope) -> Void = { _ in }
    ) -> [UInt8] {
        serial += 1
        var envelope = Envelope()
        envelope.eventID = .init(FactID(high: 0x0190_0000_0000_7000, low: 1 << 63 | serial).bytes)
        envelope.type = type(of: event).eventType.number
        envelope.typeName = type(of: event).eventType.name
        envelope.stream = stream
        envelope.payload = .init(event.wireBytes)
        envelope.recordedBy = "clerk"
        adjust(&envelope)
        return envelope.wireBytes
    }

    /// Judges and records.
    ///
    /// - Throws: the refusal.
    @discardableResult
    func record(
        _ event: some EventMessage, in stream: String, by actor: Actor = Actor(principal: "test"),
        _ adjust: (inout Envelope) -> Void = { _ in }
    ) throws -> Admission {
        try admit(envelope(event, in: stream, adjust), by: actor)
    }

    @discardableResult
    func admit(_ envelope: [UInt8], by actor: Actor = Actor(principal: "test")) throws -> Admission
    {
        let proposal = try FactDecoder.proposal(envelope)
        let next = position + 1
        do {
            let admission = try rulebook.admit(
                proposal, at: next, version: 1, now: now, actor: actor, office: office)
            position = next
            log.append(admission.fact)
            office.visible(through: next)
            office.settled(through: next)
            return admission
        } catch {
            office.discard(from: next)
            throw error
        }
    }

    /// The refusal, nil when the fact is recorded.
    func refusal(
        _ event: some EventMessage, in stream: String, by actor: Actor = Actor(principal: "test"),
        _ adjust: (inout Envelope) -> Void = { _ in }
    ) throws -> Refusal? {
        do {
            try record(event, in: stream, by: actor, adjust)
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }
}

/// A planned activity of hosts written in full.
func plan(_ hosts: [String] = ["org-root"]) -> ActivityPlanned {
    filled(ActivityPlanned()) {
        $0.kind = .guidance
        $0.hosts = hosts
        $0.placeKind = .community
        $0.plannedOn = 2019_12_31
    }
}
