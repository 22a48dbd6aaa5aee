import PartyBuilding
import Schema

/// PJ-14 支部体检: which branch breaks a structural rule.
struct BranchHealth: ReadModel {
    static let branchKind: UInt8 = 1
    static let studyKind: UInt8 = 2
    static let meetingKind: UInt8 = 3

    /// What a cadence is kept of.
    enum Meeting: Int64, CaseIterable {
        case general, committee, themeDay, orgLife, appraisal
    }

    /// Groups (branch, meeting, day): [restated, held].
    private static let meetingTable: UInt8 = 1
    /// Groups (person, from, to): [0, committee posts held].
    private static let serviceTable: UInt8 = 2
    /// Groups (person, year): [restated, study hours].
    private static let studyTable: UInt8 = 3

    let name = "branch_health"
    let id = "PJ-14"
    let version: UInt32 = 2
    let tables = [ModelTable("rows", "taizhang.organisation.v1.BranchHealthRow")]

    /// - Parameter kind: nil for a meeting that no cadence is kept of: only what is restated
    ///   counts.
    static func meetingGroup(_ branch: String, _ kind: Meeting?, _ day: LocalDate) -> ModelKey {
        ModelKey().byte(meetingTable).text(branch).number(kind?.rawValue ?? -1).day(day)
    }

    static func serviceGroup(_ person: String, _ from: LocalDate, _ to: LocalDate) -> ModelKey {
        ModelKey().byte(serviceTable).text(person).day(from).day(to)
    }

    static func studyGroup(_ person: String, year: Int) -> ModelKey {
        ModelKey().byte(studyTable).text(person).number(Int64(year))
    }

    let types = [.studySessionAttended, .meetingHeld] + BranchRecord.types

    func entities(of fact: Fact) -> [EntityKey] {
        switch fact.payload {
        case .studySessionAttended:
            [EntityKey(Self.studyKind, fact.streamIdentity)]
        case .meetingHeld(let event):
            event.hasBranch ? [EntityKey(Self.meetingKind, fact.streamIdentity)] : []
        default:
            BranchRecord.entity(of: fact).map { [EntityKey(Self.branchKind, $0)] } ?? []
        }
    }

    /// The end of a post names neither branch nor person.
    func isLinked(_ stream: String) -> Bool { subjectKind(stream) == "post" }

    func makeRecord(_ entity: EntityKey) -> any Record {
        switch entity.kind {
        case Self.studyKind: StudyRecord(id: entity.id)
        case Self.meetingKind: MeetingRecord()
        default: BranchRecord(branch: entity.id)
        }
    }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {
        let examination = try BranchExamination(
            ask, meetings: try meetings(ask), hoursGaps: try hoursGaps(ask))
        try ask.entities(Self.branchKind, after: sink.firstTextAfter) { id, bytes in
            let state = try BranchState(encoded: bytes)
            guard ask.includes(state.org) else { return true }
            let (row, isRestated) = examination.row(id, state)
            return try sink.offer(ModelKey().text(id), row, restated: isRestated)
        }
    }

    /// The days on which each branch held each kind of meeting.
    private func meetings(_ ask: RowAsk) throws -> [String: BranchExamination.Held] {
        var held: [String: BranchExamination.Held] = [:]
        try ask.shelf.sums(Self.meetingTable, asOf: ask.asOf) { group, sums in
            let branch = try group.text()
            if sums[0] > 0 { held[branch, default: .init()].isRestated = true }
            guard let kind = Meeting(rawValue: try group.number()) else { return }
            let day = try group.day()
            if sums[1] > 0 {
                held[branch, default: .init()].days[kind, default: []].append((day, sums[1]))
            }
        }
        return held
    }

    /// The study hours that the members of each branch lacked in the last complete year; a member
    /// belongs to the branch of the year's last day.
    private func hoursGaps(_ ask: RowAsk) throws -> [String: Int64] {
        guard let year = CalendarPeriod(year: ask.asOf.year - 1) else { return [:] }
        var hours: [String: Int64] = [:]
        try ask.shelf.sums(Self.studyTable, asOf: ask.asOf) { group, sums in
            let person = try group.text()
            guard try group.number() == Int64(ask.asOf.year - 1) else { return }
            hours[person] = sums[1]
        }
        var postDays: [String: Int] = [:]
        try ask.shelf.sums(Self.serviceTable, asOf: ask.asOf) { group, sums in
            guard sums[1] > 0 else { return }
            let person = try group.text()
            let from = max(try group.day(), year.start)
            let to = min(try group.day(), year.end)
            if from < to { postDays[person, default: 0] += to.days(since: from) }
        }
        var gaps: [String: Int64] = [:]
        for stay in try ask.registry.stays()
        where stay.from <= year.lastDay && year.lastDay < stay.to {
            let isLeader = postDays[stay.person, default: 0] >= 183
            let norm = Int64(ask.rules[isLeader ? .studyHoursLeaders : .studyHours])
            let gap = max(0, norm - (hours[stay.person] ?? 0))
            gaps[stay.branch] = try checkedSum(gaps[stay.branch] ?? 0, gap, "study hours")
        }
        return gaps
    }
}
