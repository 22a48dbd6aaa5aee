/// Life of one item of a checklist (specification section 2.4.7). Overdue is derived, never
/// stored.
package enum ChecklistItemState: String, Hashable, Sendable {
    case open = "OPEN"
    /// 完成（自报）: reported by the owner, not yet counted in official rates (R-CK-02).
    case completed = "COMPLETED"
    /// 核验
    case verified = "VERIFIED"
    /// 撤销: leaves numerator and denominator (R-CK-03).
    case withdrawn = "WITHDRAWN"

    package enum Step: Hashable, Sendable {
        case completed, verified, returned, withdrawn
    }

    /// The state after a step, nil when the step is not allowed.
    package func after(_ step: Step) -> ChecklistItemState? {
        switch (self, step) {
        case (.open, .completed): .completed
        case (.completed, .verified): .verified
        case (.completed, .returned): .open
        case (.open, .withdrawn), (.completed, .withdrawn): .withdrawn
        case (.open, .verified), (.open, .returned), (.completed, .completed),
            (.verified, _), (.withdrawn, _):
            nil
        }
    }

    /// Chinese name of the state.
    package var zh: String {
        switch self {
        case .open: "待完成"
        case .completed: "已自报完成"
        case .verified: "已核验"
        case .withdrawn: "已撤销"
        }
    }
}
