package import PartyBuilding
import Synchronization

/// What a recording call hands to the judge along with the bytes.
package struct RecordContext: Sendable {
    /// The decoded facts, one for each event of the append.
    package let proposals: [Proposal]
    package let actor: Actor
    /// Set while a file is imported that must stop at its first refusal.
    package let session: ImportSession?

    package init(proposals: [Proposal], actor: Actor, session: ImportSession? = nil) {
        self.proposals = proposals
        self.actor = actor
        self.session = session
    }
}

/// Ties the facts of one import together: when one is refused, those behind it are not recorded,
/// however many are already on their way.
package final class ImportSession: Sendable {
    private let failed = Atomic<Bool>(false)

    package init() {}

    package var hasFailed: Bool { failed.load(ordering: .acquiring) }

    package func fail() { failed.store(true, ordering: .releasing) }
}

/// The fact was not judged because one before it in the same import was refused.
package struct ImportHasStopped: Error, Sendable {}
