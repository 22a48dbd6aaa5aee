import PartyBuilding
import ReadModels
import Schema
import Synchronization

/// A feed over a list of facts, without a log.
final class ListFeed: FactFeed {
    private let facts: Mutex<[Fact]>
    let ledger: [UInt8]

    init(_ facts: [Fact] = [], ledger: UInt8 = 1) {
        self.facts = Mutex(facts)
        self.ledger = Array(repeating: ledger, count: 16)
    }

    func append(_ more: [Fact]) {
        facts.withLock { $0 += more }
    }

    var head: UInt64 {
        facts.withLock { $0.last?.position ?? 0 }
    }

    func read(after position: UInt64, limit: Int, types: TypeSet) throws -> FeedPage {
        facts.withLock { facts in
            let found = facts.filter { $0.position > position }.prefix(limit)
            var page = FeedPage(
                through: found.last?.position ?? position, head: facts.last?.position ?? 0)
            for fact in found where types.contains(fact.type.number) { page.append(fact) }
            return page
        }
    }

    func fact(withID id: FactID) throws -> Fact? {
        facts.withLock { facts in facts.first { $0.id == id } }
    }

    func mark(at position: UInt64) throws -> FeedMark? {
        facts.withLock { facts in
            if position == 0 { return FeedMark(event: [], root: nil) }
            guard let fact = facts.first(where: { $0.position == position }) else { return nil }
            return FeedMark(event: fact.id.bytes, root: nil)
        }
    }

    func onCommit(_ wake: @escaping @Sendable (UInt64) -> Void) -> any Sendable { 0 }
}
