import LogFormat

/// The first thing in a ledger: what wrote it, and which ledger it is.
struct LedgerFormat: Equatable {
    /// "TZLEDGER"
    static let magic: [UInt8] = Array("TZLEDGER".utf8)
    /// The format this version writes, and the only one it reads.
    static let version: UInt32 = 3
    static let size = 8 + 4 + 16 + 8

    var identity: LedgerIdentity

    var bytes: [UInt8] {
        var bytes = Self.magic
        bytes.append(littleEndian: Self.version)
        bytes.append(contentsOf: identity.id.bytes)
        bytes.append(littleEndian: UInt64(bitPattern: identity.createdAt))
        return bytes
    }

    init(identity: LedgerIdentity) {
        self.identity = identity
    }

    /// - Throws: `.notALedger`, `.unknownFormat`.
    init(_ bytes: UnsafeRawBufferPointer) throws(EventLogError) {
        var reader = ByteReader(bytes)
        guard reader.take(8)?.elementsEqual(Self.magic) == true, let version = reader.uint32()
        else { throw .notALedger("the format header is not one of a ledger") }
        // The version decides what follows, so it is looked at before the length.
        guard version == Self.version else {
            throw .unknownFormat(found: version, supported: Self.version)
        }
        guard bytes.count == Self.size, let id = reader.take(16).flatMap({ EventID(bytes: $0) }),
            let createdAt = reader.uint64()
        else { throw .notALedger("the format header has \(bytes.count) bytes") }
        identity = LedgerIdentity(id: id, createdAt: Int64(bitPattern: createdAt))
    }
}

/// Where the log ends; as stored, where it ended a few commits ago, so that opening needs no scan.
struct LogHead: Equatable, Sendable {
    /// The last position; 0 when the log is empty.
    var position: UInt64 { frontier.size }
    /// Time of recording of the last event, microseconds since 1970.
    var ledgerAt: Int64
    /// The Merkle tree over all events.
    var frontier: MerkleFrontier

    init() {
        ledgerAt = 0
        frontier = MerkleFrontier()
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 + frontier.subtrees.count * MerkleHash.size)
        bytes.append(littleEndian: frontier.size)
        bytes.append(littleEndian: UInt64(bitPattern: ledgerAt))
        for hash in frontier.subtrees { hash.withBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// Nil for bytes of another shape.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard let size = reader.uint64(), let ledgerAt = reader.uint64() else { return nil }
        var subtrees: [MerkleHash] = []
        for _ in 0..<size.nonzeroBitCount {
            guard let hash = reader.take(MerkleHash.size).flatMap({ MerkleHash($0) }) else {
                return nil
            }
            subtrees.append(hash)
        }
        guard reader.remaining == 0,
            let frontier = MerkleFrontier(size: size, subtrees: subtrees)
        else { return nil }
        self.ledgerAt = Int64(bitPattern: ledgerAt)
        self.frontier = frontier
    }
}
