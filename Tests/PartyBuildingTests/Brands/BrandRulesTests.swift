import PartyBuilding
import Schema
import Testing

@Suite struct BrandRulesTests {
    private let office: PartyOffice

    init() throws {
        office = try PartyOffice()
    }

    private func proposed(
        _ name: String, holder: String = "org-h1", _ kind: BrandProposed.Kind = .connotation
    ) -> BrandProposed {
        filled(BrandProposed()) {
            $0.name = name
            $0.kind = kind
            $0.holder = holder
            $0.on = 2019_01_10
        }
    }

    private func advanced(
        _ stage: BrandStageAdvanced.Stage, on day: Int32 = 2019_03_01
    ) -> BrandStageAdvanced {
        filled(BrandStageAdvanced()) {
            $0.to = stage
            $0.on = day
            $0.doc = DocRef(titled: "实施方案")
        }
    }

    /// X48.
    @Test func aBrandDoesNotSkipAStep() throws {
        let stream = "brand-n1"
        #expect(try office.refusal(advanced(.planned), in: stream)?.rule == "R-BD-01")
        try office.record(proposed("精准百分百"), in: stream)
        let jump = try office.refusal(advanced(.consolidated), in: stream)
        #expect(jump?.rule == "R-BD-01")
        #expect(
            jump?.facts == [DecidingFact("stage", "NAMED"), DecidingFact("to", "CONSOLIDATED")])
        try office.record(advanced(.planned), in: stream)
        #expect(try office.refusal(advanced(.planned), in: stream)?.rule == "R-BD-01")
        #expect(
            try office.refusal(advanced(.shaped, on: 2019_02_28), in: stream)?.rule == "R-BD-01")
        try office.record(advanced(.shaped), in: stream)
        #expect(try office.refusal(advanced(.consolidated), in: stream) == nil)
        #expect(try office.refusal(proposed("别名"), in: stream)?.rule == "STATE-BRAND")
    }

    /// X49.
    @Test func oneBranchHasOneBrand() throws {
        try office.record(proposed("精准百分百", holder: "branch-b1", .branch), in: "brand-n1")
        let second = try office.refusal(
            proposed("另一品牌", holder: "branch-b1", .branch), in: "brand-n2")
        #expect(second?.rule == "R-BD-02")
        #expect(second?.facts.last == DecidingFact("brand", "brand-n1"))
        #expect(
            try office.refusal(proposed("另一品牌", holder: "branch-b2", .branch), in: "brand-n2")
                == nil)
        #expect(try office.refusal(proposed("清廉仁济"), in: "brand-n3") == nil)
        #expect(try office.refusal(proposed("南岸疾先锋"), in: "brand-n4") == nil)
    }

    @Test func namesAreUniqueInTheTree() throws {
        try office.record(proposed("南岸好医护 我卫你服务"), in: "brand-n1")
        let same = try office.refusal(
            proposed("南岸好医护我卫你服务", holder: "org-root"), in: "brand-n2")
        #expect(same?.rule == "R-BD-02")
        let odd = try office.refusal(proposed("其他", holder: "person-p1"), in: "brand-n3")
        #expect(odd?.rule == "INV-J01")
    }

    private func reads(_ value: Int64, as of: Int32) -> ReadershipReported {
        filled(ReadershipReported()) {
            $0.cumulativeReads = value
            $0.readAsOf = of
            $0.source = "后台"
        }
    }

    /// X50, G-NA-07.
    @Test func readsOnlyRise() throws {
        let stream = "publicity-c1"
        try office.record(reads(1_200_000, as: 2023_06_30), in: stream)
        try office.record(reads(2_400_000, as: 2023_12_31), in: stream)
        try office.record(reads(3_050_000, as: 2024_05_20), in: stream)
        let fall = try office.refusal(reads(2_900_000, as: 2024_05_29), in: stream)
        #expect(fall?.rule == "R-BD-03")
        #expect(fall?.facts.contains(DecidingFact("reported", 3_050_000)) == true)
        #expect(try office.refusal(reads(3_050_000, as: 2024_05_29), in: stream) == nil)
        #expect(try office.refusal(reads(-1, as: 2024_05_29), in: stream)?.rule == "R-BD-03")
    }

    @Test func anEarlierReadingFitsBetweenItsNeighbours() throws {
        let stream = "publicity-c1"
        try office.record(reads(1_200_000, as: 2023_06_30), in: stream)
        try office.record(reads(3_050_000, as: 2024_05_20), in: stream)
        #expect(
            try office.refusal(reads(1_100_000, as: 2023_12_31), in: stream)?.rule == "R-BD-03")
        #expect(
            try office.refusal(reads(3_100_000, as: 2023_12_31), in: stream)?.rule == "R-BD-03")
        #expect(try office.refusal(reads(2_400_000, as: 2023_12_31), in: stream) == nil)
        let counter = try office.office.aggregate(ReadershipState.self, "c1").reads
        #expect(LocalDate(yyyymmdd: 2024_01_15).flatMap { counter.level(on: $0) } == 2_400_000)
        #expect(LocalDate(yyyymmdd: 2023_01_15).flatMap { counter.level(on: $0) } == nil)
    }

    private func award(
        _ title: String, on day: Int32 = 2023_05_04, to recipient: String = "org-h1",
        number: String? = "渝卫〔2023〕5号"
    ) -> AwardReceived {
        filled(AwardReceived()) {
            $0.title = title
            $0.level = .national
            $0.issuer = "国家卫生健康委"
            $0.doc = DocRef(titled: "表彰决定")
            if let number { $0.doc.docNo = number }
            $0.recipient = recipient
            $0.on = day
        }
    }

    /// X51.
    @Test func anAwardIsRegisteredOnce() throws {
        try office.record(award("全国青年文明号"), in: "award-1")
        let same = try office.refusal(award("全国青年文明号", on: 2023_11_30), in: "award-2")
        #expect(same?.rule == "R-BD-04")
        #expect(same?.facts.first == DecidingFact("award", "award-1"))
        #expect(try office.refusal(award("全国青年文明号", on: 2024_05_04), in: "award-2") == nil)
        #expect(
            try office.refusal(award("全国青年文明号", on: 2024_06_04, to: "person-p1"), in: "award-3")
                == nil)
        #expect(try office.refusal(award("另一荣誉"), in: "award-1")?.rule == "STATE-AWARD")
    }

    @Test func anAwardWithoutNumberIsFlagged() throws {
        let admission = try office.record(award("全国三八红旗手", number: nil), in: "award-1")
        #expect(admission.warnings.map(\.rule) == ["R-BD-04"])
        #expect(try office.record(award("全国巾帼文明岗"), in: "award-2").warnings.isEmpty)
    }
}
