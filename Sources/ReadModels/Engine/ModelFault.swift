/// Why a model cannot go on or a query cannot be answered.
package enum ModelFault: Error, Equatable, Sendable {
    /// A sum left the range of 64 bits; the model is parked, the server goes on.
    case overflow(String)
    /// Stored bytes do not have the form in which they were written.
    case corrupted(String)
    /// There is no model, or no table of the model, of this name.
    case unknownModel(String)
    /// The model was parked earlier, for the reason given.
    case parked(model: String, reason: String)
    /// The model has not been built for the first time yet.
    case building(model: String)
    /// The query names a column, value or page token that cannot be used.
    case invalidQuery(String)
    /// The log no longer holds what the views were built from.
    case logMismatch(String)
}

extension ModelFault: CustomStringConvertible {
    /// One line for people.
    package var description: String {
        switch self {
        case .overflow(let what): "a sum is too large: \(what)"
        case .corrupted(let what): "stored views are damaged: \(what)"
        case .unknownModel(let name): "there is no read model \(name)"
        case .parked(let model, let reason): "the read model \(model) is parked: \(reason)"
        case .building(let model): "the read model \(model) is being built"
        case .invalidQuery(let what): "the query cannot be used: \(what)"
        case .logMismatch(let what): "the views do not belong to this log: \(what)"
        }
    }
}

/// `left + right`.
///
/// - Throws: `ModelFault.overflow` when the sum cannot be held.
func checkedSum(_ left: Int64, _ right: Int64, _ what: String) throws(ModelFault) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    guard !overflow else { throw .overflow(what) }
    return sum
}
