/// The four steps of a brand, a closed loop without skipping (specification section 2.4.11).
package enum BrandStage: Int, Hashable, Comparable, CaseIterable, Sendable {
    /// 品牌名称
    case named = 1
    /// 实施方案
    case planned
    /// 内涵塑造
    case shaped
    /// 长效固化
    case consolidated

    package static func < (left: BrandStage, right: BrandStage) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The only stage that may follow; nil after the last.
    package var next: BrandStage? { BrandStage(rawValue: rawValue + 1) }

    /// The word of the specification.
    package var word: String {
        switch self {
        case .named: "NAMED"
        case .planned: "PLANNED"
        case .shaped: "SHAPED"
        case .consolidated: "CONSOLIDATED"
        }
    }

    /// Chinese name of the stage.
    package var zh: String {
        switch self {
        case .named: "品牌名称"
        case .planned: "实施方案"
        case .shaped: "内涵塑造"
        case .consolidated: "长效固化"
        }
    }
}
