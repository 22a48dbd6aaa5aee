import Schema

extension VolunteeringRules {
    /// E07.
    static let medicineGuards: [Guard] = [
        Guard("STATE-ACTIVITY", on: MedicinesDistributed.self) { _, judging in
            try requireHeld(judging)
        },
        Guard("R-GEN-06", on: MedicinesDistributed.self) { event, judging in
            try requireFen(event, judging)
        },
        Guard("R-VO-05", on: MedicinesDistributed.self) { event, judging in
            for line in event.lines {
                try judging.require(
                    line.qty > 0 && line.fen >= 0,
                    [
                        DecidingFact("drug_code", line.drugCode), DecidingFact("qty", line.qty),
                        DecidingFact("fen", line.fen),
                    ],
                    zh: "药品 \(line.drugCode) 的数量须大于 0、金额不得为负（数量 \(line.qty)，金额 \(line.fen) 分）",
                    en: "\(line.drugCode): the quantity must be above 0 and the value not negative "
                        + "(\(line.qty), \(line.fen) fen)")
            }
            let sum = sumOfLines(event)
            try judging.require(
                sum == event.totalFen,
                [
                    DecidingFact("total_fen", event.totalFen),
                    DecidingFact("sum_of_lines_fen", sum.map(String.init) ?? "overflow"),
                ],
                zh: "总金额 \(event.totalFen) 分不等于各行之和 \(sum.map(String.init) ?? "（溢出）") 分，请核对",
                en: "total_fen is \(event.totalFen), the lines add up to "
                    + "\(sum.map(String.init) ?? "(too much)"); correct one of them")
            let activity = try judging.ownState(ActivityState.self)
            judging.expect(
                activity.plannedKind != .clinic,
                zh: "义诊中发放药品：备案通知把义诊定为咨询性质、不得提供或推销药品，请存授权文件备查",
                en: "medicines at a free clinic: the filing notice treats clinics as advisory and "
                    + "forbids providing or promoting drugs; keep the authorisation at hand")
            judging.expect(
                event.hasAuthorisation,
                zh: "发放药品没有授权文件，请补充",
                en: "no authorisation document for the medicines; add it")
        },
    ]

    /// Sum of the lines in fen; nil when it cannot be held.
    private static func sumOfLines(_ event: MedicinesDistributed) -> Int64? {
        var sum: Int64 = 0
        for line in event.lines {
            let (next, overflow) = sum.addingReportingOverflow(line.fen)
            guard !overflow else { return nil }
            sum = next
        }
        return sum
    }

    /// Money is in fen: an amount that only makes sense in 元 or 万元 is a wrong unit.
    private static func requireFen(_ event: MedicinesDistributed, _ judging: Judging) throws {
        let total = event.totalFen
        if let sum = sumOfLines(event), sum != total, total > 0 {
            for (factor, unit) in [(Int64(100), "元"), (1_000_000, "万元")] {
                let (scaled, overflow) = total.multipliedReportingOverflow(by: factor)
                try judging.require(
                    overflow || scaled != sum,
                    [DecidingFact("total_fen", total), DecidingFact("sum_of_lines_fen", sum)],
                    zh: "total_fen 写的是 \(unit) 数（\(total)），各行之和为 \(sum) 分：金额一律用分",
                    en: "total_fen (\(total)) is a number of \(unit), the lines add up to \(sum) "
                        + "fen: money is always in fen")
            }
        }
        let least = judging.rules[.medicinesMinFen]
        try judging.require(
            total <= 0 || total >= Int64(least),
            [DecidingFact("total_fen", total), DecidingFact("medicines_min_fen", least)],
            zh: "总金额只有 \(total) 分：金额一律用分（15 万元 = 15000000），请核对单位",
            en: "the total is only \(total) fen: money is always in fen "
                + "(15 万元 = 15000000); check the unit")
        let odd = event.lines.first { $0.fen > 0 && $0.fen < $0.qty }
        try judging.require(
            odd == nil,
            [
                DecidingFact("drug_code", odd?.drugCode ?? ""), DecidingFact("qty", odd?.qty ?? 0),
                DecidingFact("fen", odd?.fen ?? 0),
            ],
            zh: "药品 \(odd?.drugCode ?? "") \(odd?.qty ?? 0) 件只有 \(odd?.fen ?? 0) 分：金额一律用分，请核对单位",
            en: "\(odd?.qty ?? 0) of \(odd?.drugCode ?? "") for \(odd?.fen ?? 0) fen: "
                + "money is always in fen; check the unit")
    }
}
