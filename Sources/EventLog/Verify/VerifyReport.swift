package import LogFormat

/// One thing in a ledger that is not as it must be.
package struct Damage: Equatable, Sendable {
    package enum Kind: String, Sendable {
        /// A value's bytes are not what was written.
        case value
        /// Positions are missing or come twice.
        case gap
        /// The Merkle root that a value states is not that of its events.
        case root
        /// An event does not continue its stream.
        case streamVersion
        /// The head as stored is not where the log ends.
        case head
        /// The index says something else than the log.
        case index
    }

    package let kind: Kind
    /// The event concerned, or the first of them.
    package let position: Position
    package let text: String
}

/// What a verification found.
package struct VerifyReport: Sendable {
    /// The last position that was there when the verification began.
    package internal(set) var head: Position
    package internal(set) var values: UInt64 = 0
    package internal(set) var events: UInt64 = 0
    /// Entries of the index that were compared with the log.
    package internal(set) var postings: UInt64 = 0
    /// The Merkle root computed anew over all events; nil when some cannot be read.
    package internal(set) var root: MerkleHash?
    /// Why the index was not compared; nil when it was.
    package internal(set) var indexSkipped: String?
    /// The damages found, in the order found; at most `damagesMax`.
    package internal(set) var damages: [Damage] = []
    /// All damages, also those that are not listed.
    package internal(set) var damageCount = 0
    /// False when the progress callback asked to stop, or the log could not be walked at all.
    package internal(set) var isComplete = true

    package static let damagesMax = 10_000

    /// Whether everything was looked at and nothing was found.
    package var isSound: Bool {
        damageCount == 0 && isComplete && indexSkipped == nil
    }

    mutating func add(_ kind: Damage.Kind, _ position: UInt64, _ text: String) {
        damageCount += 1
        guard damages.count < Self.damagesMax else { return }
        damages.append(Damage(kind: kind, position: Position(position), text: text))
    }
}

/// Told how far a verification has come; answers whether to go on.
package typealias VerifyProgress = (_ position: Position, _ head: Position) -> Bool
