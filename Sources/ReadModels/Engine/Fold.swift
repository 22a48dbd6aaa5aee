import PartyBuilding

/// Folds the facts of one entity and tells day by day what it emits.
///
/// Facts that come later in valid time and position than all before advance it; for anything else
/// the entity is folded anew. What was emitted on earlier days is not kept: it does not change.
struct Fold: Sendable {
    private var record: any Record
    /// Valid day and position of the last fact.
    private(set) var last: (day: LocalDate, position: UInt64)?
    /// What the entity contributed at the end of the day before the last one, and its row.
    private var earlier: [ModelKey: [Int64]] = [:]
    private var earlierRow: [UInt8] = []
    /// What it contributes now, and its row.
    private var present: [ModelKey: [Int64]] = [:]
    private var presentRow: [UInt8] = []

    init(_ record: any Record) {
        self.record = record
    }

    /// Room that the state takes up in a cache, in keys.
    var weight: Int { 4 + present.count + earlier.count }

    /// Whether a fact can be added without folding anew.
    func canAdvance(by item: RecordFact) -> Bool {
        guard let last else { return true }
        return last < (item.day, item.fact.position)
    }

    /// Applies facts that are in order and come behind all before.
    ///
    /// - Returns: what the entity emits on the days of these facts, in order; the first replaces
    ///   what was emitted on the day before if it is the same day. Days without emission are
    ///   there, too.
    mutating func advance(by items: [RecordFact]) throws(ModelFault) -> [Emission] {
        var emissions: [Emission] = []
        var index = items.startIndex
        while index < items.endIndex {
            let day = items[index].day
            // More facts of the day that was thought complete: it is emitted again.
            if last?.day != day {
                earlier = present
                earlierRow = presentRow
            }
            while index < items.endIndex, items[index].day == day {
                let item = items[index]
                if item.isVoid {
                    record.noteVoid(item)
                } else {
                    try record.apply(item)
                }
                last = (day, item.fact.position)
                index += 1
            }
            emissions.append(try emission(of: day))
        }
        return emissions
    }

    private mutating func emission(of day: LocalDate) throws(ModelFault) -> Emission {
        var contributions = Contributions()
        try record.contribute(to: &contributions)
        present = contributions.sums
        presentRow = record.row() ?? []
        var changes: [Emission.Step] = []
        for (key, measures) in present {
            let change = try subtracted(measures, earlier[key] ?? [])
            if change.contains(where: { $0 != 0 }) {
                changes.append(Emission.Step(group: key, deltas: change))
            }
        }
        for (key, measures) in earlier where present[key] == nil {
            let change = try subtracted([], measures)
            if change.contains(where: { $0 != 0 }) {
                changes.append(Emission.Step(group: key, deltas: change))
            }
        }
        changes.sort { $0.group < $1.group }
        return Emission(
            day: day, steps: changes, row: presentRow == earlierRow ? nil : presentRow)
    }
}
