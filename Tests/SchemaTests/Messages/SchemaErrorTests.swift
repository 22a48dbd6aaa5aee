import Schema
import Testing

@Suite struct SchemaErrorTests {
    private func refusal(_ type: EventType, _ json: JSONValue) -> SchemaError? {
        do throws(SchemaError) {
            _ = try MessageJSON.decode(type.descriptor, json)
            return nil
        } catch {
            return error
        }
    }

    @Test func bothLanguagesNameThePlaceAndTheValue() throws {
        let error = try #require(
            refusal(
                .volunteerServiceRecorded,
                .members([
                    "person": .string("p1"), "branch_at_time": .string("b1"),
                    "role": .string("导诊"), "minutes": .string("many"), "is_member": .bool(true),
                ])))
        #expect(error.path == "minutes")
        #expect(error.description.contains("\"many\""))
        #expect(error.zh.hasPrefix("minutes "))
        #expect(error.zh.contains("\"many\""))
        #expect(error.zh.contains("整数"))
    }

    @Test func whatIsMissingIsSaidInChinese() throws {
        let error = try #require(
            refusal(.volunteerServiceRecorded, .members(["person": .string("p1")])))
        #expect(error.kind == .missing)
        #expect(error.zh.contains("缺失") || error.zh.contains("须填此项"))
        #expect(error.inside("payload").zh.hasPrefix("payload.\(error.path) "))
    }

    @Test func whatIsAllowedIsListed() {
        let error = SchemaError(
            .unknownEnumValue, path: "kind", "is \"X\"", zh: "为 \"X\"", allowed: ["A", "B"],
            suggestion: "A")
        #expect(error.zh == "kind 为 \"X\"；可用的值：A、B；是否想写 A？")
        #expect(error.description == "kind is \"X\"; allowed are A, B; did you mean A?")
    }
}
