import LogFormat

/// What the index knows of a name (of a stream, a tag or a category).
struct NameRecord: Equatable {
    static let size = 20

    /// The number that stands for the name in posting keys; from 1.
    var number: UInt32
    /// Number of events in the stream of this name, up to the checkpoint.
    var version: UInt64
    /// Position of the last of them; 0 when there is none.
    var last: UInt64

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.size)
        bytes.append(littleEndian: number)
        bytes.append(littleEndian: version)
        bytes.append(littleEndian: last)
        return bytes
    }

    init(number: UInt32, version: UInt64, last: UInt64) {
        self.number = number
        self.version = version
        self.last = last
    }

    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard bytes.count == Self.size, let number = reader.uint32(),
            let version = reader.uint64(), let last = reader.uint64()
        else { return nil }
        self.init(number: number, version: version, last: last)
    }
}

/// How far the index's table goes, and in which history: written in the same transaction as the
/// postings themselves.
struct IndexCheckpoint: Equatable {
    static let version: UInt32 = 4
    static let size = idSecretOffset + IDSecret.size
    private static let idSecretOffset = 4 + 16 + 8 + 32 + 4 + 16

    var ledgerID: EventID
    /// Everything up to here is in the table, nothing later.
    var position: UInt64
    /// The log's Merkle root after `position`.
    var root: MerkleHash
    /// Names interned so far.
    var names: UInt32
    /// The greatest version 7 id in the table: a greater one cannot be there.
    var greatestV7: EventID
    /// Makes the fingerprints in the table of ids.
    let idSecret: IDSecret

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: Self.version)
        bytes.append(contentsOf: ledgerID.bytes)
        bytes.append(littleEndian: position)
        bytes.append(contentsOf: root.bytes)
        bytes.append(littleEndian: names)
        bytes.append(contentsOf: greatestV7.bytes)
        bytes.append(littleEndian: idSecret.key0)
        bytes.append(littleEndian: idSecret.key1)
        return bytes
    }

    /// The start of an index: nothing is in it.
    init(empty ledgerID: EventID, idSecret: IDSecret = .random()) {
        self.ledgerID = ledgerID
        position = 0
        root = .empty
        names = 0
        greatestV7 = EventID(high: 0, low: 0)
        self.idSecret = idSecret
    }

    /// Nil for bytes of another shape or version: the index is then built anew.
    init?(_ bytes: UnsafeRawBufferPointer) {
        var reader = ByteReader(bytes)
        guard bytes.count == Self.size, reader.uint32() == Self.version,
            let ledgerID = reader.take(16).flatMap({ EventID(bytes: $0) }),
            let position = reader.uint64(),
            let root = reader.take(MerkleHash.size).flatMap({ MerkleHash($0) }),
            let names = reader.uint32(),
            let greatestV7 = reader.take(16).flatMap({ EventID(bytes: $0) }),
            let key0 = reader.uint64(), let key1 = reader.uint64()
        else { return nil }
        self.ledgerID = ledgerID
        self.position = position
        self.root = root
        self.names = names
        self.greatestV7 = greatestV7
        idSecret = IDSecret(key0: key0, key1: key1)
    }

    /// Only the secret, out of the bytes of a checkpoint; nil for bytes of another shape.
    static func idSecret(_ bytes: UnsafeRawBufferPointer) -> IDSecret? {
        guard bytes.count == size else { return nil }
        var reader = ByteReader(UnsafeRawBufferPointer(rebasing: bytes[idSecretOffset...]))
        guard let key0 = reader.uint64(), let key1 = reader.uint64() else { return nil }
        return IDSecret(key0: key0, key1: key1)
    }
}
