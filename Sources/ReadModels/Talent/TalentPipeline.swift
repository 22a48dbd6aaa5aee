import PartyBuilding
import Schema

/// PJ-01 人才漏斗: where candidates get stuck, how many were hired and with which degree.
struct TalentPipeline: ReadModel {
    static let candidateKind: UInt8 = 1

    /// Groups (org, track, stage, day): [restated, entries into the stage on the day].
    private static let flowTable: UInt8 = 1
    /// Groups (org, track, stage, day of registration): [restated, candidates who reached it].
    private static let cohortTable: UInt8 = 2
    /// Groups (org, track, stage, last day, days): [restated, spells]; a histogram.
    private static let spellTable: UInt8 = 3
    /// Groups (org, track, stage, first day): [restated, open spells].
    private static let openTable: UInt8 = 4
    /// Groups (org, track, day): [restated, hired, master and above, doctors, high-level].
    private static let hireTable: UInt8 = 5

    let name = "talent_pipeline"
    let id = "PJ-01"
    let version: UInt32 = 1
    let takesPeriod = true
    let tables = [ModelTable("rows", "taizhang.talent.v1.TalentPipelineRow")]

    /// The keys of one organisation's candidates of one track.
    struct Group {
        let org: String
        let track: String

        private func key(_ table: UInt8) -> ModelKey {
            ModelKey().byte(table).text(org).text(track)
        }

        func flow(_ stage: CandidateRecord.Stage, _ day: LocalDate) -> ModelKey {
            key(flowTable).number(Int64(stage.rawValue)).day(day)
        }

        func cohort(_ stage: CandidateRecord.Stage, registered day: LocalDate) -> ModelKey {
            key(cohortTable).number(Int64(stage.rawValue)).day(day)
        }

        func spell(
            _ stage: CandidateRecord.Stage, ended day: LocalDate, days: Int64
        ) -> ModelKey {
            key(spellTable).number(Int64(stage.rawValue)).day(day).number(days)
        }

        func open(_ stage: CandidateRecord.Stage, since day: LocalDate) -> ModelKey {
            key(openTable).number(Int64(stage.rawValue)).day(day)
        }

        func hire(_ day: LocalDate) -> ModelKey { key(hireTable).day(day) }
    }

    let types = CandidateRecord.types

    func entities(of fact: Fact) -> [EntityKey] {
        guard types.contains(fact.type) else { return [] }
        return [EntityKey(Self.candidateKind, fact.streamIdentity)]
    }

    func makeRecord(_ entity: EntityKey) -> any Record { CandidateRecord() }

    func rows(_ ask: RowAsk, into sink: any RowSink) throws {
        var funnel = TalentFunnel(ask)
        try readCounts(ask, &funnel)
        try readSpells(ask, &funnel)
        try funnel.offer(to: sink)
    }

    private func readCounts(_ ask: RowAsk, _ funnel: inout TalentFunnel) throws {
        let tables: [(UInt8, TalentFunnel.Column)] = [
            (Self.flowTable, .flow), (Self.cohortTable, .cohort),
        ]
        for (table, column) in tables {
            try ask.shelf.sums(table, asOf: ask.asOf) { group, sums in
                let org = try group.text()
                let track = try group.text()
                let stage = try group.number()
                try funnel.add(
                    column, org, track, stage: Int(clamping: stage), day: try group.day(),
                    sums[1], restated: sums[0])
            }
        }
        try ask.shelf.sums(Self.hireTable, asOf: ask.asOf) { group, sums in
            let org = try group.text()
            let track = try group.text()
            try funnel.addHires(org, track, day: try group.day(), sums)
        }
    }

    private func readSpells(_ ask: RowAsk, _ funnel: inout TalentFunnel) throws {
        try ask.shelf.sums(Self.spellTable, asOf: ask.asOf) { group, sums in
            let org = try group.text()
            let track = try group.text()
            let stage = try group.number()
            let day = try group.day()
            try funnel.addSpells(
                org, track, stage: Int(clamping: stage), ended: day, days: try group.number(),
                count: sums[1])
        }
        try ask.shelf.sums(Self.openTable, asOf: ask.asOf) { group, sums in
            let org = try group.text()
            let track = try group.text()
            let stage = try group.number()
            let age = ask.asOf.days(since: try group.day())
            try funnel.addOpen(
                org, track, stage: Int(clamping: stage), age: Int64(age), count: sums[1])
        }
    }
}
