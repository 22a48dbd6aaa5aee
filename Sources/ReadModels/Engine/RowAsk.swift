import PartyBuilding

/// One question to one model: which rows, of which valid time, and what they are read from.
struct RowAsk {
    let table: String
    let org: String?
    let period: CalendarPeriod?
    let asOf: LocalDate
    /// Only the row of this entity is asked for; nil for all.
    let entity: EntityKey?
    let shelf: Shelf
    let services: ServiceShelf
    let registry: Registry
    /// The rules in force on `asOf`.
    let rules: RuleSet

    /// Whether an organisation lies in what was asked for.
    func includes(_ org: String) -> Bool {
        guard let asked = self.org else { return true }
        return registry.isInside(org, asked)
    }

    /// The organisations whose rows count something that belongs to `org`: itself and all above it,
    /// as far as they were asked for.
    func rollUp(_ org: String) -> [String] {
        registry.chain(org).filter(includes)
    }

    /// The periods whose rows count a day: the one asked for, or its year, half-year, quarter and
    /// month.
    func periods(_ day: LocalDate) -> [CalendarPeriod] {
        guard let period else { return CalendarPeriod.containing(day) }
        return period.contains(day) ? [period] : []
    }

    /// The row of each entity of a kind at the end of the day asked for, in the order of
    /// identities, from an identity on, as long as `body` returns true; only the entity asked for
    /// when there is one.
    func entities(
        _ kind: UInt8, after id: String? = nil,
        _ body: (_ id: String, _ row: [UInt8]) throws -> Bool
    ) throws {
        guard let entity, entity.kind == kind else {
            return try shelf.rows(kind, after: id, asOf: asOf, body)
        }
        if let row = try shelf.row(entity, asOf: asOf) { _ = try body(entity.id, row) }
    }
}
