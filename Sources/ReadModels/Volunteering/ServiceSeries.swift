import PartyBuilding

/// Numbers of persons and activities that were used lately, kept between batches.
///
/// Used by the engine's thread only.
struct ServiceNames {
    private static let weightMax = 24 << 20

    var persons = NameTable()
    var activities = NameTable()

    /// Forgets everything when it has become too much.
    mutating func trim() {
        if persons.weight + activities.weight > Self.weightMax { self = ServiceNames() }
    }
}

/// Appends volunteer services to the series of one generation: worked out in memory first, then
/// written. Nothing of what is there is written again but the chunk that is not full yet.
struct ServiceSeries {
    /// Keys below the section and values, to be written.
    private(set) var writes: [(key: [UInt8], value: [UInt8])] = []
    /// Keys that are new.
    private(set) var newKeys: Int64 = 0

    private var persons: UInt32
    private var activities: UInt32
    private var chunk: UInt32
    private var open: [UInt8]
    private var names: ServiceNames
    private var mended: Set<UInt32> = []
    private var isChanged = false

    typealias Lookup = (_ key: [UInt8]) throws -> [UInt8]?

    /// - Parameters:
    ///   - names: what is remembered of earlier batches of this generation.
    ///   - lookup: the stored value of a key below the section.
    init(_ names: ServiceNames, _ lookup: Lookup) throws {
        self.names = names
        var reader = ByteReader(try lookup(ServiceKeys.counts) ?? [0, 0, 0])
        persons = UInt32(truncatingIfNeeded: try reader.unsigned())
        activities = UInt32(truncatingIfNeeded: try reader.unsigned())
        chunk = UInt32(truncatingIfNeeded: try reader.unsigned())
        open = try lookup(ServiceKeys.number(ServiceKeys.chunks, chunk)) ?? []
        if open.isEmpty { newKeys += 1 }
        open.reserveCapacity(ServiceKeys.chunkBytesMax + 64)
    }

    /// Appends facts and what fixes change, both in order of position.
    ///
    /// - Parameter fixes: each with the position of the correction or void.
    mutating func append(
        _ facts: ServiceFacts, fixes: [(position: UInt64, entries: [ServiceEntry])],
        _ lookup: Lookup
    ) throws {
        var rest = fixes[...]
        try facts.names.withUnsafeBytes { bytes in
            for entry in facts.entries {
                while let fix = rest.first, fix.position < entry.position {
                    try append(fix.entries, lookup)
                    rest.removeFirst()
                }
                let start = Int(entry.nameStart)
                let middle = start + Int(entry.activityLength)
                let end = middle + Int(entry.personLength)
                var flags: ServiceEntry.Flags = entry.isMember ? .member : []
                if entry.isAfterSeal { flags.insert(.restated) }
                _ = try append(
                    UnsafeRawBufferPointer(rebasing: bytes[start..<middle]),
                    UnsafeRawBufferPointer(rebasing: bytes[middle..<end]), entry.day,
                    entry.minutes, flags, lookup)
            }
        }
        for fix in rest { try append(fix.entries, lookup) }
    }

    private mutating func append(_ entries: [ServiceEntry], _ lookup: Lookup) throws {
        for entry in entries {
            let number = try Array(entry.activity.utf8.prefix(255)).withUnsafeBytes { activity in
                try Array(entry.person.utf8.prefix(255)).withUnsafeBytes { person in
                    try append(activity, person, entry.day, entry.minutes, entry.flags, lookup)
                }
            }
            mended.insert(number)
        }
    }

