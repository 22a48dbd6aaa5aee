/// One build of one model: its content lies under its number.
struct Generation: Equatable, Sendable {
    enum Role: UInt8, Sendable {
        /// Answers queries.
        case serving = 1
        /// Is built beside the serving one and takes its place when it has caught up.
        case building = 2
        /// Its content is being removed.
        case retired = 3
    }

    let number: UInt32
    let model: String
    let version: UInt32
    var role: Role
    /// Everything up to here is folded in.
    var position: UInt64
    /// The last position at which what queries read has changed, of now or of an earlier
    /// `known_at`.
    var touched: UInt64 = 0
    /// Why it cannot go on; nil when all is well.
    var parked: String?
    /// Entries of its content.
    var entries: Int64
}

/// What the views remember across restarts, written in the transaction of every batch.
struct EngineState: Equatable, Sendable {
    /// Raised when the layout of the stored views changes: they are then built anew from the log.
    static let layout: UInt64 = 2

    var ledger: [UInt8]
    /// Every fact up to here is in the views' own copy.
    var position: UInt64 = 0
    var mark = FeedMark(event: [], root: nil)
    /// The latest record time among the facts up to `position`.
    var lastRecordedAt = Int64.min
    /// Facts that this version could not understand and left out.
    var unreadable: UInt64 = 0
    var nextGeneration: UInt32 = 1
    var generations: [Generation] = []

    init(ledger: [UInt8]) {
        self.ledger = ledger
    }

    func serving(_ model: String) -> Generation? {
        // In its place: to take each one out costs more than to look at it.
        for index in generations.indices
        where generations[index].role == .serving && generations[index].model == model {
            return generations[index]
        }
        return nil
    }

    /// Adds an empty generation of a model.
    mutating func begin(_ model: any ReadModel, as role: Generation.Role) {
        generations.append(
            Generation(
                number: nextGeneration, model: model.name, version: model.version, role: role,
                position: 0, parked: nil, entries: 0))
        nextGeneration &+= 1
    }

    /// Lets every generation that has caught up take the place of the one that serves.
    mutating func swapCaughtUp() {
        for index in generations.indices
        where generations[index].role == .building && generations[index].parked == nil
            && generations[index].position == position
        {
            let model = generations[index].model
            for other in generations.indices
            where generations[other].model == model && generations[other].role == .serving {
                generations[other].role = .retired
            }
            generations[index].role = .serving
        }
    }
}

extension EngineState {
    var encoded: [UInt8] {
        var writer = ByteWriter()
        writer.unsigned(Self.layout)
        writer.blob(ledger)
        writer.unsigned(position)
        writer.blob(mark.event)
        writer.optional(mark.root) { $0.blob($1) }
        writer.signed(lastRecordedAt)
        writer.unsigned(unreadable)
        writer.unsigned(UInt64(nextGeneration))
        writer.list(generations) { writer, generation in
            writer.unsigned(UInt64(generation.number))
            writer.string(generation.model)
            writer.unsigned(UInt64(generation.version))
            writer.byte(generation.role.rawValue)
            writer.unsigned(generation.position)
            writer.unsigned(generation.touched)
            writer.optional(generation.parked) { $0.string($1) }
            writer.signed(generation.entries)
        }
        return writer.bytes
    }

    /// Nil when the bytes are of another layout.
    init?(encoded bytes: [UInt8]) throws(ModelFault) {
        var reader = ByteReader(bytes)
        guard try reader.unsigned() == Self.layout else { return nil }
        ledger = try reader.blob()
        position = try reader.unsigned()
        let event = try reader.blob()
        let root = try reader.optional { (reader) throws(ModelFault) in try reader.blob() }
        mark = FeedMark(event: event, root: root)
        lastRecordedAt = try reader.signed()
        unreadable = try reader.unsigned()
        nextGeneration = UInt32(truncatingIfNeeded: try reader.unsigned())
        generations = try reader.list { (reader) throws(ModelFault) in
            let number = UInt32(truncatingIfNeeded: try reader.unsigned())
            let model = try reader.string()
            let version = UInt32(truncatingIfNeeded: try reader.unsigned())
            guard let role = Generation.Role(rawValue: try reader.byte()) else {
                throw ModelFault.corrupted("role of a generation")
            }
            return Generation(
                number: number, model: model, version: version, role: role,
                position: try reader.unsigned(), touched: try reader.unsigned(),
                parked: try reader.optionalString(),
                entries: try reader.signed())
        }
    }
}
