import Schema
import TestSupport
import Testing

@Suite struct SchemaValidatorTests {
    private let branch = EventType.branchEstablished.descriptor

    private func refusal(
        _ descriptor: MessageDescriptor, _ write: (inout WireWriter) -> Void
    ) -> SchemaError? {
        var writer = WireWriter()
        write(&writer)
        do throws(SchemaError) {
            try SchemaValidator.validate(descriptor, writer.bytes)
            return nil
        } catch {
            return error
        }
    }

    private func descriptor(_ name: String) throws -> MessageDescriptor {
        try #require(MessageDescriptor.named("taizhang.core.v1.\(name)"))
    }

    @Test func acceptsAMinimalPayload() {
        #expect(
            refusal(EventType.recordVoided.descriptor) { writer in
                writer.delimited(
                    [1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16], field: 1)
                writer.string("wrong person", field: 2)
                writer.string("p1", field: 3)
            } == nil)
    }

    @Test func refusesUnknownFields() {
        let error = refusal(branch) { $0.varint(1, field: 200) }
        #expect(error?.kind == .unknownField)
        #expect(
            error?.description
                == "has the field number 200, which BranchEstablished lacks")
    }

    @Test func refusesUnknownAndUnspecifiedWords() throws {
        let kind = try #require(branch.field(named: "kind"))
        let unknown = refusal(branch) { $0.varint(99, field: kind.number) }
        #expect(unknown?.kind == .unknownEnumValue)
        #expect(unknown?.path == "kind")
        #expect(unknown?.allowed.contains("IN_SERVICE") == true)
        let beyond = refusal(branch) { $0.varint(.max, field: kind.number) }
        #expect(beyond?.kind == .unknownEnumValue)
        let quantity = try descriptor("Quantity")
        let unspecified = refusal(quantity) {
            $0.varint(1, field: 1)
            $0.varint(1, field: 2)
            $0.varint(0, field: 3)
        }
        #expect(unspecified?.kind == .unknownEnumValue)
        #expect(unspecified?.path == "qualifier")
    }

    @Test func refusesMissingValues() throws {
        let quantity = try descriptor("Quantity")
        let error = refusal(quantity) { $0.varint(5, field: 1) }
        #expect(error?.kind == .missing)
        #expect(error?.path == "unit")
        #expect(error?.problem.hasPrefix("is missing; Quantity needs it (one of PERSON,") == true)
        // A number may be 0, which protobuf does not write.
        #expect(refusal(quantity) { $0.varint(1, field: 2) } == nil)
        let empty = refusal(branch) { $0.string("", field: 1) }
        #expect(empty?.kind == .missing)
    }

    @Test func refusesNumbersOutsideTheirLimits() throws {
        let quantity = try descriptor("Quantity")
        func value(_ number: Int64) -> SchemaError? {
            refusal(quantity) {
                $0.varint(UInt64(bitPattern: number), field: 1)
                $0.varint(1, field: 2)
            }
        }
        #expect(value(9_007_199_254_740_991) == nil)
        #expect(value(-9_007_199_254_740_991) == nil)
        #expect(value(9_007_199_254_740_992)?.kind == .outOfRange)
        #expect(value(.min)?.kind == .outOfRange)
        let tally = try descriptor("Tally")
        let wide = refusal(tally) { $0.varint(1 << 31, field: 1) }
        #expect(wide?.description == "electorate does not fit int32")
    }

    @Test func refusesDaysThatDoNotExist() throws {
        let moment = try descriptor("Moment")
        #expect(refusal(moment) { $0.varint(20_190_731, field: 2) } == nil)
        let error = refusal(moment) { $0.varint(20_190_231, field: 2) }
        #expect(error?.kind == .badFormat)
        #expect(error?.description == "date is 20190231, which is not a day like \"2019-07-31\"")
        #expect(refusal(moment) { $0.varint(0, field: 2) }?.kind == .badFormat)
        #expect(refusal(moment) { $0.varint(201_913, field: 3) }?.kind == .badFormat)
        #expect(refusal(moment) { $0.varint(20_195, field: 4) }?.kind == .badFormat)
        #expect(refusal(moment) { $0.varint(19, field: 5) }?.kind == .badFormat)
        let period = try descriptor("Period")
        #expect(refusal(period) { $0.varint(20_191, field: 2) } == nil)
        #expect(refusal(period) { $0.varint(20_193, field: 2) }?.kind == .badFormat)
    }

    @Test func refusesWhatStandsTwice() throws {
        let moment = try descriptor("Moment")
        let two = refusal(moment) {
            $0.varint(20_190_731, field: 2)
            $0.varint(2019, field: 5)
        }
        #expect(two?.kind == .duplicate)
        #expect(two?.path == "year")
        let quantity = try descriptor("Quantity")
        let twice = refusal(quantity) {
            $0.varint(1, field: 1)
            $0.varint(2, field: 1)
            $0.varint(1, field: 2)
        }
        #expect(twice?.kind == .duplicate)
    }

    @Test func refusesEmptyValueTypes() throws {
        for name in ["Moment", "Period", "DocRef", "EvidenceRef"] {
            let error = refusal(try descriptor(name)) { _ in }
            #expect(error?.kind == .missing, "\(name)")
        }
    }

    @Test func refusesTextThatIsNotUTF8AndIDsOfOtherCharacters() throws {
        let name = try #require(branch.field(named: "name"))
        let text = refusal(branch) { $0.delimited([0xFF], field: name.number) }
        #expect(text?.description == "name is not UTF-8")
        let org = try #require(branch.field(named: "org_id"))
        let id = refusal(branch) { $0.string("某院", field: org.number) }
        #expect(id?.kind == .badFormat)
        #expect(id?.path == "org_id")
    }

    @Test func refusesWrongDigestsAndUUIDs() throws {
        let doc = try descriptor("DocRef")
        #expect(refusal(doc) { $0.string("abc", field: 5) }?.kind == .badFormat)
        #expect(
            refusal(doc) { $0.string(String(repeating: "0a", count: 32), field: 5) } == nil)
        let error = refusal(EventType.recordVoided.descriptor) {
            $0.delimited([1, 2, 3], field: 1)
        }
        #expect(error?.path == "target_event")
    }

    @Test func refusesTooFewAndTooManyItems() throws {
        let checklist = EventType.checklistAdopted.descriptor
        let few = refusal(checklist) { writer in
            var period = WireWriter()
            period.varint(2019, field: 1)
            writer.varint(1, field: 1)
            writer.string("branch-b1", field: 2)
            writer.delimited(period.bytes, field: 3)
        }
        #expect(few?.kind == .itemCount)
        #expect(few?.description == "items has 0 items, at least 1 are needed")
        let appraisal = EventType.annualPioneerAppraisalConcluded.descriptor
        let quarters = try #require(appraisal.field(named: "quarters_used"))
        #expect(quarters.maxItems == 4)
        var maker = RandomMessage(SeededRandom(seed: 1))
        let valid = try MessageJSON.decode(appraisal, maker.message(appraisal))
        var more = WireWriter()
        for _ in 0..<5 { more.varint(20_191, field: quarters.number) }
        let many = #expect(throws: SchemaError.self) {
            try SchemaValidator.validate(appraisal, valid + more.bytes)
        }
        #expect(many?.kind == .itemCount)
        #expect(many?.path == "quarters_used")
        #expect(many?.problem.hasSuffix("at most 4 are allowed") == true)
    }

    @Test func refusesARepeatedKey() throws {
        let appraisal = EventType.democraticAppraisalConcluded.descriptor
        let grades = try #require(appraisal.field(named: "grades"))
        let error = refusal(appraisal) { writer in
            for grade in [1, 2] as [UInt64] {
                var entry = WireWriter()
                entry.string("p1", field: 1)
                entry.varint(grade, field: 2)
                writer.delimited(entry.bytes, field: grades.number)
            }
        }
        #expect(error?.description == "grades has the key \"p1\" twice")
    }

    @Test func refusesTheWrongWireTypeAndBrokenBytes() throws {
        let quantity = try descriptor("Quantity")
        #expect(refusal(quantity) { $0.string("1", field: 1) }?.kind == .wrongType)
        let broken = #expect(throws: SchemaError.self) {
            try SchemaValidator.validate(quantity, [0x08])
        }
        #expect(broken?.kind == .malformed)
    }

    @Test func acceptsPackedAndUnpackedNumbers() throws {
        let found = MessageDescriptor.all.lazy.compactMap { message in
            message.fields.first { $0.isRepeated && $0.format == .quarter }.map { (message, $0) }
        }.first
        let (message, field) = try #require(found)
        func quarters(_ body: (inout WireWriter) -> Void) -> SchemaError? {
            refusal(message, body)
        }
        let unpacked = quarters {
            $0.varint(20_191, field: field.number)
            $0.varint(20_199, field: field.number)
        }
        #expect(unpacked?.path == field.name)
        let packed = quarters {
            var run = WireWriter()
            run.varint(20_191)
            run.varint(20_199)
            $0.delimited(run.bytes, field: field.number)
        }
        #expect(packed?.description == unpacked?.description)
    }
}
