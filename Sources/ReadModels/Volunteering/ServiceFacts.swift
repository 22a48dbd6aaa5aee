package import PartyBuilding
import Schema

/// Records of volunteer service (E05) as they stand in the log, in order of position: by far the
/// most frequent fact. Only what folding needs is kept, identities in one run of bytes, so that a
/// fact costs no allocation.
package struct ServiceFacts: Equatable, Sendable {
    /// One fact; its identities lie one behind the other in `names`.
    struct Entry: Equatable, Sendable {
        let position: UInt64
        /// Microseconds since 1970-01-01T00:00:00Z.
        let recordedAt: Int64
        let day: LocalDate
        let minutes: Int32
        let nameStart: UInt32
        let activityLength: UInt8
        let personLength: UInt8
        let isMember: Bool
        let isAfterSeal: Bool
    }

    private(set) var entries: [Entry] = []
    private(set) var names: [UInt8] = []

    package init() {}

    package var count: Int { entries.count }

    mutating func reserve(_ count: Int) {
        entries.reserveCapacity(count)
        names.reserveCapacity(count * 32)
    }

    /// Takes a fact; nothing happens with one of another type.
    package mutating func append(_ fact: Fact) {
        guard case .volunteerServiceRecorded(let event) = fact.payload else { return }
        let activity = Array(fact.streamIdentity.utf8)
        let person = Array(event.person.utf8)
        activity.withUnsafeBytes { activity in
            person.withUnsafeBytes { person in
                append(
                    position: fact.position, recordedAt: fact.recordedAt,
                    day: RecordDay.of(fact), minutes: event.minutes, activity: activity,
                    person: person, isMember: event.isMember, isAfterSeal: fact.isAfterSeal)
            }
        }
    }

    /// Takes a fact in parts. Identities of more than 255 bytes, which the schema does not allow,
    /// are cut.
    mutating func append(
        position: UInt64, recordedAt: Int64, day: LocalDate, minutes: Int32,
        activity: UnsafeRawBufferPointer, person: UnsafeRawBufferPointer, isMember: Bool,
        isAfterSeal: Bool
    ) {
        let start = UInt32(truncatingIfNeeded: names.count)
        let activity = activity.prefix(255)
        let person = person.prefix(255)
        names.append(contentsOf: activity)
        names.append(contentsOf: person)
        entries.append(
            Entry(
                position: position, recordedAt: recordedAt, day: day, minutes: minutes,
                nameStart: start, activityLength: UInt8(activity.count),
                personLength: UInt8(person.count), isMember: isMember, isAfterSeal: isAfterSeal))
    }

    /// The facts that meet a condition.
    func filtered(_ condition: (Entry) -> Bool) -> ServiceFacts {
        var facts = self
        facts.entries.removeAll { !condition($0) }
        return facts
    }

    /// Forgets everything behind a position.
    mutating func cut(after position: UInt64) {
        while let last = entries.last, last.position > position { entries.removeLast() }
    }
}
