/// The stages of the talent pipeline (specification section 2.4.10) up to the hiring.
package enum TalentStage: Int, Hashable, Comparable, CaseIterable, Sendable {
    /// 登记
    case registered = 1
    /// 资格审查
    case screened
    /// 考试考核
    case assessed
    /// 体检考察
    case vetted
    /// 拟聘公示
    case posted
    /// 聘用
    case hired

    package enum Track: String, Hashable, Sendable {
        case standard = "STANDARD"
        /// 直接考核: high-level talents may skip the examination, not vetting and posting.
        case direct = "DIRECT"
    }

    package static func < (left: TalentStage, right: TalentStage) -> Bool {
        left.rawValue < right.rawValue
    }

    /// Whether a candidate at this stage may enter `stage` next (R-TL-01).
    package func leads(to stage: TalentStage, track: Track) -> Bool {
        if stage.rawValue == rawValue + 1 { return true }
        return track == .direct && self == .screened && stage == .vetted
    }

    /// The word of the specification.
    package var word: String {
        switch self {
        case .registered: "REGISTERED"
        case .screened: "SCREENED"
        case .assessed: "ASSESSED"
        case .vetted: "VETTED"
        case .posted: "POSTED"
        case .hired: "HIRED"
        }
    }

    /// Chinese name of the stage.
    package var zh: String {
        switch self {
        case .registered: "登记"
        case .screened: "资格审查"
        case .assessed: "考试考核"
        case .vetted: "体检考察"
        case .posted: "拟聘公示"
        case .hired: "聘用"
        }
    }
}
