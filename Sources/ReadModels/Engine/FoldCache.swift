/// Folds of entities that were used lately, so that the next fact can advance them, and the names
/// of the series.
///
/// Used by the engine's thread only.
final class FoldCache {
    private var folds: [UInt32: [EntityKey: Fold]] = [:]
    private var weight = 0
    /// Contribution keys kept, about 200 bytes each; beyond it all are let go and folded anew when
    /// needed.
    private let weightMax: Int
    private var names: [UInt32: ServiceNames] = [:]

    init(weightMax: Int = 100_000) {
        self.weightMax = weightMax
    }

    subscript(generation: UInt32, entity: EntityKey) -> Fold? {
        get { folds[generation]?[entity] }
        set {
            weight += (newValue?.weight ?? 0) - (folds[generation]?[entity]?.weight ?? 0)
            folds[generation, default: [:]][entity] = newValue
            guard weight > weightMax else { return }
            folds = [:]
            weight = 0
        }
    }

    /// Hands the names of a generation's series over; they are given back when the batch is
    /// written, so that a batch that fails leaves none behind.
    func takeNames(_ generation: UInt32) -> ServiceNames {
        names.removeValue(forKey: generation) ?? ServiceNames()
    }

    func keepNames(_ generation: UInt32, _ kept: ServiceNames) {
        names[generation] = kept
    }

    func removeAll() {
        folds = [:]
        names = [:]
        weight = 0
    }
}
