import Synchronization

/// Content that was folded for a past state of knowledge, kept for the next pages of a query.
final class PastContents: Sendable {
    struct Key: Hashable {
        let generation: UInt32
        let position: UInt64
        let knownAt: Int64
    }

    private static let limit = 4

    private let kept = Mutex<[(key: Key, content: MemoryContent)]>([])

    func content(_ key: Key, _ make: () throws -> MemoryContent) rethrows -> MemoryContent {
        if let found = kept.withLock({ kept in kept.first { $0.key == key }?.content }) {
            return found
        }
        let made = try make()
        kept.withLock { kept in
            if kept.count >= Self.limit { kept.removeFirst() }
            kept.append((key, made))
        }
        return made
    }
}
