extension EventType {
    /// The fields of the payload that say when the fact happened, in order of preference.
    ///
    /// First `on`; then the first required day or moment that may not lie in the future, of a
    /// stretch "from … to" its end; then the first instant, such as `started`. Empty when the
    /// payload has none of them: then the envelope must have `occurred_at`.
    package var occurrenceFields: [FieldDescriptor] { TimeFields.of(self)?.occurrence ?? [] }

    fileprivate func findOccurrenceFields() -> [FieldDescriptor] {
        let singles = descriptor.fields.filter { !$0.isRepeated && !$0.mayBeFuture }
        let days = singles.filter { $0.format == .date || $0.message?.shape == .moment }
        var chosen = days.filter { $0.name == "on" }
        if let first = days.first(where: { $0.isRequired && $0.name != "on" }) {
            chosen.append(Self.end(of: first, among: days) ?? first)
        }
        if let instant = singles.first(where: { $0.format == .instant }) { chosen.append(instant) }
        return chosen
    }

    private static func end(
        of start: FieldDescriptor, among days: [FieldDescriptor]
    ) -> FieldDescriptor? {
        guard start.name == "from" || start.name.hasSuffix("_from") else { return nil }
        let name = start.name.dropLast("from".count) + "to"
        return days.first { $0.name == name && $0.isRequired }
    }

    /// When the fact happened by its own payload, nil when that does not say.
    package func occurrence(in bytes: [UInt8], _ range: Range<Int>) -> MomentValue? {
        for field in occurrenceFields {
            if let value = Self.moment(of: field, in: bytes, range) { return value }
        }
        return nil
    }

    /// The value of the payload's `on`, nil when it has none.
    func on(in bytes: [UInt8], _ range: Range<Int>) -> MomentValue? {
        guard let field = TimeFields.of(self)?.on else { return nil }
        return Self.moment(of: field, in: bytes, range)
    }

    private static func moment(
        of field: FieldDescriptor, in bytes: [UInt8], _ range: Range<Int>
    ) -> MomentValue? {
        var reader = WireReader(bytes, in: range)
        while let item = try? reader.next() {
            guard item.number == field.number else { continue }
            switch (field.format, item.value) {
            case (.date, .varint(let bits)): return .date(Int32(truncatingIfNeeded: bits))
            case (.instant, .varint(let bits)): return .instantUs(Int64(bitPattern: bits))
            case (nil, .bytes(let place)) where field.message?.shape == .moment:
                return (try? MomentValue(WireReader(bytes, in: place))) ?? nil
            default: return nil
            }
        }
        return nil
    }
}

/// The fields of a type that have to do with its time, looked for once.
private struct TimeFields: Sendable {
    let on: FieldDescriptor?
    let occurrence: [FieldDescriptor]

    static func of(_ type: EventType) -> TimeFields? {
        let place = Int(type.rawValue)
        return place < table.count ? table[place] : nil
    }

    /// By number.
    private static let table: [TimeFields?] = {
        var table = [TimeFields?](
            repeating: nil, count: 1 + Int(EventType.all.map(\.rawValue).max() ?? 0))
        for type in EventType.all {
            let on = type.descriptor.field(named: "on")
            table[Int(type.rawValue)] = TimeFields(
                on: on?.isRepeated == false ? on : nil, occurrence: type.findOccurrenceFields())
        }
        return table
    }()
}
