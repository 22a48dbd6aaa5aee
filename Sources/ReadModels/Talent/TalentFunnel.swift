import PartyBuilding
import Schema

/// The figures of a talent pipeline while the rows of one query are put together.
struct TalentFunnel {
    /// The two counts that belong to a stage and a day.
    enum Column { case flow, cohort }

    private struct Place: Hashable {
        let org: String
        let track: String
        let period: CalendarPeriod
    }

    private struct Figures {
        var flow: [Int64]
        var cohort: [Int64]
        var spells: [Histogram]
        /// Hired, master and above, doctors, high-level.
        var hires: [Int64] = [0, 0, 0, 0]
        var restated: Int64 = 0

        init() {
            flow = Array(repeating: 0, count: CandidateRecord.Stage.allCases.count)
            cohort = flow
            spells = Array(repeating: Histogram(), count: flow.count)
        }
    }

    private struct OpenPlace: Hashable {
        let org: String
        let track: String
        let stage: Int
    }

    private let ask: RowAsk
    private var figures: [Place: Figures] = [:]
    private var open: [OpenPlace: Histogram] = [:]

    static let total = "TOTAL"

    init(_ ask: RowAsk) {
        self.ask = ask
    }

    private mutating func update(
        _ org: String, _ track: String, _ day: LocalDate,
        _ body: (inout Figures) throws -> Void
    ) throws {
        let periods = ask.periods(day)
        guard !periods.isEmpty else { return }
        for above in ask.rollUp(org) {
            for track in [track, Self.total] {
                for period in periods {
                    let place = Place(org: above, track: track, period: period)
                    try body(&figures[place, default: Figures()])
                }
            }
        }
    }

    mutating func add(
        _ column: Column, _ org: String, _ track: String, stage: Int, day: LocalDate,
        _ count: Int64, restated: Int64
    ) throws {
        guard CandidateRecord.Stage(rawValue: stage) != nil else { return }
        try update(org, track, day) { figures in
            figures.restated = try checkedSum(figures.restated, restated, "restated")
            switch column {
            case .flow:
                figures.flow[stage] = try checkedSum(figures.flow[stage], count, "flow")
            case .cohort:
                figures.cohort[stage] = try checkedSum(figures.cohort[stage], count, "cohort")
            }
        }
    }

    mutating func addHires(
        _ org: String, _ track: String, day: LocalDate, _ sums: [Int64]
    ) throws {
        try update(org, track, day) { figures in
            figures.restated = try checkedSum(figures.restated, sums[0], "restated")
            figures.hires = try added(figures.hires, Array(sums[1...4]))
        }
    }

    mutating func addSpells(
        _ org: String, _ track: String, stage: Int, ended day: LocalDate, days: Int64,
        count: Int64
    ) throws {
        guard CandidateRecord.Stage(rawValue: stage) != nil else { return }
        try update(org, track, day) { try $0.spells[stage].add(days, count) }
    }

    mutating func addOpen(
        _ org: String, _ track: String, stage: Int, age: Int64, count: Int64
    ) throws {
        for above in ask.rollUp(org) {
            for track in [track, Self.total] {
                let place = OpenPlace(org: above, track: track, stage: stage)
                try open[place, default: Histogram()].add(age, count)
            }
        }
    }

    /// Offers a row for every organisation, period, track and stage with figures.
    func offer(to sink: any RowSink) throws {
        let tracks = ["STANDARD", "DIRECT", Self.total]
        var figures = figures
        if let period = ask.period {
            // A period that was asked for shows who is waiting even when nothing happened in it.
            for place in open.keys {
                let asked = Place(org: place.org, track: place.track, period: period)
                if figures[asked] == nil { figures[asked] = Figures() }
            }
        }
        let places = figures.keys.sorted { left, right in
            if left.org != right.org { return left.org < right.org }
            if left.period != right.period { return left.period < right.period }
            return (tracks.firstIndex(of: left.track) ?? 0)
                < (tracks.firstIndex(of: right.track) ?? 0)
        }
        for place in places {
            guard let found = figures[place] else { continue }
            for stage in CandidateRecord.Stage.allCases {
                let key = periodKey(ModelKey().text(place.org), place.period)
                    .number(Int64(tracks.firstIndex(of: place.track) ?? 0))
                    .number(Int64(stage.rawValue))
                guard sink.wants(key) else { continue }
                let row = row(place, stage, found)
                guard try sink.offer(key, row, restated: found.restated > 0) else { return }
            }
        }
    }

    private func row(
        _ place: Place, _ stage: CandidateRecord.Stage, _ figures: Figures
    ) -> TalentPipelineRow {
        var row = TalentPipelineRow()
        let index = stage.rawValue
        row.org = place.org
        row.period = Period(place.period)
        row.track = place.track
        row.stage = stage.word
        row.enteredFlow = figures.flow[index]
        row.cohortReached = figures.cohort[index]
        if stage != .hired {
            row.conversionNumerator = figures.cohort[index + 1]
            row.conversionDenominator = figures.cohort[index]
            if let ratio = Ratio.basisPoints(figures.cohort[index + 1], of: figures.cohort[index]) {
                row.conversionBp = ratio
            }
        }
        let spells = figures.spells[index].sorted
        if let median = Ratio.median(sorted: spells) { row.medianDays = median }
        if let percentile = Ratio.percentile(90, sorted: spells) { row.p90Days = percentile }
        let ages =
            open[OpenPlace(org: place.org, track: place.track, stage: index)]?.sorted ?? []
        row.openNow = Int64(ages.count)
        if let median = Ratio.median(sorted: ages) { row.ageingDays = median }
        row.hired = figures.hires[0]
        row.masterPlusHired = figures.hires[1]
        row.doctorHired = figures.hires[2]
        row.highLevelHired = figures.hires[3]
        if let ratio = Ratio.basisPoints(figures.hires[1], of: figures.hires[0]) {
            row.masterPlusBp = ratio
        }
        let last = CandidateRecord.Stage.hired.rawValue
        if let ratio = Ratio.basisPoints(figures.cohort[last], of: figures.cohort[0]) {
            row.overallBp = ratio
        }
        row.ruleVersion = ask.rules.version
        return row
    }
}

/// A key continued by a period: by start, the longer first.
func periodKey(_ key: ModelKey, _ period: CalendarPeriod) -> ModelKey {
    key.day(period.start).number(Int64(12 - period.months))
}
