import PartyBuilding
import Schema
import Testing

@Suite struct TalentRulesTests {
    private let office: PartyOffice
    private let stream = "talent-t1"

    init() throws {
        office = try PartyOffice()
    }

    private func registered(
        person: String = "p1", demand: String? = "D1",
        _ degree: CandidateRegistered.Degree = .master
    ) -> CandidateRegistered {
        filled(CandidateRegistered()) {
            $0.person = person
            if let demand { $0.demandCode = demand }
            $0.on = 2023_03_01
            $0.highestDegree = degree
            $0.ageBand = "30-34"
            $0.org = "h1"
        }
    }

    private func advanced(
        _ from: CandidateStageAdvanced.Stage, _ to: CandidateStageAdvanced.Stage, on day: Int32,
        _ track: CandidateStageAdvanced.Track = .standard
    ) -> CandidateStageAdvanced {
        filled(CandidateStageAdvanced()) {
            $0.from = from
            $0.to = to
            $0.on = day
            $0.track = track
        }
    }

    private func hired(
        on day: Int32, months: Int32 = 36, _ degree: CandidateRegistered.Degree = .master
    ) -> TalentHired {
        filled(TalentHired()) {
            $0.org = "h1"
            $0.on = day
            $0.postCategory = "临床"
            $0.degreeAtHire = degree
            $0.contractMonths = months
            $0.employmentMode = .standard
            $0.highLevel = false
        }
    }

    /// Up to a posting on Monday 2023-05-08.
    private func post(_ stream: String, person: String = "p1", demand: String? = "D1") throws {
        try office.record(registered(person: person, demand: demand), in: stream)
        try office.record(advanced(.registered, .screened, on: 2023_03_10), in: stream)
        try office.record(advanced(.screened, .assessed, on: 2023_04_01), in: stream)
        try office.record(advanced(.assessed, .vetted, on: 2023_04_20), in: stream)
        try office.record(advanced(.vetted, .posted, on: 2023_05_08), in: stream)
    }

    /// X46.
    @Test func noHiringFromScreened() throws {
        #expect(try office.refusal(hired(on: 2023_03_20), in: stream)?.rule == "R-TL-01")
        try office.record(registered(), in: stream)
        try office.record(advanced(.registered, .screened, on: 2023_03_10), in: stream)
        let refusal = try office.refusal(hired(on: 2023_03_20), in: stream)
        #expect(refusal?.rule == "R-TL-01")
        #expect(refusal?.facts == [DecidingFact("stage", "SCREENED")])
    }

    /// X47: seven working days from Monday 2023-05-08 end on Tuesday 2023-05-16.
    @Test func hiringIsPossibleOnPostingDayEight() throws {
        try post(stream)
        let sixth = try office.refusal(hired(on: 2023_05_15), in: stream)
        #expect(sixth?.rule == "R-TL-02")
        #expect(sixth?.facts.contains(DecidingFact("last_posting_day", "2023-05-16")) == true)
        #expect(try office.refusal(hired(on: 2023_05_16), in: stream)?.rule == "R-TL-02")
        #expect(try office.refusal(hired(on: 2023_05_17), in: stream) == nil)
        #expect(try office.refusal(hired(on: 2023_05_18), in: stream)?.rule == "STATE-TALENT")
    }

    @Test func stagesComeInOrder() throws {
        #expect(
            try office.refusal(advanced(.registered, .screened, on: 2023_03_10), in: stream)?.rule
                == "R-TL-01")
        try office.record(registered(), in: stream)
        #expect(try office.refusal(registered(), in: stream)?.rule == "STATE-TALENT")
        let skip = try office.refusal(advanced(.registered, .vetted, on: 2023_03_10), in: stream)
        #expect(skip?.rule == "R-TL-01")
        let wrongFrom = try office.refusal(
            advanced(.screened, .assessed, on: 2023_03_10), in: stream)
        #expect(wrongFrom?.facts.first == DecidingFact("from", "SCREENED"))
        try office.record(advanced(.registered, .screened, on: 2023_03_10), in: stream)
        let early = try office.refusal(advanced(.screened, .assessed, on: 2023_03_09), in: stream)
        #expect(early?.facts.contains(DecidingFact("entered_on", "2023-03-10")) == true)
        let back = try office.refusal(advanced(.screened, .registered, on: 2023_03_12), in: stream)
        #expect(back?.rule == "R-TL-01")
    }

    @Test func onlyTheDirectTrackSkipsTheExamination() throws {
        try office.record(registered(), in: stream)
        try office.record(advanced(.registered, .screened, on: 2023_03_10), in: stream)
        let standard = try office.refusal(advanced(.screened, .vetted, on: 2023_03_20), in: stream)
        #expect(standard?.rule == "R-TL-01")
        try office.record(advanced(.screened, .vetted, on: 2023_03_20, .direct), in: stream)
        let unposted = try office.refusal(hired(on: 2023_04_20), in: stream)
        #expect(unposted?.rule == "R-TL-01")
        #expect(
            try office.refusal(advanced(.vetted, .posted, on: 2023_04_01, .direct), in: stream)
                == nil)
    }

    @Test func oneOpenPipelinePerPersonAndDemand() throws {
        try office.record(registered(), in: stream)
        let second = try office.refusal(registered(), in: "talent-t2")
        #expect(second?.rule == "INV-I03")
        #expect(second?.facts.first == DecidingFact("talent", "t1"))
        #expect(try office.refusal(registered(demand: "D2"), in: "talent-t2") == nil)
        #expect(try office.refusal(registered(demand: nil), in: "talent-t3") == nil)
        #expect(try office.refusal(registered(demand: nil), in: "talent-t4")?.rule == "INV-I03")
        #expect(try office.refusal(registered(person: "p2"), in: "talent-t5") == nil)
    }

    /// R-TL-03.
    @Test func onePersonIsHiredOncePerSpell() throws {
        try post(stream)
        try post("talent-t2", demand: "D2")
        try office.record(hired(on: 2023_06_01, months: 12), in: stream)
        let second = try office.refusal(hired(on: 2023_06_02), in: "talent-t2")
        #expect(second?.rule == "R-TL-03")
        #expect(second?.facts.contains(DecidingFact("contract_end", "2024-06-01")) == true)
        #expect(try office.refusal(hired(on: 2024_06_01), in: "talent-t2") == nil)
    }

    @Test func aLowerDegreeAtHireIsFlagged() throws {
        try post(stream)
        let admission = try office.record(hired(on: 2023_06_01, .bachelor), in: stream)
        #expect(admission.warnings.map(\.rule) == ["R-TL-03"])
    }
}
