import Schema
import Testing

@Suite struct MessageJSONTests {
    private let branch = EventType.branchEstablished.descriptor

    private func established(
        _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> JSONValue {
        var object = try #require(
            JSONValue(
                parsing: """
                    {"branch_id":"b1","org_id":"h1","kind":"IN_SERVICE","name":"第一支部",
                    "approved_on":"2019-07","approving_committee":"h1","doc":"关于成立的批复",
                    "departments":["d1","d2"],"units":[],"full_count":3,"probationary_count":0}
                    """
            ).objectValue)
        change(&object)
        return .object(object)
    }

    private func refusal(_ json: JSONValue) -> SchemaError? {
        do throws(SchemaError) {
            _ = try MessageJSON.decode(branch, json)
            return nil
        } catch {
            return error.inside("payload")
        }
    }

    @Test func writesZerosAndNullAndShapes() throws {
        let bytes = try MessageJSON.decode(branch, try established())
        let json = try MessageJSON.encode(branch, bytes)
        #expect(json["approved_on"] == .string("2019-07"))
        #expect(json["probationary_count"] == .integer(0))
        #expect(json["units"] == .array([]))
        #expect(json["doc"]?["title"] == .string("关于成立的批复"))
        #expect(json["doc"]?["doc_no"] == .null)
        #expect(json.objectValue?.keys == branch.fields.map(\.name))
        guard
            case .branchEstablished(let message) = try EventPayload.decode(
                type: .branchEstablished, bytes: bytes)
        else {
            Issue.record("decoded as another type")
            return
        }
        #expect(message.name == "第一支部")
        #expect(message.kind == .inService)
        #expect(message.fullCount == 3)
        #expect(message.approvedOn.month == 201_907)
    }

