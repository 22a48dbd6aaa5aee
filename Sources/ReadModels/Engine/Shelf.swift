import PartyBuilding

/// The content of one model, to be read during one query: sorted keys with bytes.
///
/// It is either lent by a read transaction or held in memory; it must not outlive the closure that
/// it is handed to.
struct Shelf {
    /// Calls `body` for each entry from a key on as long as the key begins with the prefix and
    /// `body` returns true.
    typealias Scan = (
        _ prefix: [UInt8], _ from: [UInt8],
        _ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) throws -> Void

    /// Measures that a reader of sums always gets; no table has more.
    static let width = 12

    /// The value of the last entry whose key begins with the prefix and is at most the bound.
    typealias Last = (_ prefix: [UInt8], _ bound: [UInt8]) throws -> [UInt8]?

    private let scan: Scan
    private let last: Last

    init(_ scan: @escaping Scan, last: @escaping Last) {
        self.scan = scan
        self.last = last
    }

    /// Lends a shelf whose entries are read by closures that do not outlive the call.
    static func lend(
        reading scan: Scan, last: Last, _ body: (Shelf) throws -> Void
    ) throws {
        try withoutActuallyEscaping(scan) { scan in
            try withoutActuallyEscaping(last) { last in try body(Shelf(scan, last: last)) }
        }
    }

    /// The sums of each group of a table at the end of a day, in the order of the groups.
    ///
    /// - Parameters:
    ///   - prefix: first components of the groups asked for.
    ///   - asOf: steps after this day do not count.
    ///   - body: gets the group's components (those of the prefix too) and the sums, filled up with
    ///     zeros to `width`.
    func sums(
        _ table: UInt8, _ prefix: ModelKey = ModelKey(), asOf: LocalDate,
        _ body: (inout ModelKeyReader, [Int64]) throws -> Void
    ) throws {
        let start = [table] + prefix.bytes
        let bound = ModelKey().day(asOf).bytes
        var group: ArraySlice<UInt8> = []
        var sums: [Int64] = []
        func finish() throws {
            guard sums.contains(where: { $0 != 0 }) else { return }
            while sums.count < Shelf.width { sums.append(0) }
            var reader = ModelKeyReader(Array(group), from: 1)
            try body(&reader, sums)
        }
        try scan(start, start) { key, value in
            guard key.count > 5 else { return true }
            let entryGroup = key.dropLast(4)
            if entryGroup != group {
                try finish()
                group = entryGroup
                sums = []
            }
            if !bound.lexicographicallyPrecedes(key.suffix(4)) {
                sums = try added(sums, try Shelf.measures(value))
            }
            return true
        }
        try finish()
    }

    /// The row of each entity of a kind at the end of a day, in the order of identities, from an
    /// identity on, as long as `body` returns true.
    ///
    /// - Parameter orFirst: an entity that has no row yet on that day shows its first one.
    func rows(
        _ kind: UInt8, after id: String? = nil, asOf: LocalDate, orFirst: Bool = false,
        _ body: (_ id: String, _ row: [UInt8]) throws -> Bool
    ) throws {
        let table = [ContentChange.rowTable(kind)]
        // The zero that ends an identity is followed by a day, whose bytes are below 0xff… for
        // every day there is.
        let start = id.map { ModelKey(table).text($0).bytes + [0xff, 0xff, 0xff, 0xff, 0xff] }
        let bound = ModelKey().day(asOf).bytes
        var entity: ArraySlice<UInt8> = []
        var row: [UInt8]?
        func finish() throws -> Bool {
            guard let found = row, !found.isEmpty else { return true }
            var reader = ModelKeyReader(Array(entity), from: 1)
            return try body(try reader.text(), found)
        }
        var goesOn = true
        try scan(table, start ?? table) { key, value in
            guard key.count > 5 else { return true }
            let entryEntity = key.dropLast(4)
            if entryEntity != entity {
                goesOn = try finish()
                guard goesOn else { return false }
                entity = entryEntity
                row = nil
            }
            let isInTime = !bound.lexicographicallyPrecedes(key.suffix(4))
            if isInTime || (orFirst && row == nil) { row = value }
            return true
        }
        if goesOn { _ = try finish() }
    }

    /// The row of one entity at the end of a day.
    func row(_ entity: EntityKey, asOf: LocalDate) throws -> [UInt8]? {
        let key = ModelKey().byte(ContentChange.rowTable(entity.kind)).text(entity.id)
        let row = try last(key.bytes, key.day(asOf).bytes)
        return row.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Every entry in order.
    func forEachEntry(_ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool) throws {
        try scan([], [], body)
    }

    static func measures(_ value: [UInt8]) throws(ModelFault) -> [Int64] {
        var reader = ByteReader(value)
        return try reader.list { (reader) throws(ModelFault) in try reader.signed() }
    }

    /// Zeros at the end are left out, so that equal sums have equal bytes whatever was taken back.
    static func encoded(_ measures: [Int64]) -> [UInt8] {
        let last = measures.lastIndex { $0 != 0 }
        var writer = ByteWriter()
        writer.list(last.map { Array(measures[...$0]) } ?? []) { $0.signed($1) }
        return writer.bytes
    }
}
