import LMDB

/// The databases of the views' environment and the layout of their keys.
///
/// `meta` holds the engine's state. `facts` is a copy of the facts that models use, by position;
/// `ids` leads from a fact's identity to its position, `fixes` from a fact to the corrections and
/// voids that name it. `content` holds, below the number of a generation, which facts belong to
/// which entity, what each entity emitted, and the shelf that queries read.
struct ViewsStore: Sendable {
    /// What lies below the number of a generation.
    enum Section: UInt8 {
        /// Entity and position: the facts of an entity.
        case members = 1
        /// Entity: what it emitted last.
        case emissions = 2
        /// Key of the shelf: measures or row.
        case shelf = 3
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

    static func emission(_ generation: UInt32, _ entity: EntityKey) -> [UInt8] {
        prefix(generation, .emissions) + entity.encoded
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
