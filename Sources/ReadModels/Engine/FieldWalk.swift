/// Walks the fields of a protobuf message where it lies; every step is checked against the end.
struct FieldWalk {
    struct Field {
        let number: UInt64
        /// Of a varint or fixed field; 0 for the others.
        var number64: UInt64 = 0
        /// Of a length-delimited field; empty for the others.
        var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
    }

    private let bytes: UnsafeRawBufferPointer
    private var index = 0
    /// No field met so far was damaged.
    private(set) var isSound = true

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Nil at the end, and where the bytes are no message.
    mutating func next() -> Field? {
        guard index < bytes.count, let tag = varint() else { return nil }
        var field = Field(number: tag >> 3)
        switch tag & 7 {
        case 0:
            guard let value = varint() else { return nil }
            field.number64 = value
        case 1: return skip(8) ? field : nil
        case 2:
            guard let length = varint(), length <= UInt64(bytes.count - index) else {
                isSound = false
                return nil
            }
            let end = index + Int(length)
            field.bytes = UnsafeRawBufferPointer(rebasing: bytes[index..<end])
            index = end
        case 5: return skip(4) ? field : nil
        default:
            isSound = false
            return nil
        }
        return field
    }

    private mutating func skip(_ count: Int) -> Bool {
        guard bytes.count - index >= count else {
            isSound = false
            return false
        }
        index += count
        return true
    }

    private mutating func varint() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while index < bytes.count, shift < 64 {
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        isSound = false
        return nil
    }
}
