import LMDB
import PartyBuilding
import Schema

/// Reads and writes the views' own copy of facts, inside a transaction.
struct FactShelf {
    let store: ViewsStore
    /// Facts that were just kept, by position: every model asks for them.
    var recent: [UInt64: Fact] = [:]

    /// Keeps a fact; a correction or void also under the fact that it names.
    ///
    /// - Parameter find: looks a fact up in the log: volunteer services are copied only when
    ///   something is said of them.
    /// - Returns: false when it is a correction or void of a fact that no model uses.
    func keep(
        _ fact: Fact, in transaction: inout WriteTransaction, find: (FactID) throws -> Fact?
    ) throws -> Bool {
        if let target = Self.target(of: fact) {
            if try !transaction.contains(store.ids, target.bytes) {
                guard let service = try find(target), service.type == .volunteerServiceRecorded,
                    service.position < fact.position
                else { return false }
                try put(service, in: &transaction)
            }
            guard let root = try root(of: target, in: transaction) else { return false }
            try transaction.put(
                store.fixes, ViewsStore.bigEndian(root) + ViewsStore.bigEndian(fact.position),
                [] as [UInt8])
        }
        try put(fact, in: &transaction)
        return true
    }

    private func put(_ fact: Fact, in transaction: inout WriteTransaction) throws {
        try transaction.put(
            store.facts, ViewsStore.bigEndian(fact.position), try FactCodec.encode(fact))
        try transaction.put(store.ids, fact.id.bytes, ViewsStore.bigEndian(fact.position))
    }

    /// The fact that a correction or void names; nil for every other fact.
    static func target(of fact: Fact) -> FactID? {
        switch fact.payload {
        case .recordCorrected(let event): FactID(bytes: event.targetEvent)
        case .recordVoided(let event): FactID(bytes: event.targetEvent)
        default: nil
        }
    }

    /// Position of the fact that is corrected or voided in the end: the void of a correction
    /// belongs to what was corrected.
    func root<Access>(
        of target: FactID, in transaction: borrowing Transaction<Access>
    ) throws -> UInt64? {
        var id = target
        // A correction names its root; only a void of a correction takes one more step.
        for _ in 0..<4 {
            guard let position = try transaction.number(store.ids, id.bytes),
                let fact = try fact(at: position, in: transaction)
            else { return nil }
            guard let next = Self.target(of: fact) else { return position }
            id = next
        }
        return nil
    }

    func fact<Access>(
        at position: UInt64, in transaction: borrowing Transaction<Access>
    ) throws -> Fact? {
        if let fact = recent[position] { return fact }
        guard let bytes = try transaction.value(store.facts, ViewsStore.bigEndian(position)) else {
            return nil
        }
        return try FactCodec.decode(bytes)
    }

    /// A fact with the corrections and voids up to a position.
    func versions<Access>(
        of position: UInt64, through last: UInt64, in transaction: borrowing Transaction<Access>
    ) throws -> FactVersions {
        guard let root = try fact(at: position, in: transaction) else {
            throw ModelFault.corrupted("the fact at \(position) is missing")
        }
        let prefix = ViewsStore.bigEndian(position)
        var fixPositions: [UInt64] = []
        try transaction.scan(store.fixes, prefix: prefix, from: prefix) { key, _ in
            let fix = ViewsStore.trailingNumber(key)
            guard fix <= last else { return false }
            fixPositions.append(fix)
            return true
        }
        var fixes: [Fact] = []
        for fixPosition in fixPositions {
            if let fix = try fact(at: fixPosition, in: transaction) { fixes.append(fix) }
        }
        return FactVersions(root, fixes: fixes)
    }

    /// Positions of all facts that were corrected or voided.
    func fixed<Access>(
        in transaction: borrowing Transaction<Access>
    ) throws -> Set<UInt64> {
        var found: Set<UInt64> = []
        try transaction.scan(store.fixes, prefix: [], from: []) { key, _ in
            found.insert(ViewsStore.trailingNumber(Array(key.prefix(8))))
            return true
        }
        return found
    }
}
