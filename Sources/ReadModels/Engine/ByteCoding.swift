import PartyBuilding

/// Writes the compact form in which the views keep what only they read.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    mutating func bool(_ value: Bool) {
        bytes.append(value ? 1 : 0)
    }

    /// Seven bits a byte, lowest first.
    mutating func unsigned(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// Small magnitudes are short, whatever their sign.
    mutating func signed(_ value: Int64) {
        unsigned(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    mutating func blob(_ value: some Collection<UInt8>) {
        unsigned(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    mutating func string(_ value: String) {
        blob(value.utf8)
    }

    mutating func day(_ value: LocalDate) {
        signed(Int64(value.dayNumber))
    }

    mutating func optionalDay(_ value: LocalDate?) {
        optional(value) { $0.day($1) }
    }

    mutating func optional<Value>(
        _ value: Value?, _ write: (inout ByteWriter, Value) -> Void
    ) {
        bool(value != nil)
        if let value { write(&self, value) }
    }

    mutating func list<Value>(_ values: [Value], _ write: (inout ByteWriter, Value) -> Void) {
        unsigned(UInt64(values.count))
        for value in values { write(&self, value) }
    }
}

/// Reads what `ByteWriter` wrote; every read checks that the bytes are there.
struct ByteReader {
    private let bytes: [UInt8]
    private var index: Int

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        index = 0
    }

    /// Bytes that have not been read yet.
    var remaining: Int { bytes.count - index }

    mutating func byte() throws(ModelFault) -> UInt8 {
        guard index < bytes.count else { throw .corrupted("bytes end early") }
        defer { index += 1 }
        return bytes[index]
    }

    mutating func bool() throws(ModelFault) -> Bool {
        try byte() != 0
    }

    mutating func unsigned() throws(ModelFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = try byte()
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        throw .corrupted("a number is too long")
    }

    mutating func signed() throws(ModelFault) -> Int64 {
        let raw = try unsigned()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    mutating func int32() throws(ModelFault) -> Int32 {
        Int32(clamping: try signed())
    }

    mutating func blob() throws(ModelFault) -> [UInt8] {
        let count = try unsigned()
        guard count <= UInt64(bytes.count - index) else { throw .corrupted("bytes end early") }
        defer { index += Int(count) }
        return Array(bytes[index..<index + Int(count)])
    }

    mutating func string() throws(ModelFault) -> String {
        String(decoding: try blob(), as: UTF8.self)
    }

    mutating func day() throws(ModelFault) -> LocalDate {
        LocalDate(dayNumber: try int32())
    }

    mutating func optionalDay() throws(ModelFault) -> LocalDate? {
        try optional { (reader) throws(ModelFault) in try reader.day() }
    }

    mutating func optionalString() throws(ModelFault) -> String? {
        try optional { (reader) throws(ModelFault) in try reader.string() }
    }

    mutating func optional<Value>(
        _ read: (inout ByteReader) throws(ModelFault) -> Value
    ) throws(ModelFault) -> Value? {
        try bool() ? try read(&self) : nil
    }

    mutating func list<Value>(
        _ read: (inout ByteReader) throws(ModelFault) -> Value
    ) throws(ModelFault) -> [Value] {
        let count = try unsigned()
        // Each value takes at least one byte, so a damaged count cannot ask for much memory.
        guard count <= UInt64(bytes.count - index) else { throw .corrupted("bytes end early") }
        var values: [Value] = []
        values.reserveCapacity(Int(count))
        for _ in 0..<count { values.append(try read(&self)) }
        return values
    }
}
