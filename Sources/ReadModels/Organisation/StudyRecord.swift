import PartyBuilding
import Schema

/// The study hours of one person in one year (D05); a session is credited once.
struct StudyRecord: Record {
    private struct Session {
        let id: String
        let day: LocalDate
        let hours: Int64
        let isRestated: Bool
    }

    private let person: String
    private var sessions: [Session] = []

    /// - Parameter id: `PERSON-YYYY`, the identity of the stream.
    init(id: String) {
        person = id.lastIndex(of: "-").map { String(id[..<$0]) } ?? id
    }

    mutating func apply(_ item: RecordFact) throws(ModelFault) {
        guard case .studySessionAttended(let event) = item.fact.payload,
            !sessions.contains(where: { $0.id == event.sessionID })
        else { return }
        sessions.append(
            Session(
                id: event.sessionID, day: LocalDate(yyyymmdd: event.on) ?? item.day,
                hours: Int64(event.studyHours), isRestated: item.isRestated))
    }

    func contribute(to contributions: inout Contributions) throws(ModelFault) {
        for session in sessions {
            try contributions.add(
                BranchHealth.studyGroup(person, year: session.day.year),
                [session.isRestated ? 1 : 0, session.hours])
        }
    }
}
