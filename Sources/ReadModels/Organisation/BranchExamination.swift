import PartyBuilding
import Schema

/// Judges branches by the structural rules in force on the day of asking.
struct BranchExamination {
    /// The meetings of one branch: days with how many were held.
    struct Held {
        var days: [BranchHealth.Meeting: [(day: LocalDate, count: Int64)]] = [:]
        var isRestated = false

        func count(_ kind: BranchHealth.Meeting, in period: CalendarPeriod) -> Int64 {
            (days[kind] ?? []).reduce(0) { period.contains($1.day) ? $0 &+ $1.count : $0 }
        }
    }

    private let ask: RowAsk
    private let meetings: [String: Held]
    private let hoursGaps: [String: Int64]
    private let headcounts: [String: (full: Int64, probationary: Int64, restated: Bool)]
    /// Branches whose roll has ever held somebody.
    private let kept: Set<String>

    init(
        _ ask: RowAsk, meetings: [String: Held], hoursGaps: [String: Int64]
    ) throws {
        self.ask = ask
        self.meetings = meetings
        self.hoursGaps = hoursGaps
        headcounts = try ask.registry.headcounts()
        kept = Set(try ask.registry.stays().map(\.branch))
    }

    /// - Returns: the row, and whether it is restated.
    func row(_ branch: String, _ state: BranchState) -> (BranchHealthRow, Bool) {
        let kind = BranchEstablished.Kind(rawValue: Int(clamping: state.kind)) ?? .unspecified
        let held = meetings[branch] ?? Held()
        let headcount = headcounts[branch]
        var row = BranchHealthRow()
        row.branch = branch
        row.org = state.org
        row.kind = Self.word(kind)
        // The counts at establishment stand until the roll is kept.
        let isKept = kept.contains(branch)
        row.full = isKept ? headcount?.full ?? 0 : state.foundingFull
        row.probationary = isKept ? headcount?.probationary ?? 0 : state.foundingProbationary
        row.total = row.full &+ row.probationary
        row.jointUnits = state.units
        row.coverageDepartments = state.departments
        var findings = Findings()
        judgeSize(&row, kind, &findings)
        judgeCommittee(&row, state, &findings)
        judgeElection(&row, state, kind, &findings)
        judgeCadence(&row, state, held, kind, &findings)
        row.hoursGap = hoursGaps[branch] ?? 0
        row.colour = findings.colour
        row.findings = findings.codes
        row.ruleVersion = ask.rules.version
        let isRestated = state.isRestated || held.isRestated || (headcount?.restated ?? false)
        return (row, isRestated)
    }

    /// What was found, in the order in which it was judged.
    private struct Findings {
        private(set) var codes: [String] = []
        private(set) var colour = "GREEN"

        mutating func breach(_ code: String) {
            if !codes.contains(code) { codes.append(code) }
            colour = "RED"
        }

        mutating func warning(_ code: String) {
            if !codes.contains(code) { codes.append(code) }
            if colour == "GREEN" { colour = "YELLOW" }
        }
    }

    private func judgeSize(
        _ row: inout BranchHealthRow, _ kind: BranchEstablished.Kind, _ findings: inout Findings
    ) {
        row.sizeFlag = "OK"
        if row.full < Int64(ask.rules[.branchMinFull]), kind != .temporary {
            row.sizeFlag = "UNDERSIZED"
            findings.breach("R-BR-01")
        }
        if row.total > Int64(ask.rules[.branchMax]) {
            row.sizeFlag = "OVERSIZED"
            findings.breach("R-BR-02")
        }
        if row.jointUnits > Int64(ask.rules[.jointMaxUnits]) { findings.breach("R-BR-03") }
    }

    private func judgeCommittee(
        _ row: inout BranchHealthRow, _ state: BranchState, _ findings: inout Findings
    ) {
        if row.full < Int64(ask.rules[.committeeMinFull]) {
            row.committeeFlag = "NOT_REQUIRED"
        } else if state.committee >= Int64(ask.rules[.committeeMin]) {
            row.committeeFlag = "OK"
        } else {
            row.committeeFlag = "MISSING"
            findings.breach("R-BR-04")
        }
        if let secretary = state.secretary { row.secretary = secretary }
        row.secretaryVacantDays = state.vacantDays
        if let since = state.vacantSince {
            row.secretaryVacantDays += max(0, Int64(ask.asOf.days(since: since)))
            findings.breach("R-BR-04")
        }
    }

    private func judgeElection(
        _ row: inout BranchHealthRow, _ state: BranchState, _ kind: BranchEstablished.Kind,
        _ findings: inout Findings
    ) {
        row.electionFlag = "OK"
        // A temporary branch holds no elections (R-BR-10).
        guard kind != .temporary else { return }
        // Without any election it is treated as in a term that began on its establishment.
        let due =
            state.termTo ?? state.established.adding(months: 12 * ask.rules[.termYears])
        row.electionDueOn = due.yyyymmdd
        if due < ask.asOf {
            row.electionFlag = "OVERDUE"
            findings.breach("R-LD-01")
        } else if due.adding(months: -ask.rules[.remindMonths]) <= ask.asOf {
            row.electionFlag = "DUE"
            if due <= ask.asOf.adding(days: 60) { findings.warning("R-LD-06") }
        }
    }

    private func judgeCadence(
        _ row: inout BranchHealthRow, _ state: BranchState, _ held: Held,
        _ kind: BranchEstablished.Kind, _ findings: inout Findings
    ) {
        let month = CalendarPeriod.month(YearMonth(ask.asOf)).previous
        let quarter = CalendarPeriod.quarter(Quarter(ask.asOf)).previous
        let year = CalendarPeriod.year(ask.asOf.year).previous
        row.meetingsQuarter = held.count(.general, in: quarter)
        row.committeeMonth = held.count(.committee, in: month)
        row.themeDayMonth = held.count(.themeDay, in: month)
        row.orgLifeYear = held.count(.orgLife, in: year)
        row.appraisalYear = held.count(.appraisal, in: year)
        guard kind != .temporary else { return }
        let hasCommittee = row.committeeFlag != "NOT_REQUIRED"
        let kept: [(held: Int64, period: CalendarPeriod, code: String, isRequired: Bool)] = [
            (row.meetingsQuarter, quarter, "R-MT-01", true),
            (row.committeeMonth, month, "R-MT-01", hasCommittee),
            (row.themeDayMonth, month, "R-MT-01", true),
            (row.orgLifeYear, year, "R-MT-01", true),
            (row.appraisalYear, year, "R-MB-27", true),
        ]
        // Nothing is owed for a period in which the branch was not there from the first day.
        for cadence in kept
        where cadence.isRequired && cadence.held < 1 && state.established <= cadence.period.start {
            findings.warning(cadence.code)
        }
    }

    private static func word(_ kind: BranchEstablished.Kind) -> String {
        switch kind {
        case .inService: "IN_SERVICE"
        case .retired: "RETIRED"
        case .joint: "JOINT"
        case .temporary: "TEMPORARY"
        case .mobile: "MOBILE"
        case .unspecified, .UNRECOGNIZED: ""
        }
    }
}
