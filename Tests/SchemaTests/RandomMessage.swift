import Schema
import TestSupport

/// Makes random valid messages in their JSON form, exactly as an export would write them.
struct RandomMessage {
    var random: SeededRandom
    /// Counts up so that ids and keys differ.
    private var serial = 0

    init(_ random: SeededRandom) {
        self.random = random
    }

    mutating func message(_ descriptor: MessageDescriptor) -> JSONValue {
        switch descriptor.shape {
        case .moment: return .string(moment())
        case .period: return .string(period())
        case .docRef, .evidenceRef: return .object(fields(of: descriptor, always: "sha256"))
        case .plain: return .object(fields(of: descriptor, always: nil))
        }
    }

    private mutating func fields(
        of descriptor: MessageDescriptor, always: String?
    ) -> JSONObject {
        var object = JSONObject()
        var oneofs: Set<String> = []
        for field in descriptor.fields {
            switch field.presence {
            case .required:
                object.append(field.name, value(field, of: descriptor))
            case .optional:
                let isThere = field.name == always || Bool.random(using: &random)
                object.append(field.name, isThere ? value(field, of: descriptor) : .null)
            case .oneof(let name):
                if oneofs.insert(name).inserted {
                    object.append(field.name, value(field, of: descriptor))
                }
            case .repeated:
                let least = field.minItems ?? 0
                let count = Int.random(in: least...(field.maxItems ?? least + 3), using: &random)
                object.append(field.name, items(field, of: descriptor, count))
            }
        }
        return object
    }

    private mutating func items(
        _ field: FieldDescriptor, of descriptor: MessageDescriptor, _ count: Int
    ) -> JSONValue {
        let items = (0..<count).map { _ in value(field, of: descriptor) }
        guard field.isJSONObject else { return .array(items) }
        return .object(
            JSONObject(
                items.map { entry in
                    JSONObject.Member(
                        key: entry["key"]?.stringValue ?? "", value: entry["value"] ?? .null)
                }))
    }

    private mutating func value(
        _ field: FieldDescriptor, of descriptor: MessageDescriptor
    ) -> JSONValue {
        switch field.kind {
        case .bool: return .bool(Bool.random(using: &random))
        case .double: return .decimal("\(Int.random(in: 0...999, using: &random)).5")
        case .string: return .string(text(field))
        case .bytes:
            let bytes = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
            return .string(field.format == .uuid ? uuid(bytes) : Hexadecimal.text(bytes))
        case .enumeration:
            return .string(field.enumeration?.words.randomElement(using: &random) ?? "")
        case .message:
            return field.message.map { message($0) } ?? .null
        case .int32, .int64, .sint32, .sint64, .uint32, .uint64:
            return number(field)
        }
    }

    private mutating func number(_ field: FieldDescriptor) -> JSONValue {
        switch field.format {
        case .date: return .string(day())
        case .yearMonth: return .string(month())
        case .quarter: return .string(quarter())
        case .year: return .integer(Int64(year()))
        case .instant: return .string(instant())
        case .uuid, .hex, nil: break
        }
        let range: ClosedRange<Int64> =
            switch field.kind {
            case .int32, .sint32: Int64(Int32.min)...Int64(Int32.max)
            case .uint32: 0...Int64(UInt32.max)
            case .uint64: 0...IntegerLimit.max
            default: -IntegerLimit.max...IntegerLimit.max
            }
        let edges = [range.lowerBound, range.upperBound, 0, 1]
        return .integer(
            Bool.random(using: &random)
                ? edges.randomElement(using: &random) ?? 0 : Int64.random(in: range, using: &random)
        )
    }

    private mutating func text(_ field: FieldDescriptor) -> String {
        serial += 1
        if field.name == "sha256" {
            return Hexadecimal.text(
                (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
        }
        if field.subject != nil { return "x.\(serial)_A-b" }
        if field.subjectInFull { return "branch-\(serial)" }
        let samples = ["党支部", "plain", "\"quoted\" \\ \n\t", "e\u{301}😀", "\u{7F}\u{1}"]
        return "\(samples.randomElement(using: &random) ?? "")\(serial)"
    }

    private func uuid(_ bytes: [UInt8]) -> String {
        var bytes = bytes
        bytes[6] = 0x70 | bytes[6] & 0x0F
        bytes[8] = 0x80 | bytes[8] & 0x3F
        return UUIDForm.text(bytes)
    }

    // MARK: Dates

    private mutating func year() -> Int { Int.random(in: 1921...2060, using: &random) }

    mutating func day() -> String {
        "\(month())-\(two(Int.random(in: 1...28, using: &random)))"
    }

    mutating func month() -> String {
        "\(year())-\(two(Int.random(in: 1...12, using: &random)))"
    }

    mutating func quarter() -> String { "\(year())Q\(Int.random(in: 1...4, using: &random))" }

    mutating func instant() -> String {
        let clock = [24, 60, 60].map { two(Int.random(in: 0..<$0, using: &random)) }
            .joined(separator: ":")
        let fraction = ["", ".125", ".000001"].randomElement(using: &random) ?? ""
        return "\(day())T\(clock)\(fraction)+08:00"
    }

    mutating func moment() -> String {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: instant()
        case 1: day()
        case 2: month()
        case 3: quarter()
        default: String(year())
        }
    }

    mutating func period() -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: month()
        case 1: quarter()
        case 2: "\(year())H\(Int.random(in: 1...2, using: &random))"
        default: String(year())
        }
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

/// Bytes that are nearly valid: some replaced, removed, doubled or cut off.
func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(bytes[place], at: place)
        default: bytes.removeLast(min(bytes.count, 1 + place % 9))
        }
    }
    return bytes
}
