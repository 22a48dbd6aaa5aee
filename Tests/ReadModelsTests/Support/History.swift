import Foundation
import PartyBuilding
import Schema

/// Writes a history of facts for a test, with positions, identities and record times of its own.
struct History {
    private(set) var facts: [Fact] = []
    let tenant: String
    /// Record time of the next fact: noon of its valid day unless told otherwise.
    private var lastRecordedAt = Int64.min

    init(tenant: String = "root") {
        self.tenant = tenant
    }

    /// Records a fact.
    ///
    /// - Parameters:
    ///   - on: its valid day.
    ///   - recorded: the day on which it was recorded; the valid day when left out, but never
    ///     before the last fact.
    @discardableResult
    mutating func record(
        _ message: some EventMessage, _ stream: String, on: LocalDate,
        recorded: LocalDate? = nil, evidence: [EvidenceRef] = [], afterSeal: Bool = false
    ) -> FactID {
        let position = UInt64(facts.count + 1)
        let id = FactID(high: 7, low: position)
        let instant = noon(recorded ?? on)
        lastRecordedAt = max(lastRecordedAt, instant)
        facts.append(
            Fact(
                id: id, position: position, stream: stream, payload: message.payload,
                occurred: Moment(on), validDay: on, recordedAt: lastRecordedAt,
                recordedBy: "tester", tenant: tenant, tags: [], evidence: evidence,
                isAfterSeal: afterSeal))
        return id
    }

    /// Corrects a fact: the whole new payload.
    @discardableResult
    mutating func correct(
        _ target: FactID, to message: some EventMessage, recorded: LocalDate
    ) throws -> FactID {
        var correction = RecordCorrected()
        correction.targetEvent = Data(target.bytes)
        correction.replacement = Data(try message.encoded())
        correction.reason = "test"
        correction.approver = "approver"
        return record(correction, stream(of: target), on: recorded)
    }

    /// Voids a fact or a correction.
    @discardableResult
    mutating func void(_ target: FactID, recorded: LocalDate) -> FactID {
        var void = RecordVoided()
        void.targetEvent = Data(target.bytes)
        void.reason = "test"
        void.approver = "approver"
        return record(void, stream(of: target), on: recorded)
    }

    private func stream(of target: FactID) -> String {
        facts.first { $0.id == target }?.stream ?? ""
    }
}

/// A day written as `yyyymmdd`.
func day(_ yyyymmdd: Int32) -> LocalDate {
    LocalDate(yyyymmdd: yyyymmdd) ?? LocalDate(dayNumber: 0)
}

/// Noon of a local day, in microseconds.
func noon(_ day: LocalDate) -> Int64 {
    day.startInstant + 12 * 3_600 * 1_000_000
}
