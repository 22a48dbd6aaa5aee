import Zstd

/// Makes a preset dictionary: packed records that are like those to come, and the statistics of
/// frames that are made with it.
///
/// What matters is each type's fixed bytes, so every type gives a record; what is left of the room
/// goes to records at even distances, for the names that come back. The commonest type comes last,
/// where it is found at the shortest distance.
package struct DictionaryMaker {
    private struct Sample {
        var type: UInt32
        /// Where it lies among the packed records.
        var range: Range<Int>
    }

    private var samples: [Sample] = []
    private var packed: [UInt8] = []
    private var ledgerAt: Int64 = 0
    private var counts: [UInt32: Int] = [:]
    /// The types in the order in which they came.
    private var types: [UInt32] = []

    /// Records longer than this say more of themselves than of others.
    private static let recordBytesMax = 2_048
    /// Even shares of this many records are tried first.
    private static let sharesMin = 64

    package init() {}

    /// Offers a record.
    package mutating func add(_ record: RecordView) {
        if counts[record.type] == nil { types.append(record.type) }
        counts[record.type, default: 0] += 1
        guard record.bytes.count <= Self.recordBytesMax else { return }
        let start = packed.count
        PackedRecord.append(record, after: &ledgerAt, to: &packed)
        samples.append(Sample(type: record.type, range: start..<packed.count))
    }

    /// The dictionary, of about `limit` bytes at most; empty when there is nothing to make it of.
    package func make(limit: Int) -> [UInt8] {
        var isChosen = [Bool](repeating: false, count: samples.count)
        var size = 0
        func take(_ index: Int) {
            guard !isChosen[index], size + samples[index].range.count <= limit else { return }
            isChosen[index] = true
            size += samples[index].range.count
        }
        for type in types {
            if let index = samples.lastIndex(where: { $0.type == type }) { take(index) }
        }
        let step = max(1, samples.count / Self.sharesMin)
        for start in 0..<step {
            for index in stride(from: start, to: samples.count, by: step) { take(index) }
        }
        let chosen = samples.indices.filter { isChosen[$0] }.sorted {
            (counts[samples[$0].type] ?? 0, $0) < (counts[samples[$1].type] ?? 0, $1)
        }
        guard !chosen.isEmpty else { return [] }
        var content: [UInt8] = []
        content.reserveCapacity(size)
        for index in chosen { content.append(contentsOf: packed[samples[index].range]) }
        return ZstdDictionary.make(
            content: content, samples: packed, sizes: frameSizes())
    }

    /// The packed records, cut into pieces as large as frames.
    private func frameSizes() -> [Int] {
        var sizes: [Int] = []
        var size = 0
        for sample in samples {
            if size > 0, size + sample.range.count > SealedBlockWriter.frameBytes {
                sizes.append(size)
                size = 0
            }
            size += sample.range.count
        }
        if size > 0 { sizes.append(size) }
        return sizes
    }
}
