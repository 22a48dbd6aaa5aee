import Schema

/// Bars below a table, for the models where a picture says more than the numbers.
enum Chart {
    /// The lines of the chart; none for a model without one or rows that do not fit one.
    ///
    /// - Parameter org: the organisation that was asked for: its own rows are drawn.
    static func lines(
        model: String, org: String?, _ rows: [JSONObject], _ language: Language
    ) -> [String] {
        let own = rows.filter { org != nil && $0["org"]?.stringValue == org }
        let rows = own.isEmpty ? rows : own
        return switch model {
        case "talent_pipeline": talentFunnel(rows, language)
        case "rectification_summary": sources(rows, language)
        case "fortress_rating": stars(rows, language)
        default: []
        }
    }

    /// One funnel, when the rows are of one organisation, period and track.
    private static func talentFunnel(_ rows: [JSONObject], _ language: Language) -> [String] {
        func isTotal(_ row: JSONObject) -> Bool { row["track"]?.stringValue == "TOTAL" }
        let total = rows.filter(isTotal)
        let stages = total.isEmpty ? rows : total
        let groups = Set(
            stages.map { "\($0["org"]?.stringValue ?? "") \($0["period"]?.stringValue ?? "")" })
        guard groups.count == 1, stages.count > 1 else { return [] }
        let widest = stages.compactMap { $0["cohort_reached"]?.integerValue }.max() ?? 0
        var lines = [""]
        for row in stages {
            let stage = row["stage"]?.stringValue ?? ""
            let label = language == .zh ? Words.chinese[stage] ?? stage : stage
            let reached = row["cohort_reached"]?.integerValue ?? 0
            let bar = Bar.text(reached, of: widest, columns: 40)
            let conversion =
                row["conversion_bp"]?.integerValue.map { "→ \(CellText.percent($0))" } ?? ""
            lines.append(
                "  \(DisplayWidth.padded(label, to: 12))"
                    + Colour.blue(DisplayWidth.padded(bar, to: 41))
                    + DisplayWidth.padded("\(reached)", to: 6, right: true) + "  "
                    + Colour.faint(conversion))
        }
        if let hired = stages.first?["hired"]?.integerValue,
            let share = stages.first?["master_plus_bp"]?.integerValue
        {
            let text = Phrase(
                zh: "聘用 \(hired) 人，硕士及以上 \(CellText.percent(share))",
                en: "\(hired) hired, master's and above \(CellText.percent(share))")
            lines.append("  " + Colour.bold(text(language)))
        }
        return lines
    }

    private static func sources(_ rows: [JSONObject], _ language: Language) -> [String] {
        let orgs = Set(rows.compactMap { $0["org"]?.stringValue })
        guard orgs.count == 1 else { return [] }
        let widest = rows.compactMap { $0["registered"]?.integerValue }.max() ?? 0
        var lines = [""]
        for row in rows {
            let source = row["source"]?.stringValue ?? ""
            let label = language == .zh ? Words.chinese[source] ?? source : source
            let registered = row["registered"]?.integerValue ?? 0
            let closed = row["closed"]?.integerValue ?? 0
            let full = Bar.text(closed, of: widest, columns: 30)
            let all = Bar.text(registered, of: widest, columns: 30)
            let rest = String(
                repeating: "░", count: max(0, DisplayWidth.of(all) - DisplayWidth.of(full)))
            lines.append(
                "  \(DisplayWidth.padded(label, to: 18))"
                    + DisplayWidth.padded(Colour.green(full) + rest, to: 31)
                    + " \(closed)/\(registered)")
        }
        return lines
    }

    private static func stars(_ rows: [JSONObject], _ language: Language) -> [String] {
        let counted = rows.compactMap { row -> (stars: Int64, count: Int64)? in
            guard let stars = row["stars"]?.integerValue, let count = row["count"]?.integerValue
            else { return nil }
            return (stars, count)
        }
        guard counted.count == rows.count, !counted.isEmpty else { return [] }
        let widest = counted.map(\.count).max() ?? 0
        return [""]
            + counted.map { entry in
                let stars = String(repeating: "★", count: Int(min(max(entry.stars, 0), 5)))
                return "  \(DisplayWidth.padded(stars, to: 8))"
                    + Colour.yellow(Bar.text(entry.count, of: widest, columns: 40))
                    + " \(entry.count)"
            }
    }
}
