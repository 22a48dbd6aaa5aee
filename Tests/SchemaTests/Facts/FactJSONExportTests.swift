import Schema
import TestSupport
import Testing

@Suite struct FactJSONExportTests {
    private func record(_ envelope: [UInt8], trailer: [UInt8] = []) -> FactJSON.Record {
        FactJSON.Record(
            envelope: envelope, trailer: trailer, position: 12, streamVersion: 3,
            ledgerAt: 1_564_534_800_000_000, tags: ["issue-yq-0007", "person-p2"])
    }

    private var trailer: Trailer {
        var trailer = Trailer()
        trailer.recordedAtUs = 1_564_709_400_000_000
        trailer.tenant = "yq"
        trailer.principal = "loopback"
        trailer.ruleSetVersion = "cn-2019"
        trailer.late = true
        trailer.dataClass = .c2
        var warning = RuleWarning()
        warning.rule = "R-RC-02"
        warning.zh = "无方案"
        warning.en = "no plan"
        trailer.warnings = [warning]
        return trailer
    }

    @Test func writesTheWholeFact() throws {
        let fact = try FactJSON.decode(
            line: Array(
                """
                {"event_id":"0190b2c4-7a3e-7c11-9d52-0123456789ab","type":"IssueClosed",
                "stream":"issue-yq-0007","recorded_by":"p9","payload":{"on":"2019-07-31",
                "acceptor":"p2","acceptor_org":"yq"}}
                """.utf8), FactJSONImportTests.context())
        let json = try FactJSON.encode(record(fact.envelope, trailer: try trailer.encoded()))
        #expect(
            json.text() == """
                {"position":12,"event_id":"0190b2c4-7a3e-7c11-9d52-0123456789ab",\
                "type":"IssueClosed","stream":"issue-yq-0007","stream_version":3,\
                "occurred_at":"2019-07-31","effective_from":null,"effective_to":null,\
                "recorded_at":"2019-08-02T09:30:00+08:00","ledger_at":"2019-07-31T09:00:00+08:00",\
                "recorded_by":"p9","on_behalf_of":null,"tenant":"yq","source_doc":null,\
                "evidence":[],"correlation_id":null,"causation_id":null,"schema_version":1,\
                "data_class":"C2","late":true,"late_reason":null,"after_seal":false,\
                "rule_set_version":"cn-2019","principal":"loopback",\
                "warnings":[{"rule":"R-RC-02","zh":"无方案","en":"no plan"}],\
                "tags":["issue-yq-0007","person-p2"],"payload":{"on":"2019-07-31",\
                "acceptor":"p2","acceptor_org":"yq","evidence":[]}}
                """)
    }

    /// What an export writes can be imported, and then says the same.
    @Test(arguments: EventType.all)
    func anImportReadsAnExport(type: EventType) throws {
        try withSeeds(2) { random, seed in
            var maker = RandomMessage(random)
            let kind = type.streamPrefixes.first ?? "org"
            var object = JSONObject()
            object.append("type", .string(type.name))
            object.append("stream", .string("\(kind)-x-2019"))
            object.append("recorded_by", .string("p9"))
            object.append("payload", payload(of: type, &maker))
            if type.occurrenceFields.isEmpty { object["occurred_at"] = .string(maker.day()) }
            if let occurred = type.occurrenceFields.first, occurred.presence == .optional {
                object["payload"]?[occurred.name].map { value in
                    object["occurred_at"] = value.isNull ? .string(maker.instant()) : value
                }
            }
            let types: ([UInt8]) -> EventType? = { _ in .issueClosed }
            var context = FactJSONImportTests.context()
            context.typeOfEvent = types
            let fact = try FactJSON.decode(.object(object), context)
            let exported = try FactJSON.encode(record(fact.envelope), typeOfEvent: types)
            let again = try FactJSON.decode(
                line: exported.utf8(), FactJSONImportTests.context())
            #expect(again.eventID == fact.eventID, "seed \(seed)")
            #expect(
                try FactJSON.encode(record(again.envelope), typeOfEvent: types) == exported,
                "seed \(seed)")
        }
    }

    private func payload(of type: EventType, _ maker: inout RandomMessage) -> JSONValue {
        guard case .object(var object) = maker.message(type.descriptor) else { return .null }
        if type == .recordCorrected {
            object["replacement"] = maker.message(EventType.issueClosed.descriptor)
            object["mask"] = .array([.string("on")])
        }
        return .object(object)
    }

    @Test func whatTheServerFilledInStandsInThePayload() throws {
        let fact = try FactJSON.decode(
            line: Array(
                """
                {"type":"PeriodSealed","stream":"org-yq","recorded_by":"p9",
                "payload":{"period":"2019Q2","on":"2019-07-31","scope":[]}}
                """.utf8), FactJSONImportTests.context())
        let sealed = EventType.periodSealed.descriptor
        let hash = try #require(sealed.field(named: "snapshot_hash"))
        var filled = WireWriter()
        filled.delimited([0xAB, 0xCD], field: hash.number)
        var trailer = WireWriter()
        let place = try #require(MessageDescriptor.trailer.field(named: "filled"))
        trailer.delimited(filled.bytes, field: place.number)
        let json = try FactJSON.encode(record(fact.envelope, trailer: trailer.bytes))
        #expect(json["payload"]?["snapshot_hash"] == .string("abcd"))
        #expect(json["payload"]?["period"] == .string("2019Q2"))
    }

    @Test func aLineThatComesBackSaysTheSame() throws {
        let fact = try FactJSON.decode(
            line: Array(
                """
                {"type":"IssueClosed","stream":"issue-yq-0007","recorded_by":"p9",
                "payload":{"on":"2019-07-31","acceptor":"p2","acceptor_org":"yq"}}
                """.utf8), FactJSONImportTests.context())
        let recorded = record(fact.envelope, trailer: try trailer.encoded())
        let line = try FactJSON.encode(recorded)
        let back = try FactJSON.decode(line, FactJSONImportTests.context())
        #expect(back.eventID == fact.eventID)
        #expect(back.envelope != fact.envelope)
        #expect(try FactJSON.saysTheSame(back.envelope, as: recorded))
        var object = try #require(line.objectValue)
        object["recorded_by"] = .string("p8")
        let other = try FactJSON.decode(.object(object), FactJSONImportTests.context())
        #expect(try !FactJSON.saysTheSame(other.envelope, as: recorded))
    }

    @Test func typesOfLaterVersionsAreWrittenAsBytes() throws {
        var writer = WireWriter()
        writer.delimited([UInt8](repeating: 7, count: 16), field: 1)
        writer.varint(1299, field: 2)
        writer.string("PlanetMoved", field: 3)
        writer.string("org-x", field: 4)
        writer.delimited([0xAB, 0xCD], field: 5)
        let json = try FactJSON.encode(record(writer.bytes))
        #expect(json["type"] == .string("PlanetMoved"))
        #expect(json["payload"] == .null)
        #expect(json["payload_bytes"] == .string("abcd"))
    }

    @Test func brokenBytesAreAnError() {
        #expect(throws: SchemaError.self) { try FactJSON.encode(record([0x08])) }
    }
}
