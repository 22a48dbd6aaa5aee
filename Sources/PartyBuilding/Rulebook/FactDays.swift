package import Schema

/// The days that a payload itself names, found through the schema so that a new event type needs
/// nothing here.
package struct FactDays: Equatable, Sendable {
    /// The payload's `on`.
    package private(set) var on: LocalDate?
    /// The payload's own `effective_from`, which then is the fact's valid time.
    package private(set) var effectiveFrom: LocalDate?

    /// - Parameter payload: the payload's bytes; what cannot be read gives no days.
    package init(type: EventType, payload: [UInt8]) {
        self.init(type: type, payload: payload, in: 0..<payload.count)
    }

    /// - Parameter range: the payload's place in the bytes.
    package init(type: EventType, payload bytes: [UInt8], in range: Range<Int>) {
        let fields = Self.fields(of: type)
        guard fields.last > 0 else { return }
        var reader = WireReader(bytes, in: range)
        while let field = try? reader.next() {
            guard field.number <= fields.last, case .varint(let value) = field.value else {
                continue
            }
            let day = LocalDate(yyyymmdd: Int32(truncatingIfNeeded: Int64(bitPattern: value)))
            if field.number == fields.on { on = day }
            if field.number == fields.effectiveFrom { effectiveFrom = day }
        }
    }

    /// Field numbers, 0 for none.
    private struct Fields {
        var on = 0
        var effectiveFrom = 0
        var last: Int { max(on, effectiveFrom) }
    }

    private static func fields(of type: EventType) -> Fields {
        let place = Int(type.number)
        return place < table.count ? table[place] : Fields()
    }

    /// By number of the type.
    private static let table: [Fields] = {
        var table = [Fields](
            repeating: Fields(), count: 1 + Int(EventType.all.map(\.number).max() ?? 0))
        for type in EventType.all {
            func number(_ name: String) -> Int {
                let field = type.descriptor.field(named: name)
                guard let field, field.format == .date, !field.isRepeated else { return 0 }
                return field.number
            }
            table[Int(type.number)] = Fields(
                on: number("on"), effectiveFrom: number("effective_from"))
        }
        return table
    }()
}
