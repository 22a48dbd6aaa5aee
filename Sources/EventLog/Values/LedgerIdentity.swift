/// Which ledger a directory holds: given at its birth, the same in every copy.
package struct LedgerIdentity: Hashable, Sendable {
    /// A random (version 4) UUID.
    package let id: EventID
    /// Microseconds since 1970-01-01T00:00:00Z.
    package let createdAt: Int64

    package init(id: EventID, createdAt: Int64) {
        self.id = id
        self.createdAt = createdAt
    }

    /// A new identity from the system's random numbers.
    package static func random(createdAt: Int64) -> LedgerIdentity {
        var random = SystemRandomNumberGenerator()
        let high = random.next() & ~0xF000 | 0x4000
        let low = random.next() & ~(0b11 << 62) | 0b10 << 62
        return LedgerIdentity(id: EventID(high: high, low: low), createdAt: createdAt)
    }
}
