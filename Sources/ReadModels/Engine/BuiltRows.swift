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
    private let columns = Mutex<[UInt64: [[UInt8]: [Int]]]>([:])

    private init(_ bytes: [UInt8], _ places: [Place]) {
        self.bytes = bytes
        self.places = places
    }

    /// Bytes of memory that the rows take up.
    var weight: Int { bytes.count + places.count * MemoryLayout<Place>.stride }

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
        columns.withLock { columns in
            if let known = columns[field] { return known[value] ?? [] }
            var rows: [[UInt8]: [Int]] = [:]
            bytes.withUnsafeBytes { bytes in
                for (index, place) in places.enumerated() {
                    let row = UnsafeRawBufferPointer(rebasing: bytes[place.rowStart..<place.end])
                    var fields = FieldWalk(row)
                    while let found = fields.next() {
                        guard found.number == field else { continue }
                        rows[Array(found.bytes), default: []].append(index)
                        break
                    }
                }
            }
            columns[field] = rows
            return rows[value] ?? []
        }
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

/// What answers are made from, kept as long as nothing that they are made from has changed, and
/// within a limit of bytes.
final class AnswerCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Entry {
        let key: Key
        let value: Value
        let weight: Int
    }

    private let weightMax: Int
    /// The one that was used last is the last one.
    private let entries = Mutex<[Entry]>([])

    init(weightMax: Int) {
        self.weightMax = weightMax
    }

    func value(_ key: Key) -> Value? {
        entries.withLock { entries in
            guard let index = entries.lastIndex(where: { $0.key == key }) else { return nil }
            let found = entries[index]
            if index < entries.count - 1 {
                entries.remove(at: index)
                entries.append(found)
            }
            return found.value
        }
    }

    /// Keeps a value; what was not used for the longest time has to go when there is no room.
    ///
    /// - Parameter isObsolete: whose time is over in any case.
    func keep(_ key: Key, _ value: Value, weight: Int, isObsolete: (Key) -> Bool) {
        entries.withLock { entries in
            entries.removeAll { $0.key == key || isObsolete($0.key) }
            guard weight <= weightMax else { return }
            entries.append(Entry(key: key, value: value, weight: weight))
            var sum = entries.reduce(0) { $0 + $1.weight }
            while sum > weightMax, let first = entries.first {
                sum -= first.weight
                entries.removeFirst()
            }
        }
    }
}
