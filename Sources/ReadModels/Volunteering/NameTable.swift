/// Short names with a value each, looked up by their bytes without making a string or an array.
///
/// Open addressing over a table of a power of two; names lie in one run of bytes.
struct NameTable {
    private struct Name {
        let start: UInt32
        let length: UInt8
        let hash: UInt32
        let value: UInt64
    }

    /// Index of a name plus 1; 0 for a free place.
    private var places: [UInt32] = Array(repeating: 0, count: 64)
    private var names: [Name] = []
    private var bytes: [UInt8] = []

    var count: Int { names.count }

    /// Bytes of memory it takes up, roughly.
    var weight: Int { places.count * 4 + names.count * 24 + bytes.count }

    /// The value of a name; nil when it is not there.
    func value(of name: UnsafeRawBufferPointer) -> UInt64? {
        let hash = Self.hash(name)
        var place = Int(hash) & (places.count - 1)
        while places[place] != 0 {
            let found = names[Int(places[place]) - 1]
            if found.hash == hash, isSame(found, name) { return found.value }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    /// Adds a name that is not there, of at most 255 bytes.
    mutating func insert(_ name: UnsafeRawBufferPointer, _ value: UInt64) {
        if names.count * 2 >= places.count { grow() }
        let hash = Self.hash(name)
        names.append(
            Name(
                start: UInt32(truncatingIfNeeded: bytes.count),
                length: UInt8(clamping: name.count), hash: hash, value: value))
        bytes.append(contentsOf: name.prefix(255))
        place(names.count, hash)
    }

    private mutating func place(_ number: Int, _ hash: UInt32) {
        var place = Int(hash) & (places.count - 1)
        while places[place] != 0 { place = (place + 1) & (places.count - 1) }
        places[place] = UInt32(truncatingIfNeeded: number)
    }

    private mutating func grow() {
        places = Array(repeating: 0, count: places.count * 2)
        for (index, name) in names.enumerated() { place(index + 1, name.hash) }
    }

    private func isSame(_ found: Name, _ name: UnsafeRawBufferPointer) -> Bool {
        guard Int(found.length) == name.count else { return false }
        let start = Int(found.start)
        return bytes.withUnsafeBytes { bytes in
            bytes[start..<start + name.count].elementsEqual(name)
        }
    }

    /// Eight bytes at a time, mixed so that each bit counts.
    private static func hash(_ name: UnsafeRawBufferPointer) -> UInt32 {
        var hash = UInt64(truncatingIfNeeded: name.count) &* 0x9e37_79b9_7f4a_7c15
        var index = 0
        while index + 8 <= name.count {
            let word = name.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            hash = (hash ^ word) &* 0xff51_afd7_ed55_8ccd
            hash ^= hash >> 32
            index += 8
        }
        while index < name.count {
            hash = (hash ^ UInt64(name[index])) &* 0x100_0000_01b3
            index += 1
        }
        hash ^= hash >> 29
        hash &*= 0xc4ce_b9fe_1a85_ec53
        return UInt32(truncatingIfNeeded: hash >> 32)
    }
}
