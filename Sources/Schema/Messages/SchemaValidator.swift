/// Checks that the bytes of a message are what the schema says, before they are recorded.
///
/// What is refused: bytes that are not protobuf, unknown fields and enumeration values, a singular
/// field or a oneof that stands twice, absent required values, integers outside ±(2^53 − 1), days,
/// periods and instants that do not exist, ids of wrong characters, text that is not UTF-8, wrong
/// numbers of items, and messages nested deeper than 32. Linear in the number of bytes.
package enum SchemaValidator {
    /// Messages inside one another, the outermost included.
    package static let depthMax = 32

    /// Checks all of `bytes` as one message.
    package static func validate(
        _ descriptor: MessageDescriptor, _ bytes: [UInt8]
    ) throws(SchemaError) {
        try validate(descriptor, bytes, in: 0..<bytes.count)
    }

    /// Checks a part of `bytes` as one message.
    package static func validate(
        _ descriptor: MessageDescriptor, _ bytes: [UInt8], in range: Range<Int>
    ) throws(SchemaError) {
        if MessageCheck.isSound(descriptor, bytes, range) { return }
        try validate(descriptor, bytes, in: range, depth: 1)
    }

    /// Checks field by field with all that the schema says, and finds the words for what is wrong.
    static func validate(
        _ descriptor: MessageDescriptor, _ bytes: [UInt8], in range: Range<Int>, depth: Int
    ) throws(SchemaError) {
        var pass = Pass(descriptor: descriptor, depth: depth)
        try pass.run(WireReader(bytes, in: range))
    }

    /// One message on its way from its first to its last field.
    private struct Pass {
        let descriptor: MessageDescriptor
        let depth: Int
        /// Bits of the fields met so far, and of those of them that are not zero or empty.
        var seen: UInt128 = 0
        var filled: UInt128 = 0
        /// Items of each field so far; empty when no field has a limit.
        var counts: [Int]
        /// The oneofs of which a member was met.
        var oneofs: [String] = []
        /// Keys met so far of each JSON object.
        var keys: [Int: Set<String>] = [:]

        init(descriptor: MessageDescriptor, depth: Int) {
            self.descriptor = descriptor
            self.depth = depth
            counts =
                descriptor.limitsItems ? [Int](repeating: 0, count: descriptor.fields.count) : []
        }

        mutating func run(_ start: WireReader) throws(SchemaError) {
            var reader = start
            while let field = try Self.next(&reader) {
                guard let place = descriptor.place(number: field.number) else {
                    throw SchemaError(
                        .unknownField,
                        "has the field number \(field.number), which \(descriptor.name) lacks",
                        zh: "含有 \(descriptor.name) 没有的字段编号 \(field.number)")
                }
                let known = descriptor.fields[place]
                do {
                    try check(known, at: place, field.value, in: reader)
                } catch {
                    throw error.inside(known.name)
                }
            }
            try finish()
        }

        private static func next(
            _ reader: inout WireReader
        ) throws(SchemaError) -> WireReader.Field? {
            do { return try reader.next() } catch { throw SchemaError(error) }
        }

        private mutating func check(
            _ field: FieldDescriptor, at place: Int, _ value: WireReader.Value,
            in reader: WireReader
        ) throws(SchemaError) {
            let bit = MessageDescriptor.bit(place)
            switch field.presence {
            case .repeated:
                try checkItems(field, at: place, value, in: reader)
                seen |= bit
                return
            case .oneof(let name):
                if oneofs.contains(name) {
                    throw SchemaError(
                        .duplicate, "is a second value of \(name)", zh: "是 \(name) 的第二个值")
                }
                oneofs.append(name)
            case .required, .optional:
                if seen & bit != 0 {
                    throw SchemaError(.duplicate, "stands twice", zh: "出现两次")
                }
            }
            seen |= bit
            if try checkValue(field, of: descriptor, value, in: reader, depth: depth) {
                filled |= bit
            }
        }

        private mutating func checkItems(
            _ field: FieldDescriptor, at place: Int, _ value: WireReader.Value,
            in reader: WireReader
        ) throws(SchemaError) {
            var count = 1
            if case .bytes(let range) = value, field.kind.isPackable {
                count = 0
                var packed = WireReader(reader.bytes, in: range)
                while !packed.isAtEnd {
                    let item: WireReader.Value
                    do { item = try packed.packedItem(field.kind) } catch {
                        throw SchemaError(error)
                    }
                    _ = try checkValue(field, of: descriptor, item, in: reader, depth: depth)
                    count += 1
                }
            } else {
                _ = try checkValue(field, of: descriptor, value, in: reader, depth: depth)
            }
            if !counts.isEmpty { counts[place] += count }
            if field.isJSONObject, case .bytes(let range) = value {
                let key = Self.key(of: reader, range)
                if !keys[place, default: []].insert(key).inserted {
                    throw SchemaError(
                        .duplicate, "has the key \"\(key)\" twice", zh: "键 \"\(key)\" 出现两次")
                }
            }
        }

        /// The bytes of the entry's field 1 as text; keys of other kinds than text compare as such.
        private static func key(of reader: WireReader, _ range: Range<Int>) -> String {
            var entry = WireReader(reader.bytes, in: range)
            while let field = try? entry.next() {
                guard field.number == 1 else { continue }
                return switch field.value {
                case .bytes(let text): entry.text(text)
                case .varint(let number), .fixed64(let number): String(number)
                case .fixed32(let number): String(number)
                }
            }
            return ""
        }

        private func finish() throws(SchemaError) {
            let missing = descriptor.requiredInBytes & ~filled
            if missing != 0 {
                let field = descriptor.fields[missing.trailingZeroBitCount]
                throw SchemaError.missing(field, of: descriptor)
            }
            if !counts.isEmpty {
                for (field, count) in zip(descriptor.fields, counts) {
                    if let error = SchemaError.itemCount(field, count) { throw error }
                }
            }
            try checkShape()
        }

        private func checkShape() throws(SchemaError) {
            switch descriptor.shape {
            case .plain: break
            case .moment, .period:
                if oneofs.isEmpty {
                    throw SchemaError(
                        .missing, "is empty; it needs \(descriptor.expectation)",
                        zh: "为空：应为\(descriptor.expectationZH)")
                }
            case .docRef, .evidenceRef:
                if seen == 0 {
                    throw SchemaError(
                        .missing, "is empty; it needs at least one field",
                        zh: "为空：至少须有一个字段")
                }
            }
        }
    }
}

extension FieldDescriptor.Kind {
    /// Whether repeated values of the kind may stand in one run of bytes.
    var isPackable: Bool {
        switch self {
        case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .bool, .double, .enumeration: true
        case .string, .bytes, .message: false
        }
    }
}

extension WireReader {
    /// The next value inside a packed field of this kind.
    mutating func packedItem(_ kind: FieldDescriptor.Kind) throws(WireError) -> Value {
        kind == .double ? .fixed64(try littleEndian(byteCount: 8)) : .varint(try varint())
    }
}