    /// - Returns: the number of the activity.
    private mutating func append(
        _ activity: UnsafeRawBufferPointer, _ person: UnsafeRawBufferPointer, _ day: LocalDate,
        _ minutes: Int32, _ given: ServiceEntry.Flags, _ lookup: Lookup
    ) throws -> UInt32 {
        isChanged = true
        let (number, base) = try self.activity(activity, day, lookup)
        var flags = given
        if base != day { flags.insert(.ownDay) }
        if minutes < 0 { flags.insert(.negativeMinutes) }
        let start = open.count
        open.append(flags.rawValue)
        append(UInt64(number))
        if flags.contains(.ownDay) {
            let distance = Int64(day.dayNumber) - Int64(base.dayNumber)
            append(UInt64(bitPattern: distance << 1 ^ distance >> 63))
        }
        if !flags.contains(.markOnly) {
            append(UInt64(try self.person(person, lookup)))
            append(UInt64(minutes.magnitude))
        }
        if open.count > ServiceKeys.chunkBytesMax, start > 0 { closeChunk(at: start) }
        return number
    }

    private mutating func closeChunk(at end: Int) {
        writes.append(
            (ServiceKeys.number(ServiceKeys.chunks, chunk), Array(open[..<end])))
        open.removeSubrange(..<end)
        chunk &+= 1
        newKeys += 1
    }

    private mutating func append(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            open.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        open.append(UInt8(truncatingIfNeeded: rest))
    }

    // MARK: Names

    private mutating func activity(
        _ name: UnsafeRawBufferPointer, _ day: LocalDate, _ lookup: Lookup
    ) throws -> (number: UInt32, base: LocalDate) {
        if let known = names.activities.value(of: name) { return Self.activity(known) }
        let key = ServiceKeys.name(ServiceKeys.activities, name)
        let value: UInt64
        if let stored = try lookup(key) {
            value = try Self.bigEndian(stored, 8)
        } else {
            value = UInt64(activities) << 32 | UInt64(UInt32(bitPattern: day.dayNumber))
            activities &+= 1
            newKeys += 1
            writes.append((key, ViewsStore.bigEndian(value)))
        }
        names.activities.insert(name, value)
        return Self.activity(value)
    }

    private static func activity(_ value: UInt64) -> (number: UInt32, base: LocalDate) {
        let day = Int32(bitPattern: UInt32(truncatingIfNeeded: value))
        return (UInt32(truncatingIfNeeded: value >> 32), LocalDate(dayNumber: day))
    }

    private mutating func person(
        _ name: UnsafeRawBufferPointer, _ lookup: Lookup
    ) throws -> UInt32 {
        if let known = names.persons.value(of: name) { return UInt32(truncatingIfNeeded: known) }
        let key = ServiceKeys.name(ServiceKeys.persons, name)
        let value: UInt64
        if let stored = try lookup(key) {
            value = try Self.bigEndian(stored, 4)
        } else {
            value = UInt64(persons)
            persons &+= 1
            newKeys += 1
            writes.append((key, Array(ViewsStore.bigEndian(value).suffix(4))))
        }
        names.persons.insert(name, value)
        return UInt32(truncatingIfNeeded: value)
    }

    static func bigEndian(_ bytes: [UInt8], _ count: Int) throws(ModelFault) -> UInt64 {
        guard bytes.count == count else { throw .corrupted("a number in a series") }
        return ViewsStore.trailingNumber(bytes)
    }

    // MARK: The end

    /// Completes `writes`.
    ///
    /// - Parameter isStored: whether a key below the section is there already.
    /// - Returns: what is to be remembered for the next batch.
    mutating func finish(_ lookup: Lookup) throws -> ServiceNames {
        guard isChanged else {
            newKeys = 0
            return names
        }
        for number in mended.sorted() {
            let key = ServiceKeys.number(ServiceKeys.mended, number)
            guard try lookup(key) == nil else { continue }
            writes.append((key, []))
            newKeys += 1
        }
        writes.append((ServiceKeys.number(ServiceKeys.chunks, chunk), open))
        if try lookup(ServiceKeys.counts) == nil { newKeys += 1 }
        var counts = ByteWriter()
        counts.unsigned(UInt64(persons))
        counts.unsigned(UInt64(activities))
        counts.unsigned(UInt64(chunk))
        writes.append((ServiceKeys.counts, counts.bytes))
        writes.sort { $0.key.lexicographicallyPrecedes($1.key) }
        names.trim()
        return names
    }
}
