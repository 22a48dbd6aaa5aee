import PartyBuilding

/// Everything one entity has put into the content of its model: steps over valid time and the
/// versions of its row.
struct Emission: Equatable, Sendable {
    /// A change of the sums of one group on one day.
    struct Step: Equatable, Sendable {
        /// Table, group and day.
        let key: ModelKey
        let deltas: [Int64]
    }

    /// The row from a day on; no bytes when there is none from that day.
    struct Version: Equatable, Sendable {
        let day: LocalDate
        let row: [UInt8]
    }

    /// Sorted by key; no two with the same key, none all zero.
    var steps: [Step] = []
    /// Sorted by day.
    var versions: [Version] = []

    var isEmpty: Bool { steps.isEmpty && versions.isEmpty }

    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.list(steps) { writer, step in
            writer.blob(step.key.bytes)
            writer.list(step.deltas) { $0.signed($1) }
        }
        writer.list(versions) { writer, version in
            writer.signed(Int64(version.day.dayNumber))
            writer.blob(version.row)
        }
        return writer.bytes
    }

    init() {}

    init(encoded bytes: [UInt8]) throws(ModelFault) {
        var reader = ByteReader(bytes)
        steps = try reader.list { (reader) throws(ModelFault) in
            let key = ModelKey(try reader.blob())
            return Step(
                key: key,
                deltas: try reader.list { (reader) throws(ModelFault) in
                    try reader.signed()
                })
        }
        versions = try reader.list { (reader) throws(ModelFault) in
            let day = LocalDate(dayNumber: try reader.int32())
            return Version(day: day, row: try reader.blob())
        }
    }
}

/// The changes that a batch makes to the content of a model.
struct ContentChange {
    /// What is added to the measures under a key.
    private(set) var deltas: [ModelKey: [Int64]] = [:]
    /// What is stored under a key; nil removes it.
    private(set) var rows: [ModelKey: [UInt8]?] = [:]

    /// Takes back what an entity had emitted and adds what it emits now.
    mutating func replace(
        _ old: Emission, with new: Emission, entity: EntityKey
    ) throws(ModelFault) {
        if old == new { return }
        for step in old.steps {
            deltas[step.key] = try subtracted(deltas[step.key] ?? [], step.deltas)
        }
        for step in new.steps {
            deltas[step.key] = try added(deltas[step.key] ?? [], step.deltas)
        }
        for version in old.versions {
            rows[Self.rowKey(entity, version.day)] = .some(nil)
        }
        for version in new.versions {
            rows[Self.rowKey(entity, version.day)] = version.row
        }
    }

    /// Rows of entities of one kind lie together, sorted by identity and day.
    static func rowKey(_ entity: EntityKey, _ day: LocalDate) -> ModelKey {
        ModelKey().byte(rowTable(entity.kind)).text(entity.id).day(day)
    }

    static func rowTable(_ kind: UInt8) -> UInt8 { 0x80 | kind }
}
