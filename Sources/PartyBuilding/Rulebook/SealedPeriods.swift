import Schema

/// The sealed periods of all organisations of a tree (L03).
struct SealedPeriods: Aggregate {
    static let subject = "tree"
    static let types: [EventType]? = Seals.types

    /// The seals in order of recording, each with its organisation.
    private var seals: [(organisation: String, seal: Seals.Seal)] = []

    init(id: String) {}

    mutating func apply(_ fact: Fact) {
        guard let seal = Seals.Seal(fact) else { return }
        seals.append((fact.streamIdentity, seal))
    }

    /// The seals that hold a day, for a fact recorded at an instant.
    func holding(
        _ day: LocalDate, before recordedAt: Int64
    ) -> [(organisation: String, seal: Seals.Seal)] {
        guard !seals.isEmpty else { return [] }
        return seals.filter { $0.seal.holds(day, before: recordedAt) }
    }
}
