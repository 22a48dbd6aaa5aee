/// What has become different between two answers to the same query.
package struct RowChanges: Sendable {
    /// Rows whose keys are new, in order.
    package let added: [ModelRow]
    /// Rows whose content is another, in order.
    package let changed: [ModelRow]
    /// Keys of rows that are gone, in order.
    package let removed: [[UInt8]]

    package var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }

    /// Compares answers by the keys of their rows.
    ///
    /// The columns `as_of` and `known_at` are left out of the comparison: they move with every
    /// answer and say nothing about the row.
    package init(from old: [ModelRow], to new: [ModelRow]) {
        var before: [[UInt8]: [UInt8]] = [:]
        for row in old { before[row.key] = LawFields.removed(from: row.bytes) }
        var added: [ModelRow] = []
        var changed: [ModelRow] = []
        for row in new {
            guard let bytes = before.removeValue(forKey: row.key) else {
                added.append(row)
                continue
            }
            if bytes != LawFields.removed(from: row.bytes) { changed.append(row) }
        }
        self.added = added
        self.changed = changed
        removed = old.map(\.key).filter { before[$0] != nil }
    }
}

/// The columns that only say when was asked, in the wire form of a row.
private enum LawFields {
    private static let asOf: UInt64 = 100
    private static let knownAt: UInt64 = 101

    /// The bytes of a row without these columns; bytes that are no message stay as they are.
    static func removed(from bytes: [UInt8]) -> [UInt8] {
        var reader = ByteReader(bytes)
        var kept: [UInt8] = []
        kept.reserveCapacity(bytes.count)
        do {
            while reader.remaining > 0 {
                let start = bytes.count - reader.remaining
                let tag = try reader.unsigned()
                switch tag & 7 {
                case 0: _ = try reader.unsigned()
                case 1: for _ in 0..<8 { _ = try reader.byte() }
                case 2: _ = try reader.blob()
                case 5: for _ in 0..<4 { _ = try reader.byte() }
                default: return bytes
                }
                guard tag >> 3 != asOf, tag >> 3 != knownAt else { continue }
                kept += bytes[start..<bytes.count - reader.remaining]
            }
        } catch {
            return bytes
        }
        return kept
    }
}

/// One client's watch over a query: what it has been told so far.
package struct ModelWatch: Sendable {
    private var query: ModelQuery
    private var rows: [ModelRow] = []

    /// Name of the model that is watched.
    package var model: String { query.model }

    /// - Parameter query: page and limit are ignored; without `as_of` the watch follows the day.
    package init(_ query: ModelQuery) {
        self.query = query
        self.query.pageToken = nil
        self.query.limit = 0
    }

    /// Asks again and tells the difference to the answer before; the first time every row is added.
    ///
    /// - Parameter now: the instant of asking: a new day changes what is overdue.
    /// - Throws: what `ModelEngine.rows` throws.
    package mutating func refresh(
        from engine: ModelEngine, now: Int64
    ) throws -> (changes: RowChanges, page: ModelPage) {
        query.now = now
        let page = try engine.rows(query)
        let changes = RowChanges(from: rows, to: page.rows)
        rows = page.rows
        return (changes, page)
    }
}

extension ModelEngine {
    /// Calls `wake` after every batch that was applied, with the position of the views. It must
    /// not block. The calls end when the token is let go of.
    package func onApplied(_ wake: @escaping @Sendable (UInt64) -> Void) -> AppliedToken {
        AppliedToken(wakers, wakers.add(wake))
    }
}
