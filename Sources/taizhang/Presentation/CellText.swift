import Schema

/// Values of rows as people read them: ratios as percentages, money in yuan, scores with two
/// decimals.
enum CellText {
    /// - Parameters:
    ///   - value: as in the JSON form of the row.
    ///   - field: the column.
    static func text(_ value: JSONValue, _ field: FieldDescriptor, _ language: Language) -> String {
        switch value {
        case .null: return "—"
        case .bool(let flag): return flag ? "✓" : ""
        case .integer(let number): return text(number, field)
        case .decimal(let text): return text
        case .string(let text): return text.isEmpty ? "—" : word(text, field, language)
        case .array(let items):
            return items.map { self.text($0, field, language) }.joined(separator: " ")
        case .object(let object):
            // The unit of a map's values stands on them.
            let values = field.message?.field(named: "value") ?? field
            return object.members.map { member in
                let key =
                    language == .zh ? Words.chinese(member.key, in: field.name) : member.key
                return "\(key) \(self.text(member.value, values, language))"
            }.joined(separator: ", ")
        }
    }

    static func isNumeric(_ field: FieldDescriptor) -> Bool {
        if field.isRepeated || field.format != nil { return false }
        switch field.kind {
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .double: return true
        case .bool, .string, .bytes, .enumeration, .message: return false
        }
    }

    /// `2997` of unit bp is `29.97 %`.
    static func percent(_ basisPoints: Int64) -> String {
        "\(hundredths(basisPoints)) %"
    }

    /// `2997` is `29.97`.
    static func hundredths(_ number: Int64) -> String {
        let magnitude = number.magnitude
        let cents = magnitude % 100
        let sign = number < 0 ? "-" : ""
        return "\(sign)\(grouped(magnitude / 100)).\(cents < 10 ? "0" : "")\(cents)"
    }

    /// Thousands apart, from five digits on.
    static func grouped(_ number: UInt64) -> String {
        let digits = String(number)
        guard digits.count > 4 else { return digits }
        var result = ""
        for (offset, digit) in digits.enumerated() {
            if offset > 0, (digits.count - offset) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }

    private static func text(_ number: Int64, _ field: FieldDescriptor) -> String {
        switch field.unit {
        case "bp": return percent(number)
        case "fen": return "\(hundredths(number)) 元"
        case "centi_point", "hundredth": return hundredths(number)
        default: return (number < 0 ? "-" : "") + grouped(number.magnitude)
        }
    }

    private static func word(
        _ text: String, _ field: FieldDescriptor, _ language: Language
    ) -> String {
        guard language == .zh else { return text }
        if let own = field.enumeration?.value(word: text), !own.zh.isEmpty { return own.zh }
        return Words.chinese(text, in: field.name)
    }
}
