import PartyBuilding
import Schema

/// One meeting of a branch (D01).
struct MeetingRecord: Record {
    private struct Meeting {
        let branch: String
        /// Nil for one that no cadence is kept of.
        let kind: BranchHealth.Meeting?
        let day: LocalDate
        let measures: [Int64]
    }

    private var meetings: [Meeting] = []

    mutating func noteVoid(_ item: RecordFact) { add(item, [1]) }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        add(item, [item.isRestated ? 1 : 0, 1])
    }

    private mutating func add(_ item: RecordFact, _ measures: [Int64]) {
        guard case .meetingHeld(let event) = item.fact.payload else { return }
        let kind: BranchHealth.Meeting? =
            switch event.kind {
            case .general: .general
            case .committee: .committee
            case .themeDay: .themeDay
            case .orgLife: .orgLife
            default: nil
            }
        meetings.append(
            Meeting(
                branch: event.branch, kind: kind, day: LocalDate(instant: event.started),
                measures: kind == nil ? [measures[0]] : measures))
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        for meeting in meetings where meeting.measures != [0] {
            try contributions.add(
                BranchHealth.meetingGroup(meeting.branch, meeting.kind, meeting.day),
                meeting.measures)
        }
    }
}
