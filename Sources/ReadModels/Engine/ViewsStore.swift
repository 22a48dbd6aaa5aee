import LMDB
import PartyBuilding

/// The databases of the views' environment and the layout of their keys.
///
/// `meta` holds the engine's state. `facts` is a copy of the facts that models fold, by position,
/// and of the volunteer services that were corrected or voided; `ids` leads from a fact's identity
/// to its position, `fixes` from a fact to the corrections and voids that name it. `content` holds,
/// below the number of a generation, which facts belong to which entity, what each entity emitted
/// on which day, the shelf that queries read and the series of volunteer services.
struct ViewsStore: Sendable {
    /// What lies below the number of a generation.
    enum Section: UInt8 {
        /// Entity and position: the facts of an entity.
        case members = 1
        /// Entity and day: what it emitted on it.
        case emissions = 2
        /// Key of the shelf: measures or row.
        case shelf = 3
        /// The series of volunteer services; see `ServiceKeys`.
        case services = 4
    }

    let environment: Environment
    let meta: Database
    let facts: Database
    let ids: Database
    let fixes: Database
    let content: Database

    static let stateKey: [UInt8] = Array("state".utf8)

    init(path: String) throws(LMDBError) {
        environment = try Environment(path: path, options: Environment.Options())
        meta = try environment.openDatabase("meta")
        facts = try environment.openDatabase("facts")
        ids = try environment.openDatabase("ids")
        fixes = try environment.openDatabase("fixes")
        content = try environment.openDatabase("content")
    }

    static func prefix(_ generation: UInt32, _ section: Section) -> [UInt8] {
        prefix(generation) + [section.rawValue]
    }

    static func prefix(_ generation: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: generation >> $0) }
    }

    static func member(_ generation: UInt32, _ entity: EntityKey, _ position: UInt64) -> [UInt8] {
        members(generation, entity) + bigEndian(position)
    }

    static func members(_ generation: UInt32, _ entity: EntityKey) -> [UInt8] {
        prefix(generation, .members) + entity.encoded
    }

    static func emissions(_ generation: UInt32, _ entity: EntityKey) -> [UInt8] {
        prefix(generation, .emissions) + entity.encoded
    }

    static func emission(
        _ generation: UInt32, _ entity: EntityKey, _ day: LocalDate
    ) -> [UInt8] {
        emissions(generation, entity) + ModelKey().day(day).bytes
    }

    static func bigEndian(_ number: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> UInt64(56 - $0 * 8)) }
    }

    /// The number in the last eight bytes of a key.
    static func trailingNumber(_ key: [UInt8]) -> UInt64 {
        key.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// The form of shelf entries. A key that LMDB could not take is stored under its beginning, a
/// fingerprint and its day; its value then begins with the whole key.
enum ShelfEntry {
    private static let keyMax = 480
    private static let keptBytes = 400

    /// Key and head of the value under which an entry of a generation is stored.
    static func place(_ generation: UInt32, _ key: ModelKey) -> (key: [UInt8], head: [UInt8]) {
        let prefix = ViewsStore.prefix(generation, .shelf)
        guard key.bytes.count > keyMax else { return (prefix + key.bytes, [0]) }
        var writer = ByteWriter()
        writer.byte(1)
        writer.blob(key.bytes)
        let group = key.bytes.dropLast(4)
        let short = key.bytes.prefix(keptBytes) + fingerprint(group) + key.bytes.suffix(4)
        return (prefix + short, writer.bytes)
    }

    /// The value of a stored entry.
    static func value(_ stored: RawSpan) throws(ModelFault) -> [UInt8] {
        try stored.withUnsafeBytes { (bytes) throws(ModelFault) -> [UInt8] in
            guard let form = bytes.first else { throw .corrupted("an empty entry") }
            if form == 0 { return Array(bytes.dropFirst()) }
            return try read([0, 0, 0, 0, 0], Array(bytes)).value
        }
    }

    /// Key inside the shelf and value of a stored entry.
    static func read(
        _ storedKey: [UInt8], _ storedValue: [UInt8]
    ) throws(ModelFault) -> (key: [UInt8], value: [UInt8]) {
        guard let form = storedValue.first else { throw .corrupted("an empty entry") }
        if form == 0 { return (Array(storedKey.dropFirst(5)), Array(storedValue.dropFirst())) }
        var reader = ByteReader(storedValue)
        _ = try reader.byte()
        let key = try reader.blob()
        return (key, Array(storedValue.suffix(reader.remaining)))
    }
}

extension Transaction {
    /// The value of the last entry whose key begins with a prefix and is at most a bound.
    ///
    /// - Parameter body: makes something of the value.
    borrowing func last(
        _ database: Database, prefix: [UInt8], atMost bound: [UInt8],
        _ body: (RawSpan) throws -> [UInt8]
    ) throws -> [UInt8]? {
        try withCursor(database) { cursor in
            guard try cursor.seekAtMost(bound) else { return nil }
            return try cursor.entry { (key, value) throws -> [UInt8]? in
                let isBelow = key.withUnsafeBytes { $0.starts(with: prefix) }
                return isBelow ? try body(value) : nil
            }
        }
    }

    /// Calls `body` for the entries whose keys begin with a prefix, from a key on, as long as it
    /// returns true.
    borrowing func scan(
        _ database: Database, prefix: [UInt8], from start: [UInt8],
        _ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Bool
    ) throws {
        try withCursor(database) { cursor in
            var found = start.isEmpty ? try cursor.first() : try cursor.seek(start)
            while found {
                let (key, value) = cursor.entry { ($0.copied(), $1.copied()) }
                guard key.starts(with: prefix), try body(key, value) else { return }
                found = try cursor.next()
            }
        }
    }
}
