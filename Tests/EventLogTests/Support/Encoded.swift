import LogFormat

@testable import EventLog

/// A posting chunk as it is stored, and the position it begins with.
struct StoredChunk: Equatable {
    var first: UInt64
    var bytes: [UInt8]
}

/// Writes positions into chunks of at most `limit` bytes, going on where `stored` ends.
func chunks(
    _ positions: [UInt64], limit: Int = 1_000, after stored: StoredChunk? = nil
) -> [StoredChunk] {
    var chunk = GrowingChunk(limit: limit)
    var chunks: [StoredChunk] = []
    if let stored {
        _ = stored.bytes.withUnsafeBytes { chunk.take($0, first: stored.first) }
    }
    func end() {
        chunks.append(StoredChunk(first: chunk.first, bytes: chunk.withBytes { [UInt8]($0) }))
    }
    for position in positions where !chunk.append(position) {
        end()
        chunk.clear()
        _ = chunk.append(position)
    }
    end()
    return chunks
}

extension RecordFormat {
    /// The record of an event that has its own tags and no others.
    static func encoded(
        _ event: EventDraft, trailer: [UInt8], streamVersion: UInt64, ledgerAt: Int64
    ) -> [UInt8] {
        var size = fixedSize + event.stream.utf8.count + event.body.count + trailer.count
        for tag in event.tags { size += 1 + tag.utf8.count }
        var bytes = [UInt8](repeating: 0xEE, count: size)
        bytes.withUnsafeMutableBytes { room in
            var writer = Writer(room)
            writer.begin(
                event, tagCount: event.tags.count, trailerBytes: trailer.count,
                streamVersion: streamVersion, ledgerAt: ledgerAt)
            for tag in event.tags {
                let name = Array(tag.utf8)
                writer.add(name, 0..<name.count)
            }
            writer.end(event, trailer: trailer)
        }
        return bytes
    }
}

extension ListID {
    /// The key of the list's end as it is stored.
    var bytes: [UInt8] { withBytes { [UInt8]($0) } }
}

/// The end of a list as it is stored.
func tail(_ positions: [UInt64]) -> [UInt8] {
    var chunk = GrowingChunk(limit: 1_000)
    for position in positions { _ = chunk.append(position) }
    return PostingTail.bytes(&chunk)
}

extension PostingKey {
    /// The key as it is stored.
    var bytes: [UInt8] { withBytes { [UInt8]($0) } }
}
