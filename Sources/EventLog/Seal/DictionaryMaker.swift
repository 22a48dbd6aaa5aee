import LogFormat

/// Makes a preset dictionary: records that are like those to come.
///
/// What matters is each type's fixed bytes, so every type gives a record; what is left of the room
/// goes to records at even distances, for the names that come back. The commonest type comes last,
/// where deflate finds it at the shortest distance.
struct DictionaryMaker {
    private struct Sample {
        var type: UInt32
        var record: [UInt8]
    }

    private var samples: [Sample] = []
    private var counts: [(type: UInt32, count: Int)] = []

    /// Records longer than this say more of themselves than of others.
    private static let recordBytesMax = 2_048

    /// Offers a record.
    mutating func add(_ record: RecordView) {
        let type = record.type
        if let index = counts.firstIndex(where: { $0.type == type }) {
            counts[index].count += 1
        } else {
            counts.append((type, 1))
        }
        guard record.bytes.count <= Self.recordBytesMax else { return }
        samples.append(Sample(type: type, record: [UInt8](record.bytes)))
    }

    /// The dictionary, of at most `limit` bytes; empty when there is nothing to make it of.
    func make(limit: Int) -> [UInt8] {
        var chosen: [Int] = []
        var size = 0
        func take(_ index: Int) {
            guard !chosen.contains(index), size + samples[index].record.count <= limit else {
                return
            }
            chosen.append(index)
            size += samples[index].record.count
        }
        for (type, _) in counts {
            if let index = samples.lastIndex(where: { $0.type == type }) { take(index) }
        }
        let step = max(1, samples.count / 64)
        for start in 0..<min(step, 8) {
            for index in stride(from: start, to: samples.count, by: step) { take(index) }
        }
        func count(of index: Int) -> Int {
            counts.first { $0.type == samples[index].type }?.count ?? 0
        }
        chosen.sort { (count(of: $0), $0) < (count(of: $1), $1) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        for index in chosen { bytes.append(contentsOf: samples[index].record) }
        return bytes
    }
}
