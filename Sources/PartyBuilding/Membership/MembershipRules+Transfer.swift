import Schema

extension MembershipRules {
    /// B30 and B31: a member moves to another branch.
    static let transferGuards: [Guard] = issueGuards + receiptGuards

    private static let issueGuards: [Guard] = [
        Guard("STATE-TRANSFER", on: TransferIssued.self) { event, judging in
            let id = judging.fact.streamIdentity
            try judging.require(
                try judging.state(TransferState.self, id).letter == nil,
                [DecidingFact("transfer", id)],
                zh: "转接 \(id) 已登记转出：每次转接请用新的编号",
                en: "transfer \(id) is already issued: every move has its own id")
            let membership = try judging.office.membership(of: event.person)
            let issued = try judging.day(event.issuedOn, "issued_on")
            try judging.requireMember(membership, on: issued)
            if let transit = membership.transit(on: issued) {
                throw judging.refusal(
                    [DecidingFact("transfer", transit.id)],
                    zh: "\(event.person) 的组织关系正在转接（\(transit.id)）：请先登记接收，或等介绍信失效后重开",
                    en: "\(event.person) is in transit (\(transit.id)): record its receipt first, "
                        + "or wait until that letter has lapsed")
            }
        },
        Guard("INV-B30", on: TransferIssued.self) { event, judging in
            let issued = try judging.day(event.issuedOn, "issued_on")
            let held = try judging.office.membership(of: event.person).branch(on: issued)
            try judging.require(
                held == event.fromBranch,
                [
                    DecidingFact("from_branch", event.fromBranch),
                    DecidingFact("held_by", held ?? "-"),
                ],
                zh:
                    "\(event.person) 在 \(issued) 的组织关系在支部 \(held ?? "（无）")，"
                    + "不在 \(event.fromBranch)：请更正",
                en: "on \(issued) \(event.person) is on the roll of \(held ?? "no branch"), not of "
                    + "\(event.fromBranch): correct it")
        },
        Guard("R-MB-25", on: TransferIssued.self) { event, judging in
            let issued = try judging.day(event.issuedOn, "issued_on")
            let validTo = try judging.day(event.validTo, "valid_to")
            let days = validTo.days(since: issued)
            let most = judging.rules[.letterDays]
            try judging.require(
                days >= 0 && days <= most,
                [DecidingFact("days", days), DecidingFact("letter_days", most)],
                zh: "介绍信有效期 \(days) 天（\(issued) 至 \(validTo)），应为 0 至 \(most) 天：请更正 valid_to",
                en: "the letter is valid for \(days) days (\(issued) to \(validTo)); 0 to \(most) "
                    + "are allowed: correct valid_to")
        },
    ]

    private static let receiptGuards: [Guard] = [
        Guard("STATE-TRANSFER", on: TransferReceived.self) { event, judging in
            let id = judging.fact.streamIdentity
            let transfer = try judging.state(TransferState.self, id)
            try judging.require(
                transfer.letter != nil && transfer.receipt == nil,
                [DecidingFact("state", transfer.letter == nil ? "NONE" : "RECEIVED")],
                zh: transfer.letter == nil
                    ? "转接 \(id) 尚未转出，不能接收：请先登记 TransferIssued"
                    : "转接 \(id) 已接收，不能重复接收",
                en: transfer.letter == nil
                    ? "transfer \(id) was not issued: record TransferIssued first"
                    : "transfer \(id) was already received")
            guard let person = transfer.letter?.person else { return }
            try judging.requireMember(
                judging.office.membership(of: person),
                on: judging.day(event.receivedOn, "received_on"))
        },
        Guard("INV-B31", on: TransferReceived.self) { event, judging in
            guard let letter = try letter(judging) else { return }
            try judging.require(
                event.toBranch != letter.fromBranch, [DecidingFact("to_branch", event.toBranch)],
                zh: "接收支部与转出支部同为 \(event.toBranch)：请更正",
                en: "\(event.toBranch) is the origin: another branch receives")
            if letter.scope == .internal { try judging.requireBranch(event.toBranch) }
            let received = try judging.day(event.receivedOn, "received_on")
            try judging.require(
                letter.issuedOn <= received,
                [
                    DecidingFact("received_on", received),
                    DecidingFact("issued_on", letter.issuedOn),
                ],
                zh: "接收日期 \(received) 早于转出日期 \(letter.issuedOn)：请核对",
                en: "received on \(received), before the letter of \(letter.issuedOn): "
                    + "check the dates")
        },
        Guard("R-MB-25", on: TransferReceived.self) { event, judging in
            guard let letter = try letter(judging) else { return }
            let received = try judging.day(event.receivedOn, "received_on")
            let most = judging.rules[.letterDays]
            let days = received.days(since: letter.issuedOn)
            try judging.require(
                received <= letter.validTo && days <= most,
                [
                    DecidingFact("days", days), DecidingFact("valid_to", letter.validTo),
                    DecidingFact("letter_days", most),
                ],
                zh: "介绍信已开具 \(days) 天，有效期至 \(letter.validTo)（不超过 \(most) 天），已失效："
                    + "由转出支部 \(letter.fromBranch) 重新开具",
                en: "the letter is \(days) days old and was valid to \(letter.validTo) (at most "
                    + "\(most) days): branch \(letter.fromBranch) keeps the member and issues a "
                    + "new one")
        },
        Guard("R-BR-02", on: TransferReceived.self) { event, judging in
            guard let letter = try letter(judging) else { return }
            try requireRoom(
                in: event.toBranch, on: judging.day(event.receivedOn, "received_on"),
                without: letter.person, judging)
        },
        Guard("R-MB-26", on: TransferReceived.self) { event, judging in
            guard let letter = try letter(judging) else { return }
            let member = try judging.office.membership(of: letter.person).member
            let isComplete = member.development?.approvedOn != nil
            judging.expect(
                member.standing != .probationary || isComplete || !judging.fact.evidence.isEmpty,
                zh: "接收预备党员须有完整的发展党员材料：请附材料索引",
                en: "a probationary member is received with the complete development file: attach "
                    + "its reference")
        },
    ]

    private static func letter(_ judging: Judging) throws -> TransferState.Letter? {
        try judging.state(TransferState.self, judging.fact.streamIdentity).letter
    }
}
