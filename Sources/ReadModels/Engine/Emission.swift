import PartyBuilding

/// What one entity puts into the content of its model on one day: steps of the sums, and its row
/// from that day on. Stored under the entity and the day, so that a new fact writes its own day
/// and not the entity's history.
struct Emission: Equatable, Sendable {
    /// A change of the sums of one group on the day.
    struct Step: Equatable, Sendable {
        /// Table and group; the day is added when it is stored.
        let group: ModelKey
        let deltas: [Int64]
    }

    let day: LocalDate
    /// Sorted by group; no two with the same group, none all zero.
    var steps: [Step] = []
    /// The row from this day on: no bytes when there is none, nil when it does not change.
    var row: [UInt8]?

    init(day: LocalDate, steps: [Step] = [], row: [UInt8]? = nil) {
        self.day = day
        self.steps = steps
        self.row = row
    }

    var isEmpty: Bool { steps.isEmpty && row == nil }

    /// The bytes under which the day's emission is stored; the day is part of the key.
    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.list(steps) { writer, step in
            writer.blob(step.group.bytes)
            writer.list(step.deltas) { $0.signed($1) }
        }
        writer.optional(row) { $0.blob($1) }
        return writer.bytes
    }

    init(day: LocalDate, encoded bytes: [UInt8]) throws(ModelFault) {
        self.day = day
        var reader = ByteReader(bytes)
        steps = try reader.list { (reader) throws(ModelFault) in
            let group = ModelKey(try reader.blob())
            return Step(
                group: group,
                deltas: try reader.list { (reader) throws(ModelFault) in
                    try reader.signed()
                })
        }
        row = try reader.optional { (reader) throws(ModelFault) in try reader.blob() }
    }
}

/// The changes that a batch makes to the content of a model.
struct ContentChange {
    /// What is added to the measures under a key.
    private(set) var deltas: [ModelKey: [Int64]] = [:]
    /// What is stored under a key; nil removes it.
    private(set) var rows: [ModelKey: [UInt8]?] = [:]

    /// Takes back what an entity had emitted on a day and adds what it emits now.
    mutating func replace(
        _ old: Emission?, with new: Emission?, entity: EntityKey
    ) throws(ModelFault) {
        if old == new { return }
        if let old {
            for step in old.steps {
                let key = step.group.day(old.day)
                deltas[key] = try subtracted(deltas[key] ?? [], step.deltas)
            }
            if old.row != nil { rows[Self.rowKey(entity, old.day)] = .some(nil) }
        }
        if let new {
            for step in new.steps {
                let key = step.group.day(new.day)
                deltas[key] = try added(deltas[key] ?? [], step.deltas)
            }
            if let row = new.row { rows[Self.rowKey(entity, new.day)] = row }
        }
    }

    /// Whether anything changes at all.
    var isEmpty: Bool {
        rows.isEmpty && deltas.values.allSatisfy { $0.allSatisfy { $0 == 0 } }
    }

    /// Rows of entities of one kind lie together, sorted by identity and day.
    static func rowKey(_ entity: EntityKey, _ day: LocalDate) -> ModelKey {
        ModelKey().byte(rowTable(entity.kind)).text(entity.id).day(day)
    }

    static func rowTable(_ kind: UInt8) -> UInt8 { 0x80 | kind }
}
