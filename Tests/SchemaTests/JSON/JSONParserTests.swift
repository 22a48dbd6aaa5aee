import Schema
import TestSupport
import Testing

@Suite struct JSONParserTests {
    @Test func readsEveryKindOfValue() throws {
        let value = try JSONValue(
            parsing: #" {"b":[1,-2.50,1e3,true,false,null,{}],"a":"党\u652f\ud83d\ude00\n"} "#)
        #expect(
            value
                == .members([
                    "b": .array([
                        .integer(1), .decimal("-2.50"), .decimal("1e3"), .bool(true), .bool(false),
                        .null, .object(JSONObject()),
                    ]),
                    "a": .string("党支😀\n"),
                ]))
        #expect(value.objectValue?.keys == ["b", "a"])
    }

    @Test func keepsWholeNumbersExactly() throws {
        #expect(try JSONValue(parsing: "9223372036854775807") == .integer(.max))
        #expect(try JSONValue(parsing: "-9223372036854775808") == .integer(.min))
        #expect(
            try JSONValue(parsing: "9223372036854775808") == .decimal("9223372036854775808"))
        #expect(try JSONValue(parsing: "-0") == .integer(0))
    }

    @Test(arguments: [
        #""\"\\\/\b\f\n\r\t""#: "\"\\/\u{8}\u{C}\n\r\t", #""""#: "", #""\u0000""#: "\0",
        #""\uD834\uDD1E""#: "\u{1D11E}", #""é""#: "é",
    ])
    func readsText(json: String, text: String) throws {
        #expect(try JSONValue(parsing: json) == .string(text))
    }

    @Test(arguments: [
        ("", 1, 1, "a value is expected, the text ends"),
        ("  ", 1, 3, "a value is expected, the text ends"),
        ("nul", 1, 1, "a value is expected"),
        ("True", 1, 1, "a value is expected"),
        ("{} {}", 1, 4, "nothing is expected after the value"),
        ("[1,]", 1, 4, "a value is expected"),
        ("[1 2]", 1, 4, "a comma or ] is expected"),
        ("[", 1, 2, "a value is expected, the text ends"),
        ("{\"a\" 1}", 1, 6, "a colon is expected"),
        ("{a:1}", 1, 2, "a member's name in quotation marks is expected"),
        ("{\"a\":1,}", 1, 8, "a member's name in quotation marks is expected"),
        ("{\"a\":1\n\"b\":2}", 2, 1, "a comma or } is expected"),
        ("{\n \"党\":1,\n \"党\":2}", 3, 2, "the member \"党\" appears twice"),
        ("{\"a\":1,\"\\u0061\":2}", 1, 8, "the member \"a\" appears twice"),
        ("\"ab", 1, 1, "the text has no closing quotation mark"),
        ("\"a\nb\"", 1, 3, "a control character must be written as an escape"),
        ("\"党\\x\"", 1, 3, "there is no such escape"),
        ("\"\\u12g4\"", 1, 6, "four hexadecimal digits are expected"),
        ("\"\\ud83d\"", 1, 2, "half of a surrogate pair"),
        ("\"\\ude00\"", 1, 2, "half of a surrogate pair"),
        ("\"\\ud83d\\u0041\"", 1, 2, "half of a surrogate pair"),
        ("01", 1, 1, "a number does not begin with 0"),
        ("-", 1, 2, "a digit is expected"),
        ("+1", 1, 1, "a value is expected"),
        ("1.", 1, 3, "a digit is expected"),
        (".5", 1, 1, "a value is expected"),
        ("1e", 1, 3, "a digit is expected"),
        ("NaN", 1, 1, "a value is expected"),
        ("\u{FEFF}1", 1, 1, "a byte order mark is not allowed"),
        ("[1] // x", 1, 5, "nothing is expected after the value"),
    ])
    func namesWhatIsWrong(json: String, line: Int, column: Int, problem: String) throws {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: json) }
        #expect(error?.line == line)
        #expect(error?.column == column)
        #expect(error?.problem == problem)
    }

    @Test func refusesTextThatIsNotUTF8() {
        for bytes: [UInt8] in [
            [0x22, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0x80, 0x22],
        ] {
            let error = #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
            #expect(error?.problem == "the byte is not UTF-8")
            #expect(error?.offset == 1)
        }
    }

    @Test func keepsToItsLimits() throws {
        var limits = JSONLimits()
        limits.depth = 3
        limits.bytes = 12
        #expect(throws: Never.self) { try JSONValue(parsing: "[[[1]]]", limits: limits) }
        let deep = #expect(throws: JSONError.self) {
            try JSONValue(parsing: "[[[[1]]]]", limits: limits)
        }
        #expect(deep?.problem == "nested deeper than 3 levels")
        let long = #expect(throws: JSONError.self) {
            try JSONValue(parsing: "[1,2,3,4,5,6]", limits: limits)
        }
        #expect(long?.problem == "more than 12 bytes")
        let brackets = [UInt8](repeating: UInt8(ascii: "["), count: 100_000)
        #expect(throws: JSONError.self) { try JSONValue(parsing: brackets) }
    }

    @Test func refusesARepeatedMemberAmongMany() throws {
        let members = (0..<100).map { "\"k\($0)\":0" }
        let text = "{" + members.joined(separator: ",")
        #expect(try JSONValue(parsing: text + "}").objectValue?.count == 100)
        let error = #expect(throws: JSONError.self) {
            try JSONValue(parsing: text + ",\"k57\":1}")
        }
        #expect(error?.problem == "the member \"k57\" appears twice")
    }

    @Test func readsWhatItPrints() throws {
        try withSeeds(20) { random, seed in
            for _ in 0..<50 {
                let value = randomValue(&random, depth: 0)
                let line = try JSONValue(parsing: value.utf8())
                let page = try JSONValue(parsing: value.utf8(.indented))
                #expect(line == value && page == value, "seed \(seed)")
            }
        }
    }

    @Test func neverTrapsOnAnyBytes() {
        withSeeds(20) { random, _ in
            for _ in 0..<300 {
                let text = mutated(randomValue(&random, depth: 0).utf8(), &random)
                if let value = try? JSONValue(parsing: text) {
                    #expect((try? JSONValue(parsing: value.utf8())) == value)
                }
                let noise = (0..<30).map { _ in UInt8.random(in: 0...255, using: &random) }
                #expect((try? JSONValue(parsing: noise + [0xFF])) == nil)
            }
        }
    }

    private func randomValue(_ random: inout SeededRandom, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 3: return .decimal("-0.5e10")
        case 4:
            let scalars = (0..<Int.random(in: 0..<8, using: &random)).compactMap { _ in
                Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random))
            }
            return .string(String(String.UnicodeScalarView(scalars)))
        case 5:
            return .array(
                (0..<Int.random(in: 0..<5, using: &random)).map { _ in
                    randomValue(&random, depth: depth + 1)
                })
        default:
            return .object(
                JSONObject(
                    (0..<Int.random(in: 0..<20, using: &random)).map { index in
                        JSONObject.Member(
                            key: "k\(index)", value: randomValue(&random, depth: depth + 3))
                    }))
        }
    }
}
