import Schema
import TestSupport
import Testing

@Suite struct EnvelopeReaderTests {
    /// The numbers that the reader knows by heart are those of the schema.
    @Test func agreesWithTheSchema() throws {
        try withSeeds(20) { random, seed in
            var maker = RandomMessage(random)
            let json = maker.message(.envelope)
            let envelope = try EnvelopeReader(try MessageJSON.decode(.envelope, json))
            #expect(UUIDForm.text(envelope.eventID) == json["event_id"]?.stringValue)
            #expect(Int64(envelope.typeNumber) == json["type"]?.integerValue)
            #expect(envelope.typeName == json["type_name"]?.stringValue)
            #expect(envelope.stream == json["stream"]?.stringValue)
            #expect(Hexadecimal.text(envelope.payload) == json["payload"]?.stringValue)
            #expect(envelope.schemaVersion.map(Int64.init) == json["schema_version"]?.integerValue)
            #expect(envelope.occurredAt?.text == json["occurred_at"]?.stringValue)
            #expect(
                envelope.effectiveFrom.map { CalendarForm.dayText(Int64($0)) }
                    == json["effective_from"]?.stringValue)
            #expect(
                envelope.effectiveTo.map { CalendarForm.dayText(Int64($0)) }
                    == json["effective_to"]?.stringValue)
            #expect(
                envelope.recordedAt.map(InstantForm.text) == json["recorded_at_us"]?.stringValue)
            #expect(envelope.recordedBy == json["recorded_by"]?.stringValue)
            #expect(envelope.onBehalfOf == json["on_behalf_of"]?.stringValue)
            #expect(envelope.tenant == json["tenant"]?.stringValue)
            #expect((envelope.sourceDocRange == nil) == (json["source_doc"] == .null))
            #expect(envelope.evidenceRanges.count == json["evidence"]?.arrayValue?.count)
            #expect(envelope.correlationID == json["correlation_id"]?.stringValue)
            #expect(envelope.causationID == json["causation_id"]?.stringValue)
            #expect((envelope.dataClass == nil) == (json["data_class"] == .null))
            #expect(envelope.lateReason == json["late_reason"]?.stringValue, "seed \(seed)")
        }
    }

    @Test func neverTrapsOnAnyBytes() throws {
        try withSeeds(10) { random, _ in
            var maker = RandomMessage(random)
            let whole = try MessageJSON.decode(.envelope, maker.message(.envelope))
            for _ in 0..<300 {
                let bytes = mutated(whole, &random)
                guard let envelope = try? EnvelopeReader(bytes) else { continue }
                #expect(envelope.payload.count <= bytes.count)
                #expect(envelope.stream.utf8.count <= 3 * bytes.count)
                #expect((try? SchemaValidator.validate(envelope: bytes)) == nil)
            }
        }
    }

    @Test func anEnvelopeIsCheckedWithItsPayload() throws {
        let fact = try FactJSON.decode(
            line: Array(
                """
                {"type":"IssueClosed","stream":"issue-1","recorded_by":"p9","payload":
                {"on":"2019-07-31","acceptor":"p2","acceptor_org":"yq"}}
                """.utf8), FactJSONImportTests.context())
        #expect(throws: Never.self) { try SchemaValidator.validate(envelope: fact.envelope) }
        func refusal(_ change: (inout Envelope) -> Void) throws -> SchemaError? {
            var envelope = try Envelope(decoding: fact.envelope)
            change(&envelope)
            let bytes = try envelope.encoded()
            return #expect(throws: SchemaError.self) {
                try SchemaValidator.validate(envelope: bytes)
            }
        }
        #expect(try refusal { $0.type = 9999 }?.kind == .unknownType)
        #expect(
            try refusal { $0.typeName = "IssueOpened" }?.description
                == "type_name is \"IssueOpened\", but type 608 is IssueClosed")
        #expect(try refusal { $0.stream = "org-1" }?.path == "stream")
        #expect(try refusal { $0.schemaVersion = 9 }?.path == "schema_version")
        #expect(try refusal { $0.payload.append(0xFF) }?.path == "payload")
        #expect(try refusal { $0.occurredAt.date = 20_190_801 }?.path == "payload.on")
        #expect(
            try refusal {
                $0.effectiveFrom = 20_190_802
                $0.effectiveTo = 20_190_801
            }?.description == "effective_to is 2019-08-01, before effective_from")
        #expect(try refusal { $0.eventID = Envelope().eventID }?.path == "event_id")
        #expect(try refusal { $0.recordedBy = "" }?.path == "recorded_by")
    }
}
