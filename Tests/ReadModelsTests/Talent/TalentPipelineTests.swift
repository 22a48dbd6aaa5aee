import PartyBuilding
import Schema
import Testing

struct TalentPipelineTests {
    private static let stages: [CandidateStageAdvanced.Stage] = [
        .registered, .screened, .assessed, .vetted, .posted,
    ]

    /// A candidate who reached the first `reached` stages behind registration, each ten days after
    /// the one before.
    private func candidate(
        _ history: inout History, _ id: String, reached: Int,
        hiredAs degree:
            CandidateRegistered.Degree? = nil, from first: LocalDate = day(20_230_101),
        track: CandidateStageAdvanced.Track = .standard
    ) {
        var registered = CandidateRegistered()
        registered.person = "person-\(id)"
        registered.on = first.yyyymmdd
        registered.highestDegree = .bachelor
        registered.ageBand = "30-35"
        registered.org = "hospital"
        history.record(registered, "talent-\(id)", on: first)
        for stage in 1..<max(1, reached + 1) where stage <= 4 {
            let on = first.adding(days: stage * 10)
            var advanced = CandidateStageAdvanced()
            advanced.from = Self.stages[stage - 1]
            advanced.to = Self.stages[stage]
            advanced.on = on.yyyymmdd
            advanced.track = track
            history.record(advanced, "talent-\(id)", on: on)
        }
        guard let degree else { return }
        let on = first.adding(days: 50)
        var hired = TalentHired()
        hired.org = "hospital"
        hired.on = on.yyyymmdd
        hired.postCategory = "doctor"
        hired.degreeAtHire = degree
        hired.contractMonths = 36
        hired.employmentMode = .standard
        history.record(hired, "talent-\(id)", on: on)
    }

    /// G-NA-02 and the worked cohort: 800/640/480/400/360/347, 104 of 347 with master or doctor.
    @Test func districtCohort() throws {
        var history = History(tenant: "commission")
        history.organisation("commission", on: day(20_200_101))
        history.organisation("hospital", below: "commission", on: day(20_200_102))
        var number = 0
        func add(_ count: Int, reached: Int, hiredAs degree: CandidateRegistered.Degree? = nil) {
            for _ in 0..<count {
                number += 1
                candidate(&history, "\(number)", reached: reached, hiredAs: degree)
            }
        }
        add(160, reached: 0)
        add(160, reached: 1)
        add(80, reached: 2)
        add(40, reached: 3)
        add(13, reached: 4)
        add(15, reached: 4, hiredAs: .doctor)
        add(89, reached: 4, hiredAs: .master)
        add(243, reached: 4, hiredAs: .other)
        let board = try Board(history.facts)
        let rows = try board.rows(
            "talent_pipeline", as: TalentPipelineRow.self, org: "commission", period: "2023",
            asOf: day(20_231_231), where: [("track", "TOTAL"), ("org", "commission")])
        #expect(rows.map(\.cohortReached) == [800, 640, 480, 400, 360, 347])
        #expect(rows.dropLast().map(\.conversionBp) == [8_000, 7_500, 8_333, 9_000, 9_639])
        let last = try #require(rows.last)
        #expect(last.stage == "HIRED")
        #expect(!last.hasConversionBp)
        #expect(last.overallBp == 4_338)
        #expect(last.hired == 347)
        #expect(last.masterPlusHired == 104)
        #expect(last.masterPlusBp == 2_997)
        #expect(last.doctorHired == 15)
        let first = try #require(rows.first)
        #expect(first.openNow == 160)
        #expect(first.ageingDays == 364)
        #expect(first.medianDays == 10)
        #expect(first.p90Days == 10)
        #expect(first.ruleVersion == "cn-2018")
    }

    /// Without a period there is a row for every year, half, quarter and month with facts.
    @Test func periodsWithFacts() throws {
        var history = History(tenant: "hospital")
        history.organisation("hospital", on: day(20_200_101))
        candidate(&history, "a", reached: 1, from: day(20_230_325))
        let board = try Board(history.facts)
        let rows = try board.rows(
            "talent_pipeline", as: TalentPipelineRow.self, asOf: day(20_231_231),
            where: [("track", "STANDARD"), ("stage", "SCREENED")])
        #expect(
            rows.map { $0.period.text } == [
                "2023", "2023H1", "2023Q1", "2023-03", "2023Q2", "2023-04",
            ])
        // Registered in March, screened on 4 April: the cohort is March's, the flow is April's.
        #expect(rows.map(\.cohortReached) == [1, 1, 1, 1, 0, 0])
        #expect(rows.map(\.enteredFlow) == [1, 1, 0, 0, 1, 1])
    }

    /// The direct track skips the examination and counts as having reached it.
    @Test func directTrack() throws {
        var history = History(tenant: "hospital")
        history.organisation("hospital", on: day(20_200_101))
        var registered = CandidateRegistered()
        registered.person = "p"
        registered.on = 20_230_101
        registered.highestDegree = .doctor
        registered.ageBand = "40-45"
        registered.org = "hospital"
        history.record(registered, "talent-a", on: day(20_230_101))
        var vetted = CandidateStageAdvanced()
        vetted.from = .registered
        vetted.to = .vetted
        vetted.on = 20_230_301
        vetted.track = .direct
        history.record(vetted, "talent-a", on: day(20_230_301))
        let board = try Board(history.facts)
        func cohort(_ asOf: Int32, _ track: String) throws -> [Int64] {
            try board.rows(
                "talent_pipeline", as: TalentPipelineRow.self, period: "2023", asOf: day(asOf),
                where: [("track", track)]
            ).map(\.cohortReached)
        }
        // A candidate without a stage is on the standard track.
        #expect(try cohort(20_230_201, "STANDARD") == [1, 0, 0, 0, 0, 0])
        #expect(try cohort(20_230_301, "STANDARD") == [])
        #expect(try cohort(20_230_301, "DIRECT") == [1, 1, 1, 1, 0, 0])
    }
}
