package import Schema

/// A meeting that was held.
package struct MeetingState: Aggregate {
    package static let subject = "meeting"
    package static let types: [EventType]? = [.meetingHeld]

    package let id: String
    package private(set) var isHeld = false
    package private(set) var kind = MeetingHeld.Kind.unspecified
    package private(set) var branch: String?
    package private(set) var org: String?
    /// Microseconds.
    package private(set) var started: Int64 = 0
    package private(set) var ended: Int64 = 0
    private let stream: String

    package init(id: String) {
        self.id = id
        stream = "meeting-\(id)"
    }

    /// Local day of its beginning.
    package var day: LocalDate { LocalDate(instant: started) }

    /// Whole hours it lasted, the last one begun counted: what it can be credited with.
    package var studyHours: Int64 {
        let hour: Int64 = 3_600_000_000
        let (length, overflow) = ended.subtractingReportingOverflow(started)
        guard !overflow, length > 0 else { return 0 }
        return length / hour + (length % hour == 0 ? 0 : 1)
    }

    package mutating func apply(_ fact: Fact) {
        guard case .meetingHeld(let event) = fact.payload, fact.stream == stream else { return }
        isHeld = true
        kind = event.kind
        branch = event.hasBranch ? event.branch : nil
        org = event.hasOrg ? event.org : nil
        started = event.started
        ended = event.ended
    }
}
