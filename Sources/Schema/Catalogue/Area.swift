/// The twelve areas of the specification's catalogue, in its order.
package enum Area: String, CaseIterable, Sendable {
    case organisation, membership, leadership, learning, volunteering, rectification
    case checklists, ratings, talent, brands, integrity, records

    /// The letter before the numbers of its events: A to L.
    package var letter: Character {
        switch self {
        case .organisation: "A"
        case .membership: "B"
        case .leadership: "C"
        case .learning: "D"
        case .volunteering: "E"
        case .rectification: "F"
        case .checklists: "G"
        case .ratings: "H"
        case .talent: "I"
        case .brands: "J"
        case .integrity: "K"
        case .records: "L"
        }
    }

    /// The Chinese heading of the area in the specification.
    package var zh: String {
        switch self {
        case .organisation: "组织与支部"
        case .membership: "党员发展与管理"
        case .leadership: "班子与双/三培养"
        case .learning: "组织生活与学习"
        case .volunteering: "志愿服务、义诊、先锋岗"
        case .rectification: "整改与问题清单"
        case .checklists: "清单与责任"
        case .ratings: "评定与指数"
        case .talent: "人才引进"
        case .brands: "品牌、宣传、成果"
        case .integrity: "清廉与监督"
        case .records: "记录、报表、个人信息"
        }
    }
}
