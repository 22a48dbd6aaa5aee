import LMDB
import Names

/// Where an id of version 7 was recorded, as the index keeps it: not the id, which the log has, but
/// what leads to it. In the order of the table: by time, fingerprint and position.
struct IDEntry: Hashable, Comparable, Sendable {
    static let positionBits: UInt64 = 56
    static let positionMax: UInt64 = (1 << positionBits) - 1
    static let fingerprintBits: UInt64 = 24
    static let timeMax: UInt64 = (1 << 48) - 1

    /// The id's 48 bits of time above the upper 16 of the fingerprint.
    let high: UInt64
    /// The lower 8 bits of the fingerprint above the position.
    let low: UInt64

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameters:
    ///   - time: the milliseconds of the id, 48 bits.
    ///   - fingerprint: 24 bits.
    ///   - position: 56 bits.
    init(time: UInt64, fingerprint: UInt64, position: UInt64) {
        high = time << 16 | fingerprint >> 8
        low = fingerprint << Self.positionBits | position
    }

    var time: UInt64 { high >> 16 }
    var fingerprint: UInt64 { (high & 0xFFFF) << 8 | low >> Self.positionBits }
    var position: UInt64 { low & Self.positionMax }

    /// The entry as a key whose order is that of entries.
    var key: PairKey { PairKey(high, low) }

    static func < (left: IDEntry, right: IDEntry) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

extension EventID {
    /// The sixteen bytes as a key whose order is the order of ids.
    var key: PairKey {
        PairKey(high, low)
    }
}

/// What fingerprints of ids are made with: drawn with each new index and known to nobody outside,
/// so that no sender can choose ids that look alike.
struct IDSecret: Equatable, Sendable {
    static let size = 16

    let key0: UInt64
    let key1: UInt64

    static func random() -> IDSecret {
        var random = SystemRandomNumberGenerator()
        return IDSecret(key0: random.next(), key1: random.next())
    }

    /// 24 bits that stand for the id.
    func fingerprint(of id: EventID) -> UInt64 {
        NameHash(key0: key0, key1: key1)(id.high, id.low) >> (64 - IDEntry.fingerprintBits)
    }

    func entry(of id: EventID, at position: UInt64) -> IDEntry {
        IDEntry(time: id.high >> 16, fingerprint: fingerprint(of: id), position: position)
    }

    /// The entries that may be the id's.
    func entries(of id: EventID) -> ClosedRange<IDEntry> {
        entry(of: id, at: 0)...entry(of: id, at: IDEntry.positionMax)
    }
}
