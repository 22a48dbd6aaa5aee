/// Counts of values, from which medians and percentiles are read.
struct Histogram {
    private var counts: [Int64: Int64] = [:]

    /// - Throws: `ModelFault.overflow`.
    mutating func add(_ value: Int64, _ count: Int64) throws(ModelFault) {
        counts[value] = try checkedSum(counts[value] ?? 0, count, "histogram")
    }

    /// The values in ascending order, each as often as it was counted.
    var sorted: [Int64] {
        counts.sorted { $0.key < $1.key }.flatMap {
            Array(repeating: $0.key, count: Int(clamping: max(0, $0.value)))
        }
    }
}
