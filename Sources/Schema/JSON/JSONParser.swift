extension JSONValue {
    /// Reads one JSON text (RFC 8259) and nothing after it but white space.
    ///
    /// Refused besides malformed text: a byte order mark, two members of one object with the same
    /// key, lone surrogates, and what exceeds the limits.
    package init(
        parsing bytes: [UInt8], limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        var parser = JSONParser(bytes, limits: limits)
        self = try parser.document()
    }

    /// Reads one JSON text.
    package init(
        parsing text: String, limits: JSONLimits = JSONLimits()
    ) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// A recursive-descent parser over bytes; its depth is bounded by the limits.
struct JSONParser {
    private let bytes: [UInt8]
    private let limits: JSONLimits
    private var position = 0

    init(_ bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONError) -> JSONValue {
        if bytes.count > limits.bytes {
            throw fault("more than \(limits.bytes) bytes", at: limits.bytes)
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw fault("a byte order mark is not allowed", at: 0)
        }
        skipSpace()
        let value = try self.value(depth: 0)
        skipSpace()
        if position < bytes.count { throw fault("nothing is expected after the value") }
        return value
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard position < bytes.count else { throw fault("a value is expected, the text ends") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw fault("a value is expected")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONObject {
        try enter(depth)
        var members: [JSONObject.Member] = []
        var keys = KeySet()
        if close(with: "}") { return JSONObject() }
        while true {
            guard peek() == UInt8(ascii: "\"") else {
                throw fault("a member's name in quotation marks is expected")
            }
            let start = position
            let key = try string()
            guard keys.insert(key, after: members) else {
                throw fault("the member \"\(key)\" appears twice", at: start)
            }
            skipSpace()
            guard peek() == UInt8(ascii: ":") else { throw fault("a colon is expected") }
            position += 1
            skipSpace()
            members.append(JSONObject.Member(key: key, value: try value(depth: depth)))
            if close(with: "}") { return JSONObject(members) }
            try comma(or: "}")
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> [JSONValue] {
        try enter(depth)
        var elements: [JSONValue] = []
        if close(with: "]") { return [] }
        while true {
            elements.append(try value(depth: depth))
            if close(with: "]") { return elements }
            try comma(or: "]")
        }
    }

    private mutating func enter(_ depth: Int) throws(JSONError) {
        if depth > limits.depth { throw fault("nested deeper than \(limits.depth) levels") }
        position += 1
    }

    /// Skips white space and, when it is there, the closing bracket.
    private mutating func close(with bracket: Unicode.Scalar) -> Bool {
        skipSpace()
        guard peek() == UInt8(ascii: bracket) else { return false }
        position += 1
        return true
    }

    private mutating func comma(or bracket: Unicode.Scalar) throws(JSONError) {
        guard peek() == UInt8(ascii: ",") else {
            throw fault("a comma or \(bracket) is expected")
        }
        position += 1
        skipSpace()
    }

    private mutating func word(
        _ word: String, _ value: JSONValue
    ) throws(JSONError) -> JSONValue {
        let start = position
        for expected in word.utf8 {
            guard peek() == expected else { throw fault("a value is expected", at: start) }
            position += 1
        }
        return value
    }

    private func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private func fault(_ problem: String) -> JSONError {
        JSONError(problem, in: bytes, at: position)
    }

    private func fault(_ problem: String, at offset: Int) -> JSONError {
        JSONError(problem, in: bytes, at: offset)
    }
}

extension JSONParser {
    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let wholeStart = position
        try digits()
        if bytes[wholeStart] == UInt8(ascii: "0") && position > wholeStart + 1 {
            throw fault("a number does not begin with 0", at: wholeStart)
        }
        var isWhole = true
        if peek() == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if let letter = peek(), letter | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        return .decimal(text)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            position += 1
        }
        if position == start { throw fault("a digit is expected") }
    }

    /// A string; the position is on its opening quotation mark.
    private mutating func string() throws(JSONError) -> String {
        let opening = position
        position += 1
        var runStart = position
        var decoded: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let run = runStart..<position
                position += 1
                try checkUTF8(run)
                // Nearly all strings are one run without an escape.
                if decoded.isEmpty { return String(decoding: bytes[run], as: UTF8.self) }
                decoded.append(contentsOf: bytes[run])
                return String(decoding: decoded, as: UTF8.self)
            }
            if byte < 0x20 { throw fault("a control character must be written as an escape") }
            if byte == UInt8(ascii: "\\") {
                try checkUTF8(runStart..<position)
                decoded.append(contentsOf: bytes[runStart..<position])
                decoded.append(contentsOf: String(Character(try escape())).utf8)
                runStart = position
            } else {
                position += 1
            }
        }
        throw fault("the text has no closing quotation mark", at: opening)
    }

    private func checkUTF8(_ range: Range<Int>) throws(JSONError) {
        if let offset = UTF8Text.firstFault(in: bytes, range) {
            throw fault("the byte is not UTF-8", at: offset)
        }
    }

    /// The character of an escape; the position is on its backslash.
    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let letter = peek() else { throw fault("the escape is cut off", at: start) }
        position += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(start)
        default: throw fault("there is no such escape", at: start)
        }
    }

    private mutating func unicodeEscape(_ start: Int) throws(JSONError) -> Unicode.Scalar {
        let first = try fourHexDigits()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // What is no scalar is half of a pair, high half first.
        guard first < 0xDC00, peek() == UInt8(ascii: "\\") else {
            throw fault("half of a surrogate pair", at: start)
        }
        position += 1
        guard peek() == UInt8(ascii: "u") else {
            throw fault("half of a surrogate pair", at: start)
        }
        position += 1
        let second = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw fault("half of a surrogate pair", at: start) }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Hexadecimal.value(byte) else {
                throw fault("four hexadecimal digits are expected")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}

/// Finds repeated keys: by comparison while they are few, with a set when they are many.
private struct KeySet {
    private static let fewMax = 16
    private var many: Set<String> = []

    /// Whether the key is new.
    mutating func insert(_ key: String, after members: [JSONObject.Member]) -> Bool {
        if members.count < Self.fewMax { return !members.contains { $0.key == key } }
        if many.isEmpty { many = Set(members.map(\.key)) }
        return many.insert(key).inserted
    }
}
