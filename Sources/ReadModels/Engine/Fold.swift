import PartyBuilding

/// Folds the facts of one entity and collects what it emits.
///
/// Facts that come later in valid time and position than all before advance it; for anything else
/// the entity is folded anew.
struct Fold: Sendable {
    private var record: any Record
    /// Valid day and position of the last fact.
    private(set) var last: (day: LocalDate, position: UInt64)?
    /// What the entity contributed at the end of the day before the last one.
    private var earlier: [ModelKey: [Int64]] = [:]
    /// What it contributes now.
    private var present: [ModelKey: [Int64]] = [:]
    private var steps: [(day: LocalDate, steps: [Emission.Step])] = []
    private var versions: [Emission.Version] = []

    init(_ record: any Record) {
        self.record = record
    }

    /// Whether a fact can be added without folding anew.
    func canAdvance(by item: RecordFact) -> Bool {
        guard let last else { return true }
        return last < (item.day, item.fact.position)
    }

    /// Applies facts that are in order and come behind all before.
    mutating func advance(by items: [RecordFact]) throws(ModelFault) {
        var index = items.startIndex
        while index < items.endIndex {
            let day = items[index].day
            beginDay(day)
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
            try endDay(day)
        }
    }

    private mutating func beginDay(_ day: LocalDate) {
        guard let last, last.day == day else {
            earlier = present
            return
        }
        // More facts of the day that was thought complete: its steps are made again.
        if steps.last?.day == day { steps.removeLast() }
        if versions.last?.day == day { versions.removeLast() }
    }

    private mutating func endDay(_ day: LocalDate) throws(ModelFault) {
        var contributions = Contributions()
        try record.contribute(to: &contributions)
        present = contributions.sums
        var changes: [Emission.Step] = []
        for (key, measures) in present {
            let change = try subtracted(measures, earlier[key] ?? [])
            if change.contains(where: { $0 != 0 }) {
                changes.append(Emission.Step(key: key.day(day), deltas: change))
            }
        }
        for (key, measures) in earlier where present[key] == nil {
            let change = try subtracted([], measures)
            if change.contains(where: { $0 != 0 }) {
                changes.append(Emission.Step(key: key.day(day), deltas: change))
            }
        }
        if !changes.isEmpty {
            steps.append((day, changes.sorted { $0.key < $1.key }))
        }
        let row = record.row() ?? []
        if row != (versions.last?.row ?? []) {
            versions.append(Emission.Version(day: day, row: row))
        }
    }

    /// All that the entity emits.
    var emission: Emission {
        var emission = Emission()
        emission.steps = steps.flatMap(\.steps).sorted { $0.key < $1.key }
        emission.versions = versions
        return emission
    }
}
