/// The stages of a star rating, 四方联动 (specification section 2.4.8).
package enum StarStage: Int, Hashable, Comparable, CaseIterable, Sendable {
    /// 支部自评, by the branch.
    case selfAssessed = 1
    /// 院党委考评, by the branch's hospital.
    case examined
    /// 局党办审核, by the hospital's parent.
    case reviewed
    /// 市委组织部审定, by the root of the tree.
    case confirmed

    package static func < (left: StarStage, right: StarStage) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The only stage that may follow; nil after the last.
    package var next: StarStage? { StarStage(rawValue: rawValue + 1) }

    /// The word of the specification.
    package var word: String {
        switch self {
        case .selfAssessed: "SELF_ASSESSED"
        case .examined: "EXAMINED"
        case .reviewed: "REVIEWED"
        case .confirmed: "CONFIRMED"
        }
    }

    /// Chinese name of the stage.
    package var zh: String {
        switch self {
        case .selfAssessed: "支部自评"
        case .examined: "院党委考评"
        case .reviewed: "局党办审核"
        case .confirmed: "市委组织部审定"
        }
    }
}
