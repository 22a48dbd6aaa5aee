import Schema
import Testing

@Suite struct JSONPrinterTests {
    private let value = JSONValue.members([
        "z": .array([.integer(-1), .decimal("0.50"), .null]), "空": .string("a\"\\/\u{1}\u{7F}\n党"),
        "e": .array([]), "o": .object(JSONObject()),
    ])

    @Test func printsOneLine() {
        #expect(
            value.text()
                == #"{"z":[-1,0.50,null],"空":"a\"\\/\u0001\u007f\n党","e":[],"o":{}}"#)
    }

    @Test func printsALineForEachMember() {
        #expect(
            JSONValue.members(["a": .array([.integer(1), .bool(true)]), "b": .null])
                .text(.indented)
                == "{\n  \"a\": [\n    1,\n    true\n  ],\n  \"b\": null\n}")
    }

    @Test func setsAndRemovesMembersInTheirPlace() {
        var object = JSONObject()
        object.append("a", .integer(1))
        object["b"] = .integer(2)
        object["a"] = .integer(3)
        #expect(JSONValue.object(object).text() == #"{"a":3,"b":2}"#)
        object["a"] = nil
        #expect(JSONValue.object(object).text() == #"{"b":2}"#)
        #expect(object["a"] == nil)
    }
}
