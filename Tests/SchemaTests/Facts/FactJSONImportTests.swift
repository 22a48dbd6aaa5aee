import Schema
import TestSupport
import Testing

@Suite struct FactJSONImportTests {
    /// Not SHA-256, which Schema does not need to know: any function of the bytes does here.
    static func digest(_ bytes: [UInt8]) -> [UInt8] {
        var state: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var random = SeededRandom(seed: state)
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    static func context(
        _ counter: OccurrenceCounter = OccurrenceCounter(),
        types: [[UInt8]: EventType] = [:]
    ) -> FactJSON.ImportContext {
        var counter = counter
        return FactJSON.ImportContext(
            hash: digest, occurrence: { counter.next($0) }, typeOfEvent: { types[$0] })
    }

    private static let line = """
        {"type":"IssueClosed","stream":"issue-yq-0007","recorded_by":"p9",
        "payload":{"on":"2019-07-31","acceptor":"p2","acceptor_org":"yq","evidence":["照片"]}}
        """

    private func decode(
        _ text: String = line, _ context: FactJSON.ImportContext = context()
    ) throws(SchemaError) -> FactJSON.Imported {
        try FactJSON.decode(line: Array(text.utf8), context)
    }

    private func edited(_ change: (inout JSONObject) -> Void) throws -> String {
        var object = try #require(JSONValue(parsing: Self.line).objectValue)
        change(&object)
        return JSONValue.object(object).text()
    }

    private func refusal(_ change: (inout JSONObject) -> Void) throws -> SchemaError? {
        let text = try edited(change)
        return #expect(throws: SchemaError.self) { try decode(text) }
    }

    @Test func readsALine() throws {
        let fact = try decode()
        #expect(fact.type == .issueClosed)
        #expect(fact.stream == "issue-yq-0007")
        #expect(fact.isIDDerived)
        let envelope = try EnvelopeReader(fact.envelope)
        #expect(envelope.eventID == fact.eventID)
        #expect(envelope.type == .issueClosed)
        #expect(envelope.typeName == "IssueClosed")
        #expect(envelope.recordedBy == "p9")
        #expect(envelope.occurredAt == .date(20_190_731))
        #expect(envelope.schemaVersion == nil)
    }

    @Test func readsEveryMember() throws {
        let id = "0190b2c4-7a3e-7c11-9d52-0123456789ab"
        let text = try edited {
            $0["event_id"] = .string(id.uppercased())
            $0["command_id"] = .string(id)
            $0["occurred_at"] = .string("2019-07-31T01:00:00Z")
            $0["effective_from"] = .string("2019-08-01")
            $0["effective_to"] = .string("2019-08-31")
            $0["recorded_at"] = .string("2019-08-02T09:30:00+08:00")
            $0["on_behalf_of"] = .string("p3")
            $0["tenant"] = .string("yq")
            $0["source_doc"] = .string("邵卫〔2019〕7号")
            $0["evidence"] = .array([.string("会议记录")])
            $0["correlation_id"] = .string("c1")
            $0["causation_id"] = .string("c2")
            $0["schema_version"] = .integer(1)
            $0["data_class"] = .string("C1")
            $0["late_reason"] = .string("停电")
        }
        let fact = try decode(text)
        #expect(!fact.isIDDerived)
        #expect(UUIDForm.text(fact.eventID) == id)
        let envelope = try EnvelopeReader(fact.envelope)
        #expect(envelope.occurredAt == .instantUs(1_564_534_800_000_000))
        #expect(envelope.effectiveFrom == 20_190_801)
        #expect(envelope.effectiveTo == 20_190_831)
        #expect(envelope.recordedAt == InstantForm.instant("2019-08-02T01:30:00Z"))
        #expect(envelope.onBehalfOf == "p3")
        #expect(envelope.tenant == "yq")
        #expect(envelope.sourceDocRange != nil)
        #expect(envelope.evidenceRanges.count == 1)
        #expect(envelope.correlationID == "c1")
        #expect(envelope.causationID == "c2")
        #expect(envelope.schemaVersion == 1)
        #expect(envelope.dataClass == .c1)
        #expect(envelope.lateReason == "停电")
    }

    @Test func derivesTheSameIDsAgain() throws {
        let first = Self.context()
        let again = Self.context()
        let ids = [try decode(Self.line, first), try decode(Self.line, first)].map(\.eventID)
        #expect(ids[0] != ids[1])
        #expect([try decode(Self.line, again), try decode(Self.line, again)].map(\.eventID) == ids)
        #expect(ids.allSatisfy { UUIDForm.isAccepted($0) && $0[6] >> 4 == 8 })
        // Order of members and spaces are no content.
        let object = try #require(JSONValue(parsing: Self.line).objectValue)
        let reversed = JSONValue.object(JSONObject(object.members.reversed())).text(.indented)
        #expect(try decode(reversed).eventID == ids[0])
        let other = try decode(try edited { $0["recorded_by"] = .string("p8") })
        #expect(!ids.contains(other.eventID))
    }

    @Test func passesOverWhatTheServerSays() throws {
        let text = try edited {
            for key in FactJSON.passedOver { $0[key] = .array([.integer(1)]) }
        }
        #expect(try decode(text) == decode())
    }

    @Test func namesWhatIsWrong() throws {
        #expect(try refusal { $0["streem"] = .string("x") }?.suggestion == "stream")
        #expect(try refusal { $0["type"] = .string("IssueClose") }?.suggestion == "IssueClosed")
        #expect(try refusal { $0["type"] = .string("F08") }?.suggestion == "IssueClosed")
        #expect(
            try refusal { $0["type"] = nil }?.description
                == "type is missing; it is an event's name like BranchEstablished")
        #expect(
            try refusal { $0["stream"] = .string("org-yq") }?.description
                == "stream is \"org-yq\"; IssueClosed stands in issue-…")
        #expect(try refusal { $0["recorded_by"] = nil }?.path == "recorded_by")
        #expect(try refusal { $0["payload"] = nil }?.path == "payload")
        #expect(try refusal { $0["recorded_at"] = .string("2019") }?.path == "recorded_at")
        #expect(try refusal { $0["event_id"] = .string("7") }?.path == "event_id")
        #expect(
            try refusal { $0["data_class"] = .string("C9") }?.allowed == ["C0", "C1", "C2", "C3"])
        #expect(try refusal { $0["schema_version"] = .integer(2) }?.path == "schema_version")
        #expect(
            try refusal {
                $0["payload"] = .members(["on": .string("2019-07-31"), "acceptor": .string("p2")])
            }?.path == "payload.acceptor_org")
        let syntax = #expect(throws: SchemaError.self) { try decode("{") }
        #expect(syntax?.kind == .syntax)
    }

    @Test func theDayOfThePayloadIsTheDayItHappened() throws {
        let error = try refusal { $0["occurred_at"] = .string("2019-07-30T23:00:00+08:00") }
        #expect(
            error?.description
                == "payload.on is 2019-07-31, but occurred_at is 2019-07-30T23:00:00+08:00; "
                + "they must be the same local day")
        #expect(try refusal { $0["occurred_at"] = .string("2019-07") }?.kind == .disagreement)
        // 18:00 in London is the next day in Shanghai.
        let text = try edited { $0["occurred_at"] = .string("2019-07-30T18:00:00Z") }
        #expect(throws: Never.self) { try decode(text) }
    }

    @Test func theTimeIsNeededWhereThePayloadDoesNotSayIt() throws {
        let text = """
            {"type":"RecordVoided","stream":"issue-yq-0007","recorded_by":"p9","payload":
            {"target_event":"0190b2c4-7a3e-7c11-9d52-0123456789ab","reason":"r","approver":"p1"}}
            """
        #expect(try EnvelopeReader(try decode(text).envelope).occurredAt == nil)
        let assigned = """
            {"type":"IssueAssigned","stream":"issue-yq-0007","recorded_by":"p9","payload":
            {"responsible_person":"p1","lead_org":"yq","category":"IMMEDIATE","due_on":"2019-09-01"}}
            """
        let error = #expect(throws: SchemaError.self) { try decode(assigned) }
        #expect(error?.path == "occurred_at")
    }

    @Test func correctionsHoldAWholePayload() throws {
        let target = "0190b2c4-7a3e-7c11-9d52-0123456789ab"
        func correction(_ hint: String, reason: String = "\"回执日期有误\"") -> String {
            """
            {"type":"RecordCorrected","stream":"issue-yq-0007","recorded_by":"p9","payload":
            {"target_event":"\(target)",\(hint)"replacement":{"on":"2019-07-30","acceptor":"p2",
            "acceptor_org":"yq","evidence":[]},"mask":["on"],"reason":\(reason),"approver":"p1",
            "evidence":[]}}
            """
        }
        let types = [try #require(UUIDForm.bytes(target)): EventType.issueClosed]
        let fact = try decode(correction(""), Self.context(types: types))
        #expect(try decode(correction("\"replacement_type\":\"IssueClosed\",")) == fact)
        guard
            case .recordCorrected(let message) = try EventPayload.decode(
                type: .recordCorrected, bytes: try EnvelopeReader(fact.envelope).payload)
        else {
            Issue.record("decoded as another type")
            return
        }
        guard
            case .issueClosed(let closed) = try EventPayload.decode(
                type: .issueClosed, bytes: [UInt8](message.replacement))
        else {
            Issue.record("decoded as another type")
            return
        }
        #expect(closed.on == 20_190_730)

        let unknown = #expect(throws: SchemaError.self) { try decode(correction("")) }
        #expect(unknown?.path == "payload.replacement")
        let other = #expect(throws: SchemaError.self) {
            try decode(
                correction("\"replacement_type\":\"IssueAssigned\","), Self.context(types: types))
        }
        #expect(other?.kind == .disagreement)
        let mask = #expect(throws: SchemaError.self) {
            try decode(
                correction("").replacing("[\"on\"]", with: "[\"in\"]"),
                Self.context(types: types))
        }
        #expect(mask?.path == "payload.mask[0]")
        let inner = #expect(throws: SchemaError.self) {
            try decode(
                correction("").replacing("2019-07-30", with: "2019-02-30"),
                Self.context(types: types))
        }
        #expect(inner?.path == "payload.replacement.on")
    }

    @Test func damagedLinesGiveErrorsAndNeverTrap() {
        withSeeds(10) { random, _ in
            for _ in 0..<100 {
                let bytes = mutated(Array(Self.line.utf8), &random)
                guard let fact = try? FactJSON.decode(line: bytes, Self.context()) else { continue }
                #expect((try? SchemaValidator.validate(envelope: fact.envelope)) != nil)
            }
        }
    }
}
