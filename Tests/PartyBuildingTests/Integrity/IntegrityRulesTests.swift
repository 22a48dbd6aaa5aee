import PartyBuilding
import Schema
import Testing

@Suite struct IntegrityRulesTests {
    private let office: PartyOffice

    init() throws {
        office = try PartyOffice()
    }

    private func opened(_ person: String, on day: Int32 = 2023_03_01) -> IntegrityArchiveOpened {
        filled(IntegrityArchiveOpened()) {
            $0.person = person
            $0.on = day
            $0.roleClass = "关键岗位"
        }
    }

    private func designated(
        _ kind: IntegrityModelDesignated.Kind, _ subject: String
    ) -> IntegrityModelDesignated {
        filled(IntegrityModelDesignated()) {
            $0.kind = kind
            $0.subject = subject
            $0.on = 2023_12_01
            $0.issuer = "区卫健委"
        }
    }

    /// X52.
    @Test func onePersonHasOneArchive() throws {
        try office.record(opened("p1"), in: "integrity-p1")
        let second = try office.refusal(opened("p1", on: 2023_06_01), in: "integrity-p1")
        #expect(second?.rule == "R-IN-01")
        #expect(second?.facts == [DecidingFact("opened_on", "2023-03-01")])
        #expect(try office.refusal(opened("p1"), in: "integrity-p2")?.rule == "INV-K01")
        #expect(try office.refusal(opened("p2"), in: "integrity-p2") == nil)
    }

    /// R-IN-02.
    @Test func anArchiveIsNeverLessThanConfidential() throws {
        func refusal(_ named: DataClass?) throws -> Refusal? {
            try office.refusal(opened("p1"), in: "integrity-p1") { $0.dataClass = named }
        }
        #expect(try refusal(.c2)?.rule == "R-IN-02")
        #expect(try refusal(.c0)?.facts.first == DecidingFact("data_class", "C0"))
        #expect(try refusal(.c3) == nil)
    }

    @Test func aModelIsDesignatedOnceAndFitsItsKind() throws {
        let stream = "org-h1"
        #expect(
            try office.refusal(designated(.hospital, "person-p1"), in: stream)?.rule == "INV-K03")
        #expect(try office.refusal(designated(.person, "org-h1"), in: stream)?.rule == "INV-K03")
        #expect(try office.refusal(designated(.hospital, "org-h1"), in: stream) == nil)
        #expect(
            try office.refusal(designated(.hospital, "org-h1"), in: "org-root")?.rule == "INV-K03")
        #expect(try office.refusal(designated(.person, "person-p1"), in: stream) == nil)
        #expect(try office.refusal(designated(.department, "心内科"), in: stream) == nil)
        #expect(try office.refusal(designated(.department, "心内科"), in: stream)?.rule == "INV-K03")
        try office.org("h2", kind: "HOSPITAL", parent: "root")
        #expect(
            try office.refusal(designated(.department, "心内科"), in: "org-h2") == nil,
            "another hospital's department of the same name")
    }
}
