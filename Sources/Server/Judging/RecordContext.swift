import EventLog
package import PartyBuilding
import Synchronization

/// What a recording call hands to the judge along with the bytes.
package final class RecordContext: AppendContext {
    /// The first decoded fact, and the others: there is one for each event of the append, and most
    /// appends have one.
    package let first: Proposal
    package let more: [Proposal]
    package let actor: Actor
    /// The import that the facts belong to, when it must stop at its first refusal.
    package let place: ImportPlace?

    package init(
        first: Proposal, more: [Proposal], actor: Actor, place: ImportPlace? = nil
    ) {
        self.first = first
        self.more = more
        self.actor = actor
        self.place = place
    }
}

/// One fact's place in an import that stops at its first refusal.
package struct ImportPlace: Sendable {
    package let session: ImportSession
    /// Number of the fact in the import, from 0.
    package let item: Int64

    package init(session: ImportSession, item: Int64) {
        self.session = session
        self.item = item
    }

    /// Whether a fact before this one was refused.
    package var isBehindRefusal: Bool { session.end.load(ordering: .acquiring) <= item }

    /// This fact was refused.
    package func refused() { session.stop(before: item + 1) }
}

/// Ties the facts of one import together: when one is refused, those behind it are not recorded,
/// however many are already on their way; those before it are.
package final class ImportSession: Sendable {
    /// Items from here on are not recorded. Signed, because the smallest of two unsigned atomics
    /// is computed as if they were signed (Swift 6.3).
    fileprivate let end = Atomic<Int64>(.max)

    package init() {}

    /// Nothing from this item on is recorded any more.
    package func stop(before item: Int64) { end.min(item, ordering: .acquiringAndReleasing) }
}

/// The fact was not judged because one before it in the same import was refused.
package struct ImportHasStopped: Error, Sendable {}
