import PartyBuilding
import Schema

/// A row of an answer.
package struct ModelRow: Hashable, Sendable {
    /// Names the row inside its table and decides the order; opaque to clients.
    package let key: [UInt8]
    /// The row message.
    package let bytes: [UInt8]
    /// Where in the message the varint stands that says until when facts are known to it.
    package let knownAtPlace: Int
}

/// The columns that every row has (P-LAW-6): their fields are the last ones of each row message,
/// so that they are put behind the others when a row is sent.
struct LawColumns {
    private static let asOfField: UInt64 = 100
    private static let knownAtField: UInt64 = 101
    private static let restated: [UInt8] = {
        var writer = ByteWriter()
        writer.unsigned(102 << 3)
        writer.bool(true)
        return writer.bytes
    }()

    private let stamp: [UInt8]
    /// Where in the stamp the instant stands.
    private let knownAtPlace: Int

    init(asOf: LocalDate, knownAt: Int64) {
        var writer = ByteWriter()
        writer.unsigned(Self.asOfField << 3)
        writer.unsigned(UInt64(asOf.yyyymmdd))
        var place = writer.bytes.count
        if knownAt != 0 {
            writer.unsigned(Self.knownAtField << 3)
            place = writer.bytes.count
            writer.unsigned(UInt64(bitPattern: knownAt))
        }
        stamp = writer.bytes
        knownAtPlace = place
    }

    /// Where the instant stands in a row.
    ///
    /// - Parameter rowBytes: bytes of the row message without these columns.
    func knownAtPlace(behind rowBytes: Int) -> Int { rowBytes + knownAtPlace }

    /// The whole row.
    ///
    /// - Parameter row: the row message without these columns.
    func complete(_ row: some Collection<UInt8>, isRestated: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(row.count + stamp.count + 3)
        bytes.append(contentsOf: row)
        bytes.append(contentsOf: stamp)
        if isRestated {
            bytes.append(contentsOf: Self.restated)
        }
        return bytes
    }
}

/// Takes the rows of a model, without the columns of P-LAW-6.
protocol RowSink: AnyObject {
    /// The text component with which reading may begin, when keys begin with one.
    var firstTextAfter: String? { get }

    /// Whether a row with this key would be looked at; saves making rows of earlier pages.
    func wants(_ key: ModelKey) -> Bool

    /// Takes a row.
    ///
    /// - Parameter row: the row message without the columns of P-LAW-6.
    /// - Returns: false when no more rows are wanted.
    func offer(_ key: ModelKey, _ row: [UInt8], restated: Bool) throws -> Bool
}

extension RowSink {
    func offer(_ key: ModelKey, _ row: some RequestMessage, restated: Bool) throws -> Bool {
        try offer(key, row.wireBytes, restated: restated)
    }
}

/// Collects the rows of one page.
final class PageSink: RowSink {
    private let after: [UInt8]?
    private let limit: Int
    private let conditions: RowConditions
    private let law: LawColumns
    private(set) var rows: [ModelRow] = []
    /// Whether there is a row behind the last one collected.
    private(set) var hasMore = false

    /// - Parameters:
    ///   - after: key of the last row of the page before; only greater keys count.
    ///   - limit: most rows to collect; 0 for all.
    init(after: [UInt8]?, limit: Int, _ conditions: RowConditions, _ law: LawColumns) {
        self.after = after
        self.limit = limit
        self.conditions = conditions
        self.law = law
    }

    var firstTextAfter: String? {
        guard let after else { return nil }
        var reader = ModelKeyReader(after)
        return try? reader.text()
    }

    func wants(_ key: ModelKey) -> Bool { wants(key.bytes) }

    private func wants(_ key: [UInt8]) -> Bool {
        guard let after else { return true }
        return after.lexicographicallyPrecedes(key)
    }

    func offer(_ key: ModelKey, _ row: [UInt8], restated: Bool) throws -> Bool {
        try offer(key.bytes, row[...], restated: restated)
    }

    func offer(_ key: [UInt8], _ row: ArraySlice<UInt8>, restated: Bool) throws -> Bool {
        guard wants(key), conditions.mayAccept(row) else { return true }
        let bytes = law.complete(row, isRestated: restated)
        guard try conditions.accept(bytes) else { return true }
        if limit > 0, rows.count >= limit {
            hasMore = true
            return false
        }
        rows.append(
            ModelRow(
                key: key, bytes: bytes, knownAtPlace: law.knownAtPlace(behind: row.count)))
        return true
    }
}
