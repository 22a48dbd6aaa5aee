/// Where a person stands on the way into, in and out of the Party (specification section 2.4.1).
///
/// Being in transit between branches is no standing: the person stays on the origin's roll until
/// receipt.
package enum Standing: String, CaseIterable, Sendable {
    case none = "NONE"
    case applicant = "APPLICANT"
    case activist = "ACTIVIST"
    case target = "TARGET"
    case awaitingApproval = "AWAITING_APPROVAL"
    case probationary = "PROBATIONARY"
    case full = "FULL"
    case ended = "ENDED"

    /// Chinese word of the state.
    package var zh: String {
        switch self {
        case .none: "未递交申请"
        case .applicant: "申请人"
        case .activist: "入党积极分子"
        case .target: "发展对象"
        case .awaitingApproval: "待审批"
        case .probationary: "预备党员"
        case .full: "正式党员"
        case .ended: "已终止党员身份"
        }
    }

    /// The person is a member, probationary or full.
    package var isMember: Bool { self == .probationary || self == .full }
}
