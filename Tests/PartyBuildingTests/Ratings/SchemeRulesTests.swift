import PartyBuilding
import Schema
import Testing

@Suite struct SchemeRulesTests {
    private let office: PartyOffice

    init() throws {
        office = try PartyOffice()
    }

    private func adopt(
        _ event: IndicatorSchemeAdopted, in stream: String = "scheme-s1"
    ) throws -> Refusal? {
        try office.refusal(event, in: stream) { $0.occurred = moment(2018_12_20) }
    }

    /// A scheme with a number of indicators in each of its dimensions.
    private func scheme(
        _ kind: IndicatorSchemeAdopted.SchemeKind, _ counts: [Int]
    ) -> IndicatorSchemeAdopted {
        filled(IndicatorSchemeAdopted()) {
            $0.schemeKind = kind
            $0.version = "1"
            $0.validFrom = 2024_01_01
            $0.dimensions = counts.indices.map { "d\($0)" }
            $0.indicators = counts.enumerated().flatMap { dimension, count in
                (0..<count).map {
                    SchemeFixture.indicator("d\(dimension)i\($0)", "d\(dimension)", 100)
                }
            }
        }
    }

    /// G-NA-09: 29 indicators in 6 dimensions.
    @Test func theDistrictsSchemeHasTwentyNineIndicators() throws {
        #expect(try adopt(scheme(.partyBuilding29, [6, 5, 5, 5, 4, 4])) == nil)
        let short = try adopt(scheme(.partyBuilding29, [6, 5, 5, 5, 4, 3]), in: "scheme-s2")
        #expect(short?.rule == "INV-H01")
        #expect(short?.facts.first == DecidingFact("indicators", 28))
        #expect(
            try adopt(scheme(.partyBuilding29, [6, 6, 6, 6, 5]), in: "scheme-s2")?.rule == "INV-H01"
        )
        #expect(try adopt(scheme(.fiveIsation, [3, 3, 3, 3, 3]), in: "scheme-s3") == nil)
        #expect(try adopt(scheme(.fiveIsation, [3, 3, 3, 3]), in: "scheme-s4")?.rule == "INV-H01")
    }

    @Test func aPioneerSchemeAddsUpToOneHundred() throws {
        #expect(try adopt(SchemeFixture.pioneer(validFrom: 2019_01_01)) == nil)
        let poor = filled(SchemeFixture.pioneer(validFrom: 2019_01_01)) {
            $0.indicators[0].max = 2_999
        }
        let refusal = try adopt(poor, in: "scheme-s2")
        #expect(refusal?.rule == "INV-H01")
        #expect(refusal?.facts.first == DecidingFact("total", 9_999))
    }

    @Test func indicatorsAreSound() throws {
        func rule(_ spoil: (inout IndicatorSchemeAdopted) -> Void) throws -> String? {
            var event = SchemeFixture.pioneer(validFrom: 2019_01_01)
            spoil(&event)
            return try adopt(event, in: "scheme-s9")?.rule
        }
        #expect(try rule { $0.indicators[1].id = "L1" } == "INV-H01")
        #expect(try rule { $0.indicators[1].dimension = "elsewhere" } == "INV-H01")
        #expect(try rule { $0.indicators[1].max = 0 } == "INV-H01")
        #expect(try rule { $0.dimensions.append("empty") } == "INV-H01")
        #expect(try rule { _ in } == nil)
    }

    /// R-RT-04: periods keep the version they began with.
    @Test func versionsFollowOneAnother() throws {
        #expect(try adopt(SchemeFixture.pioneer(validFrom: 2019_01_01)) == nil)
        #expect(try adopt(SchemeFixture.pioneer(validFrom: 2020_01_01))?.rule == "R-RT-04")
        let early = SchemeFixture.pioneer(validFrom: 2018_01_01, version: "2")
        #expect(try adopt(early)?.rule == "R-RT-04")
        let next = filled(SchemeFixture.pioneer(validFrom: 2019_05_15, version: "2")) {
            $0.indicators[0].id = "N1"
        }
        #expect(try adopt(next) == nil)
        let schemes = try office.office.aggregate(IndicatorSchemes.self, "root")
        func knows(_ indicator: String, _ quarter: Int32) -> Bool {
            guard let quarter = Quarter(yyyyq: quarter) else { return false }
            return schemes.pioneerSchemes(in: quarter).contains {
                $0.dimension(ofIndicator: indicator) != nil
            }
        }
        #expect(knows("L1", 20191))
        #expect(knows("L1", 20192), "the version of the quarter's first day")
        #expect(!knows("N1", 20192))
        #expect(knows("N1", 20193))
        #expect(!knows("L1", 20184), "no scheme yet")
    }
}
