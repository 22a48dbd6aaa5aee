import PartyBuilding

/// The series of volunteer services of one generation, to be read during one query.
struct ServiceShelf {
    /// One entry as it is read.
    struct Item {
        /// Number of the activity.
        let activity: Int
        /// Number of the person; nil for an entry without a service.
        let person: Int?
        let minutes: Int64
        let flags: ServiceEntry.Flags

        /// 1, or −1 for an entry that takes another back.
        var sign: Int64 { flags.contains(.negative) ? -1 : 1 }
    }

    private let scan: Shelf.Scan

    /// - Parameter scan: reads the entries below the section.
    init(_ scan: @escaping Shelf.Scan) {
        self.scan = scan
    }

    /// Lends a series whose entries are read by a closure that does not outlive the call.
    static func lend(
        reading scan: Shelf.Scan, _ body: (ServiceShelf) throws -> Void
    ) throws {
        try withoutActuallyEscaping(scan) { try body(ServiceShelf($0)) }
    }

    /// Every entry in order.
    func forEachKey(_ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool) throws {
        try scan([], [], body)
    }

    /// Every activity that has entries, in the order of the identities' bytes.
    func forEachActivity(
        _ body: (_ id: String, _ number: Int, _ first: LocalDate) throws -> Void
    ) throws {
        try scan([ServiceKeys.activities], [ServiceKeys.activities]) { key, value in
            let packed = try ServiceSeries.bigEndian(value, 8)
            let day = Int32(bitPattern: UInt32(truncatingIfNeeded: packed))
            try body(
                String(decoding: key.dropFirst(), as: UTF8.self), Int(packed >> 32),
                LocalDate(dayNumber: day))
            return true
        }
    }

    /// The number of each person who has entries.
    func persons() throws -> [String: Int] {
        var numbers: [String: Int] = [:]
        try scan([ServiceKeys.persons], [ServiceKeys.persons]) { key, value in
            let name = String(decoding: key.dropFirst(), as: UTF8.self)
            numbers[name] = Int(try ServiceSeries.bigEndian(value, 4))
            return true
        }
        return numbers
    }

    /// Numbers of the activities of which something was corrected or voided.
    func mended() throws -> Set<Int> {
        var numbers: Set<Int> = []
        try scan([ServiceKeys.mended], [ServiceKeys.mended]) { key, _ in
            numbers.insert(Int(ViewsStore.trailingNumber(Array(key.dropFirst()))))
            return true
        }
        return numbers
    }

    /// Every entry that counts by the end of a day, in the order of the log.
    ///
    /// - Parameter firstDays: day of the first entry of each activity, by number.
    func forEachEntry(
        asOf: LocalDate, firstDays: [LocalDate], _ body: (Item) throws -> Void
    ) throws {
        let personsMax = try personCount()
        try scan([ServiceKeys.chunks], [ServiceKeys.chunks]) { _, chunk in
            try chunk.withUnsafeBytes { bytes in
                var index = 0
                while index < bytes.count {
                    let flags = ServiceEntry.Flags(rawValue: bytes[index])
                    index += 1
                    let activity = Int(clamping: try Self.number(bytes, &index))
                    guard activity < firstDays.count else {
                        throw ModelFault.corrupted("a series names no activity")
                    }
                    var day = firstDays[activity]
                    if flags.contains(.ownDay) {
                        let raw = try Self.number(bytes, &index)
                        let distance = Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
                        day = day.adding(days: Int(distance))
                    }
                    var person: Int?
                    var minutes: Int64 = 0
                    if !flags.contains(.markOnly) {
                        let number = try Self.number(bytes, &index)
                        guard number < personsMax else {
                            throw ModelFault.corrupted("a series names no person")
                        }
                        person = Int(number)
                        minutes = Int64(
                            UInt32(truncatingIfNeeded: try Self.number(bytes, &index)))
                        if flags.contains(.negativeMinutes) { minutes = -minutes }
                    }
                    guard day <= asOf else { continue }
                    try body(
                        Item(activity: activity, person: person, minutes: minutes, flags: flags))
                }
            }
            return true
        }
    }

    private func personCount() throws -> UInt64 {
        var count: UInt64 = 0
        try scan(ServiceKeys.counts, ServiceKeys.counts) { _, value in
            var reader = ByteReader(value)
            count = try reader.unsigned()
            return false
        }
        return count
    }

    private static func number(
        _ bytes: UnsafeRawBufferPointer, _ index: inout Int
    ) throws(ModelFault) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while index < bytes.count, shift < 64 {
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .corrupted("a series ends early")
    }
}
