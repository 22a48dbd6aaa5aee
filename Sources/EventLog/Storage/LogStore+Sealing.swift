import LMDB
import LogFormat
import Synchronization

/// What the sealer reads and what a commit does with a sealed block.
extension LogStore {
    /// Everything up to here lies in sealed blocks.
    var sealedThrough: UInt64 {
        sealedWord.load(ordering: .acquiring)
    }

    /// Reads how far sealing has come, and the dictionaries.
    func loadSealing() throws {
        try environment.read { transaction in
            let through = try transaction.get(meta, Self.sealedKey) { span -> UInt64? in
                var reader = ByteReader(span.transactionBytes)
                return reader.uint64()
            }
            let last = try transaction.withCursor(values) { cursor -> UInt64 in
                guard try cursor.last() else { return 0 }
                // Whether the end can be read is the head's matter.
                return (try? Self.value(of: cursor).header.last) ?? .max
            }
            // The number has no checksum of its own; what cannot be is not believed.
            let sealed = through.flatMap { $0 } ?? 0
            guard sealed <= last else {
                throw EventLogError.damaged(
                    position: Position(last), "sealed through \(sealed), behind the last event")
            }
            sealedWord.store(sealed, ordering: .releasing)
            var number: UInt32 = 1
            while true {
                let found = try transaction.get(meta, DictionaryShelf.key(number)) { span in
                    try DictionaryShelf.parse(span.transactionBytes, number: number)
                }
                guard let found else { return }
                dictionaries.add(PresetDictionary(number: number, content: found))
                number += 1
            }
        }
    }

    func makeReader() -> ValueReader {
        let dictionaries = dictionaries
        return ValueReader { dictionaries.content($0) }
    }

    /// Puts a block in the place of its batches.
    func swap(in group: SealedGroup, _ transaction: inout WriteTransaction) throws {
        if let dictionary = group.newDictionary {
            dictionaries.prepare(dictionary)
            try transaction.put(
                meta, DictionaryShelf.key(dictionary.number),
                DictionaryShelf.stored(dictionary.content.bytes))
        }
        for key in group.surplusKeys { try transaction.delete(values, key) }
        try transaction.put(values, group.first, group.bytes)
        var through: [UInt8] = []
        through.append(littleEndian: group.last)
        try transaction.put(meta, Self.sealedKey, through)
    }

    /// Takes note of a swap that is durable.
    func swapped(in group: SealedGroup) {
        if let dictionary = group.newDictionary { dictionaries.add(dictionary) }
        sealedWord.store(group.last, ordering: .releasing)
    }

    /// Copies batches that are not sealed yet, in order, from the one that begins at `first`.
    ///
    /// - Parameters:
    ///   - through: the last position that may be copied.
    ///   - bytes: no further batch is copied once there are so many bytes of records.
    func rawBatches(
        from first: UInt64, through: UInt64, bytes: Int
    ) throws(EventLogError) -> [[UInt8]] {
        guard first <= through else { return [] }
        var batches: [[UInt8]] = []
        var next = first
        var total = 0
        try withValues(from: first) { value, stored in
            guard value.header.first == next, value.header.kind == .rawBatch else {
                throw EventLogError.damaged(
                    position: Position(next), "no batch begins where the last block ends")
            }
            guard value.header.last <= through else { return false }
            batches.append([UInt8](stored))
            next = value.header.last + 1
            total += Int(value.header.bodyLength)
            return total < bytes && next <= through
        }
        return batches
    }

    /// The Merkle tree over all events up to `sealedThrough`.
    func sealedFrontier() throws(EventLogError) -> MerkleFrontier {
        let through = sealedThrough
        guard through > 0 else { return MerkleFrontier() }
        let frontier = try withReader { reader in
            try environment.read { transaction in
                try transaction.withCursor(values) { cursor -> MerkleFrontier? in
                    guard try cursor.seekAtMost(through) else { return nil }
                    let value = try Self.value(of: cursor)
                    guard value.header.last == through else { return nil }
                    return try Self.frontier(through: through, of: value, reader)
                }
            }
        }
        guard let frontier else {
            throw .damaged(position: Position(through), "the last sealed block does not end here")
        }
        return frontier
    }

    /// The value that holds `position`, as stored.
    ///
    /// - Throws: `.damaged` when there is none.
    func storedValue(at position: UInt64) throws(EventLogError) -> StoredValue {
        let tail = tail.view
        return try storing {
            // The value lies in the tail: it must outlive the copying.
            let found = try withExtendedLifetime(tail) {
                try tail.value(at: position).map(StoredValue.init)
            }
            if let found { return found }
            return try environment.read { transaction in
                try transaction.withCursor(values) { cursor in
                    guard try cursor.seekAtMost(position) else {
                        throw FormatFault.damaged(position: position, "the event is missing")
                    }
                    let value = try Self.value(of: cursor)
                    guard position <= value.header.last else {
                        throw FormatFault.damaged(position: position, "the event is missing")
                    }
                    return StoredValue(value)
                }
            }
        }
    }

    /// The values of the commit after `position`, raw; those of a sealed block are made anew.
    ///
    /// - Throws: `.misuse` when `position` lies inside of a raw batch.
    func rawValues(after position: UInt64) throws(EventLogError) -> [[UInt8]] {
        var values: [[UInt8]] = []
        try withReader { reader in
            try withValues(from: position + 1) { value, bytes in
                switch value.header.kind {
                case .rawBatch:
                    guard value.header.first == position + 1 || !values.isEmpty else {
                        throw EventLogError.misuse("no value ends at position \(position)")
                    }
                    values.append([UInt8](bytes))
                case .sealedBlock:
                    values += try Self.unseal(value, after: position, reader)
                }
                return value.header.isContinued
            }
        }
        return values
    }

    /// The raw values that hold the events of a sealed block behind `position`.
    private static func unseal(
        _ value: ValueView, after position: UInt64, _ reader: ValueReader
    ) throws -> [[UInt8]] {
        let first = max(value.header.first, position + 1)
        let before =
            first == value.header.first
            ? value.frontierBefore : try frontier(through: first - 1, of: value, reader)
        guard var frontier = before else { return [] }
        var pending = PendingValue(first: first)
        var values: [[UInt8]] = []
        func end(isContinued: Bool) {
            var bytes = [UInt8](repeating: 0, count: pending.storedBytes)
            bytes.withUnsafeMutableBytes {
                pending.write(root: frontier.root, isContinued: isContinued, to: $0)
            }
            values.append(bytes)
        }
        for position in first...value.header.last {
            let record = try reader.record(at: position, in: value).bytes
            if pending.count > 0, pending.recordBytes + record.count > unsealedValueBytes {
                end(isContinued: true)
                pending = PendingValue(first: position)
            }
            pending.append { $0.append(contentsOf: record) }
            frontier.append(.leaf(record))
        }
        end(isContinued: value.header.isContinued)
        return values
    }

    /// Bytes of records in a value that is made from a sealed block.
    private static let unsealedValueBytes = 64 << 10
}
