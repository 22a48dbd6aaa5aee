import PartyBuilding
import ReadModels
import Schema
import Testing

struct BranchHealthTests {
    private func health(
        _ history: History, asOf: Int32
    ) throws -> [BranchHealthRow] {
        try Board(history.facts).rows(
            "branch_health", as: BranchHealthRow.self, asOf: day(asOf))
    }

    /// G-PY-01, 02, 06: 25 branches, 22 in service with 586 members, none above 50.
    @Test func hospitalBranches() throws {
        var history = History(tenant: "py")
        history.organisation("py", on: day(20_131_201))
        for number in 1...25 {
            let isRetired = number > 22
            history.branch(
                "b\(number)", org: "py", kind: isRetired ? .retired : .inService,
                on: day(20_190_601), full: 20, departments: isRetired ? [] : ["d\(number)"])
            let size = isRetired ? 20 : number <= 14 ? 27 : 26
            for member in 1...size {
                history.enrol("p\(number)-\(member)", branch: "b\(number)", on: day(20_190_701))
            }
        }
        let rows = try health(history, asOf: 20_210_913)
        #expect(rows.count == 25)
        let inService = rows.filter { $0.kind == "IN_SERVICE" }
        #expect(inService.count == 22)
        #expect(inService.reduce(0) { $0 + $1.total } == 586)
        #expect(rows.allSatisfy { $0.sizeFlag == "OK" })
        #expect(inService.allSatisfy { $0.coverageDepartments == 1 })
        #expect(Ratio.hundredths(586, of: Int64(inService.count)) == 2_664)
    }

    /// G-YQ-05: exactly seven full members need a committee, six do not.
    @Test func committeeAtSeven() throws {
        var history = History(tenant: "yq")
        history.organisation("yq", on: day(20_180_101))
        history.branch("b1", org: "yq", on: day(20_180_731), full: 7)
        for number in 1...6 { history.enrol("p\(number)", branch: "b1", on: day(20_180_801)) }
        #expect(try health(history, asOf: 20_190_731).map(\.committeeFlag) == ["NOT_REQUIRED"])
        history.enrol("p7", branch: "b1", on: day(20_180_901))
        let missing = try health(history, asOf: 20_190_731)
        #expect(missing.map(\.committeeFlag) == ["MISSING"])
        #expect(missing.map(\.colour) == ["RED"])
        #expect(missing.map(\.full) == [7])
        for (number, kind) in [
            PostAppointed.PostKind.secretary, .deputy, .committeeMember,
        ].enumerated() {
            history.appoint(
                "p\(number + 1)", kind, branch: "b1", on: day(20_180_911), stream: "x\(number)")
        }
        let whole = try health(history, asOf: 20_190_731)
        #expect(whole.map(\.committeeFlag) == ["OK"])
        #expect(whole.first?.secretary == "p1")
        // Vacant from the establishment to the appointment.
        #expect(whole.first?.secretaryVacantDays == 42)
        #expect(whole.first?.findings.contains("R-BR-04") == false)
    }

    /// G-PY-08 as the branch shows it: elected on 2020-08-14, due on 2023-08-14.
    @Test func electionCalendar() throws {
        var history = History(tenant: "py")
        history.organisation("py", on: day(20_131_201))
        history.branch("b1", org: "py", on: day(20_190_601), full: 6)
        var election = BranchElectionHeld()
        election.branch = "b1"
        election.on = 20_200_814
        election.entitled = 6
        election.present = 6
        election.seats = 1
        election.termFrom = 20_200_814
        election.termTo = 20_230_814
        history.record(election, "election-b1", on: day(20_200_814))
        func flag(_ asOf: Int32) throws -> String {
            let row = try #require(try health(history, asOf: asOf).first)
            return "\(row.electionDueOn) \(row.electionFlag)"
        }
        // Before the election: a term that began on the establishment.
        #expect(try flag(20_200_801) == "20220601 OK")
        #expect(try flag(20_230_213) == "20230814 OK")
        #expect(try flag(20_230_214) == "20230814 DUE")
        #expect(try flag(20_230_814) == "20230814 DUE")
        #expect(try flag(20_230_815) == "20230814 OVERDUE")
    }

    /// Posts end through their own stream; vacancy counts every day without a secretary.
    @Test func vacancyAndCadence() throws {
        var history = History(tenant: "py")
        history.organisation("py", on: day(20_131_201))
        history.branch("b1", org: "py", on: day(20_190_101), full: 3)
        history.appoint("p1", .secretary, branch: "b1", on: day(20_190_101), stream: "s1")
        history.vacate("s1", on: day(20_190_301))
        var meeting = MeetingHeld()
        meeting.kind = .general
        meeting.branch = "b1"
        // 00:30 on 1 July local time belongs to the third quarter.
        meeting.started = day(20_190_701).startInstant + 1_800_000_000
        meeting.ended = meeting.started + 3_600_000_000
        meeting.chair = "p1"
        meeting.expected = 3
        history.record(meeting, "meeting-m1", on: day(20_190_701))
        let july = try #require(try health(history, asOf: 20_190_731).first)
        #expect(july.secretaryVacantDays == 152)
        #expect(!july.hasSecretary)
        #expect(july.meetingsQuarter == 0)
        let october = try #require(try health(history, asOf: 20_191_001).first)
        #expect(october.meetingsQuarter == 1)
        #expect(october.colour == "RED")
        // Nothing is owed for 2018, when the branch was not there.
        #expect(!october.findings.contains("R-MB-27"))
    }

    /// G-JZ-04: three joint branches of two units each.
    @Test func jointBranches() throws {
        var history = History(tenant: "jz")
        history.organisation("jz", on: day(20_200_101))
        for (number, full) in [3, 4, 3].enumerated() {
            history.branch(
                "j\(number)", org: "jz", kind: .joint, on: day(20_230_301), full: Int32(full),
                units: ["h\(number)a", "h\(number)b"])
        }
        let rows = try health(history, asOf: 20_231_231)
        #expect(rows.map(\.kind) == ["JOINT", "JOINT", "JOINT"])
        #expect(rows.reduce(0) { $0 + $1.jointUnits } == 6)
        #expect(rows.map(\.full) == [3, 4, 3])
        #expect(rows.allSatisfy { $0.sizeFlag == "OK" })
    }
}