    @Test func missingListsAreEmptyAndMissingFlagsFalse() throws {
        let bytes = try MessageJSON.decode(branch, try established { $0["units"] = nil })
        #expect(try MessageJSON.decode(branch, try established()) == bytes)
        let affiliation = EventType.organisationAffiliationChanged.descriptor
        let unified = try #require(affiliation.field(named: "unified")?.message)
        #expect(
            try MessageJSON.encode(unified, try MessageJSON.decode(unified, .members([:])))
                == .members(["people": .bool(false), "money": .bool(false), "goods": .bool(false)]))
    }

    @Test func readsBareTextReferences() throws {
        let evidence = try #require(MessageDescriptor.named("taizhang.core.v1.EvidenceRef"))
        let digest = String(repeating: "AB", count: 32)
        #expect(
            try MessageJSON.encode(evidence, try MessageJSON.decode(evidence, .string(digest)))[
                "sha256"] == .string(digest.lowercased()))
        #expect(
            try MessageJSON.encode(evidence, try MessageJSON.decode(evidence, .string("现场照片")))[
                "caption"] == .string("现场照片"))
    }

    @Test func readsObjectsAlsoAsEntries() throws {
        let result = EventType.checklistItemCompleted.descriptor
        func completed(_ value: JSONValue) throws -> [UInt8] {
            try MessageJSON.decode(
                result,
                .members([
                    "item_id": .string("1"), "on": .string("2019-07-31"), "result": value,
                ]))
        }
        let object = try completed(.members(["a": .string("1"), "b": .string("2")]))
        let entries = try completed(
            .array([
                .members(["key": .string("a"), "value": .string("1")]),
                .members(["key": .string("b"), "value": .string("2")]),
            ]))
        #expect(object == entries)
        #expect(
            try MessageJSON.encode(result, object)["result"]
                == .members(["a": .string("1"), "b": .string("2")]))
        let twice = #expect(throws: SchemaError.self) {
            try completed(
                .array([
                    .members(["key": .string("a"), "value": .string("1")]),
                    .members(["key": .string("a"), "value": .string("2")]),
                ]))
        }
        #expect(twice?.description == "result has the key \"a\" twice")
        let wrong = #expect(throws: SchemaError.self) {
            try completed(.members(["a": .integer(1)]))
        }
        #expect(wrong?.description == "result.a is 1; it must be a text")
    }

    @Test func unknownWordsAndFieldsOfLaterVersionsAreRead() throws {
        var writer = WireWriter()
        let kind = try #require(branch.field(named: "kind"))
        writer.varint(77, field: kind.number)
        writer.string("later", field: 240)
        let json = try MessageJSON.encode(branch, writer.bytes)
        #expect(json["kind"] == .string("UNKNOWN_77"))
        #expect(json["approved_on"] == .null)
        #expect(json["full_count"] == .integer(0))
        let read = try MessageJSON.decode(branch, try established { $0["kind"] = json["kind"] })
        #expect(throws: SchemaError.self) { try SchemaValidator.validate(branch, read) }
        #expect(try MessageJSON.encode(branch, read)["kind"] == .string("UNKNOWN_77"))
    }

    @Test func namesWhatIsMissing() throws {
        #expect(
            refusal(try established { $0["full_count"] = nil })?.description
                == "payload.full_count is missing; BranchEstablished needs it (a whole number "
                + "(person))")
        #expect(refusal(try established { $0["name"] = .null })?.kind == .missing)
        #expect(refusal(try established { $0["name"] = .string("") })?.kind == .missing)
        let doc = refusal(try established { $0["doc"] = .object(JSONObject()) })
        #expect(doc?.description == "payload.doc is empty; it needs at least one field")
    }

    @Test func namesWrongWordsWithWhatWasMeant() throws {
        let error = refusal(try established { $0["kind"] = .string("IN_SERVCE") })
        #expect(
            error?.description
                == "payload.kind is \"IN_SERVCE\"; allowed are IN_SERVICE, RETIRED, JOINT, "
                + "TEMPORARY, MOBILE; did you mean IN_SERVICE?")
        #expect(
            refusal(try established { $0["kind"] = .string("retired") })?.suggestion == "RETIRED")
        #expect(refusal(try established { $0["kind"] = .string("zzz") })?.suggestion == nil)
        #expect(
            refusal(try established { $0["kind"] = .string("UNSPECIFIED") })?.kind
                == .unknownEnumValue)
    }

    @Test func namesUnknownMembersWithWhatWasMeant() throws {
        let error = refusal(try established { $0["fullcount"] = .integer(1) })
        #expect(error?.kind == .unknownField)
        #expect(error?.path == "payload.fullcount")
        #expect(error?.suggestion == "full_count")
    }

    @Test(
        arguments: [
            (
                "full_count", .string("3"),
                "payload.full_count is \"3\"; it must be a whole number (person)"
            ),
            (
                "full_count", .decimal("3.0"),
                "payload.full_count is 3.0; it must be a whole number (person)"
            ),
            (
                "full_count", .integer(1 << 40),
                "payload.full_count is 1099511627776, which does not fit int32"
            ),
            ("name", .integer(1), "payload.name is 1; it must be a text"),
            (
                "departments", .string("d1"),
                "payload.departments is \"d1\"; it must be an array, each item an id"
            ),
            ("departments", .array([.string("d1"), .null]), "payload.departments[1] is null"),
            (
                "approved_on", .string("2019-07-32"),
                "payload.approved_on is \"2019-07-32\", not a text like \"2019-07-31\", \"2019-07\", "
                    + "\"2019Q2\", \"2019\" or \"2019-07-31T09:00:00+08:00\""
            ),
            (
                "org_id", .string("某院"),
                "payload.org_id is \"某院\"; an id is 1 to 120 of A-Z a-z 0-9 . _ -"
            ),
        ] as [(String, JSONValue, String)])
    func namesWrongValues(name: String, value: JSONValue, message: String) throws {
        var expected = message
        if name == "departments", branch.field(named: name)?.subject == nil {
            expected = expected.replacing("an id", with: "a text")
        }
        #expect(refusal(try established { $0[name] = value })?.description == expected)
    }

    @Test func numbersAreLimited() throws {
        let quantity = try #require(MessageDescriptor.named("taizhang.core.v1.Quantity"))
        func value(_ number: Int64) throws -> [UInt8] {
            try MessageJSON.decode(
                quantity, .members(["value": .integer(number), "unit": .string("FEN")]))
        }
        #expect(throws: Never.self) { try value(IntegerLimit.max) }
        let error = #expect(throws: SchemaError.self) { try value(IntegerLimit.max + 1) }
        #expect(error?.kind == .outOfRange)
        #expect(error?.path == "value")
    }
}
