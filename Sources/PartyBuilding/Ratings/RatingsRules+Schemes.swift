import Schema

extension RatingsRules {
    /// H01.
    static let schemeGuards: [Guard] = [
        Guard("R-RT-04", on: IndicatorSchemeAdopted.self) { event, judging in
            let from = try judging.day(event.validFrom, "valid_from")
            let schemes = try judging.state(IndicatorSchemes.self, judging.fact.tenant)
            let own = schemes.versions.filter { $0.stream == judging.fact.stream }
            try judging.require(
                !own.contains { $0.version == event.version },
                [DecidingFact("version", event.version)],
                zh: "该体系已有版本 \(event.version)：新版本请换版本号，改错请用更正",
                en: "the scheme has a version \(event.version): number a new one differently, "
                    + "correct a wrong one")
            guard let latest = own.map(\.validFrom).max() else { return }
            try judging.require(
                latest < from, [DecidingFact("valid_from", from), DecidingFact("latest", latest)],
                zh: "新版本生效日 \(from) 不晚于现行版本的 \(latest)：已用期间的版本不得改动",
                en: "the version begins on \(from), not after the one of \(latest): "
                    + "periods keep the version they began with")
        },
        Guard("INV-H01", on: IndicatorSchemeAdopted.self) { event, judging in
            try requireShape(event, judging)
            try requireCounts(event, judging)
        },
    ]

    /// Every indicator once, in a dimension of the scheme, with something to gain.
    private static func requireShape(
        _ event: IndicatorSchemeAdopted, _ judging: Judging
    ) throws {
        let twice = repeatedElement(of: event.indicators.map(\.id) + event.dimensions)
        try judging.require(
            twice == nil, [DecidingFact("id", twice ?? "")],
            zh: "指标或维度 \(twice ?? "") 重复", en: "\(twice ?? "") appears twice")
        let stray = event.indicators.first {
            $0.dimension != PioneerScheme.bonusDimension && !event.dimensions.contains($0.dimension)
        }
        try judging.require(
            stray == nil,
            [
                DecidingFact("indicator", stray?.id ?? ""),
                DecidingFact("dimension", stray?.dimension ?? ""),
            ],
            zh: "指标 \(stray?.id ?? "") 的维度 \(stray?.dimension ?? "") 不在体系内",
            en: "indicator \(stray?.id ?? "") names dimension \(stray?.dimension ?? ""), "
                + "which the scheme has not")
        let worthless = event.indicators.first { $0.max <= 0 }
        try judging.require(
            worthless == nil, [DecidingFact("indicator", worthless?.id ?? "")],
            zh: "指标 \(worthless?.id ?? "") 的满分须大于 0",
            en: "indicator \(worthless?.id ?? "") must have a maximum above 0")
        let empty = event.dimensions.first { dimension in
            !event.indicators.contains { $0.dimension == dimension }
        }
        try judging.require(
            empty == nil, [DecidingFact("dimension", empty ?? "")],
            zh: "维度 \(empty ?? "") 没有指标", en: "dimension \(empty ?? "") has no indicator")
    }

    /// 29 indicators in 6 dimensions; 5 aspects; a pioneer index of 100.00 (specification
    /// sections 1.2, 1.4 and 2.6).
    private static func requireCounts(
        _ event: IndicatorSchemeAdopted, _ judging: Judging
    ) throws {
        let dimensions = event.dimensions.filter { $0 != PioneerScheme.bonusDimension }.count
        let indicators = event.indicators.count {
            $0.dimension != PioneerScheme.bonusDimension
        }
        switch event.schemeKind {
        case .partyBuilding29:
            let (wanted, wantedDimensions) = (29, 6)
            try judging.require(
                indicators == wanted && dimensions == wantedDimensions,
                [DecidingFact("indicators", indicators), DecidingFact("dimensions", dimensions)],
                zh: "党建工作指标须为 \(wanted) 项、\(wantedDimensions) 个维度，现为 \(indicators) 项、"
                    + "\(dimensions) 个维度",
                en: "the party-building scheme has \(wanted) indicators in \(wantedDimensions) "
                    + "dimensions; these are \(indicators) in \(dimensions)")
        case .fiveIsation:
            let wanted = 5
            try judging.require(
                dimensions == wanted, [DecidingFact("dimensions", dimensions)],
                zh: "支部五化须为 \(wanted) 个方面，现为 \(dimensions) 个",
                en: "five-isation has \(wanted) aspects; these are \(dimensions)")
        case .pioneerIndex:
            let total = PioneerScheme(event).total
            let wanted = judging.rules[.pioneerTotalCentiPoints]
            try judging.require(
                total == Int64(wanted),
                [DecidingFact("total", total), DecidingFact("pioneer_total", wanted)],
                zh: "各指标满分合计（不含加分）为 \(total)，应为 \(wanted)（百分之一分）",
                en: "the maxima without bonus add up to \(total) centi-points, not to \(wanted)")
        case .star, .unspecified, .UNRECOGNIZED: break
        }
    }
}
