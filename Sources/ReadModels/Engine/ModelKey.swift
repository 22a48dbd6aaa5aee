import PartyBuilding

/// A key of a model's content: components whose bytes sort like their values.
///
/// Text ends with a zero byte (a zero inside is written as 1; identities hold none), days and
/// numbers take four and eight big-endian bytes with the sign flipped.
struct ModelKey: Hashable, Comparable, Sendable {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8] = []) {
        self.bytes = bytes
    }

    func text(_ value: String) -> ModelKey {
        var key = self
        for byte in value.utf8 { key.bytes.append(byte == 0 ? 1 : byte) }
        key.bytes.append(0)
        return key
    }

    func day(_ value: LocalDate) -> ModelKey {
        var key = self
        let ordered = UInt32(bitPattern: value.dayNumber) ^ 0x8000_0000
        for shift in [24, 16, 8, 0] as [UInt32] {
            key.bytes.append(UInt8(truncatingIfNeeded: ordered >> shift))
        }
        return key
    }

    func number(_ value: Int64) -> ModelKey {
        var key = self
        let ordered = UInt64(bitPattern: value) ^ 0x8000_0000_0000_0000
        for shift in [56, 48, 40, 32, 24, 16, 8, 0] as [UInt64] {
            key.bytes.append(UInt8(truncatingIfNeeded: ordered >> shift))
        }
        return key
    }

    func byte(_ value: UInt8) -> ModelKey {
        var key = self
        key.bytes.append(value)
        return key
    }

    static func < (left: ModelKey, right: ModelKey) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// Reads the components of a `ModelKey` in the order in which they were written.
struct ModelKeyReader {
    private let bytes: [UInt8]
    private var index: Int

    init(_ bytes: [UInt8], from index: Int = 0) {
        self.bytes = bytes
        self.index = index
    }

    mutating func text() throws(ModelFault) -> String {
        guard index <= bytes.count, let end = bytes[index...].firstIndex(of: 0) else {
            throw .corrupted("a key ends early")
        }
        defer { index = end + 1 }
        return String(decoding: bytes[index..<end], as: UTF8.self)
    }

    mutating func day() throws(ModelFault) -> LocalDate {
        let ordered = UInt32(truncatingIfNeeded: try bigEndian(4))
        return LocalDate(dayNumber: Int32(bitPattern: ordered ^ 0x8000_0000))
    }

    mutating func number() throws(ModelFault) -> Int64 {
        Int64(bitPattern: try bigEndian(8) ^ 0x8000_0000_0000_0000)
    }

    private mutating func bigEndian(_ count: Int) throws(ModelFault) -> UInt64 {
        guard bytes.count - index >= count else { throw .corrupted("a key ends early") }
        var value: UInt64 = 0
        for byte in bytes[index..<index + count] { value = value << 8 | UInt64(byte) }
        index += count
        return value
    }
}

/// The smallest bytes that are greater than every key with this prefix; nil when there are none.
func endOfPrefix(_ prefix: [UInt8]) -> [UInt8]? {
    var end = prefix
    while let last = end.last {
        if last < 0xff {
            end[end.count - 1] = last + 1
            return end
        }
        end.removeLast()
    }
    return nil
}

/// A 128-bit fingerprint of bytes: names long keys and compares content. It guards against
/// accidents, not against an adversary.
func fingerprint(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var mixer = ContentMixer()
    mixer.add(bytes)
    return mixer.value
}

/// Two FNV-1a sums with different starts, finished so that each bit depends on every byte.
struct ContentMixer {
    private var first: UInt64 = 0xcbf2_9ce4_8422_2325
    private var second: UInt64 = 0x6c62_272e_07bb_0142

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            first = (first ^ UInt64(byte)) &* 0x100_0000_01b3
            second = (second ^ UInt64(byte ^ 0x5a)) &* 0x1_0000_01b3
        }
    }

    var value: [UInt8] {
        let mixed = [Self.finish(first ^ second >> 32), Self.finish(second &+ first << 17)]
        return mixed.flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - $0 * 8)) }
        }
    }

    private static func finish(_ value: UInt64) -> UInt64 {
        var mixed = (value ^ value >> 33) &* 0xff51_afd7_ed55_8ccd
        mixed = (mixed ^ mixed >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return mixed ^ mixed >> 33
    }
}
