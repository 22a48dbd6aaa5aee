import Schema
import Synchronization

/// All rows of a query whose rows are put together from many records, kept for the pages that
/// follow and for those who ask the same while nothing has changed.
///
/// The rows lack the columns of P-LAW-6, of which one is the instant of asking.
final class BuiltRows: Sendable {
    private struct Place {
        let keyStart: Int
        let rowStart: Int
        let end: Int
        let isRestated: Bool
    }

    private let bytes: [UInt8]
    private let places: [Place]
    /// For a text column that was asked for: the rows of each of its values.
    private let columns = Mutex<[UInt64: Column]>([:])

    private struct Column {
        var rows: [[UInt8]: [Int]] = [:]
        /// Bytes of memory that it takes up, roughly.
        var weight = 0
    }

    private init(_ bytes: [UInt8], _ places: [Place]) {
        self.bytes = bytes
        self.places = places
    }

    /// Bytes of memory that the rows take up; more when they have been sorted by a column.
    var weight: Int {
        let columns = columns.withLock { $0.values.reduce(0) { $0 + $1.weight } }
        return bytes.count + places.count * MemoryLayout<Place>.stride + columns
    }

    /// Whether the rows of a value of this column can be told without going through all of them.
    func isSorted(by field: UInt64) -> Bool {
        columns.withLock { $0[field] != nil }
    }

    /// Offers the rows behind a key to a page.
    ///
    /// - Parameter condition: field and value of a text column that the rows must have.
    func fill(
        _ page: PageSink, after key: [UInt8]?, where condition: (field: UInt64, value: [UInt8])?
    ) throws {
        if let condition {
            for index in rows(condition.field, condition.value) {
                guard try offer(index, to: page) else { return }
            }
            return
        }
        var low = 0
        var high = key == nil ? 0 : places.count
        while low < high {
            let middle = (low + high) / 2
            let place = places[middle]
            if key?.lexicographicallyPrecedes(bytes[place.keyStart..<place.rowStart]) ?? true {
                high = middle
            } else {
                low = middle + 1
            }
        }
        while low < places.count {
            guard try offer(low, to: page) else { return }
            low += 1
        }
    }

    private func offer(_ index: Int, to page: PageSink) throws -> Bool {
        let place = places[index]
        return try page.offer(
            Array(bytes[place.keyStart..<place.rowStart]), bytes[place.rowStart..<place.end],
            restated: place.isRestated)
    }

    private func rows(_ field: UInt64, _ value: [UInt8]) -> [Int] {
        if let known = columns.withLock({ $0[field] }) { return known.rows[value] ?? [] }
        // Not under the lock: those whose column is there must not wait for this one.
        let made = column(field)
        columns.withLock { $0[field] = made }
        return made.rows[value] ?? []
    }

    private func column(_ field: UInt64) -> Column {
        var column = Column()
        bytes.withUnsafeBytes { bytes in
            for (index, place) in places.enumerated() {
                let row = UnsafeRawBufferPointer(rebasing: bytes[place.rowStart..<place.end])
                var fields = FieldWalk(row)
                while let found = fields.next() {
                    guard found.number == field else { continue }
                    column.rows[Array(found.bytes), default: []].append(index)
                    break
                }
            }
        }
        column.weight = column.rows.reduce(0) { $0 + $1.key.count + 112 + 8 * $1.value.count }
        return column
    }

    /// Collects all rows.
    final class Sink: RowSink {
        private let weightMax: Int
        private var bytes: [UInt8] = []
        private var places: [Place] = []
        /// There are more than may be kept; what was collected is of no use.
        private(set) var isOverfull = false

        init(weightMax: Int) {
            self.weightMax = weightMax
        }

        var firstTextAfter: String? { nil }

        func wants(_ key: ModelKey) -> Bool { true }

        func offer(_ key: ModelKey, _ row: [UInt8], restated: Bool) throws -> Bool {
            let start = bytes.count
            bytes += key.bytes
            let middle = bytes.count
            bytes += row
            places.append(
                Place(
                    keyStart: start, rowStart: middle, end: bytes.count, isRestated: restated))
            isOverfull =
                bytes.count + places.count * MemoryLayout<Place>.stride > weightMax
            return !isOverfull
        }

        var rows: BuiltRows { BuiltRows(bytes, places) }
    }
}
