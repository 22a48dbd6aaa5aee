/// A person's membership with the receipts of transfers joined in: the one place that answers on
/// whose roll somebody was on a day, and as what.
///
/// All answers are by valid time over what is recorded so far.
package struct Membership: Sendable {
    package enum Status: Sendable {
        case probationary, full
    }

    package let member: MemberState
    package let transfers: [TransferState]

    package init(member: MemberState, transfers: [TransferState]) {
        self.member = member
        self.transfers = transfers
    }

    /// The branch whose roll holds the person on a day; nil when there is none.
    package func branch(on day: LocalDate) -> String? {
        guard spell(on: day) != nil else { return nil }
        // Every membership begins with a placement, so those of an earlier one never win.
        var best: (from: LocalDate, position: UInt64, branch: String)?
        func consider(_ from: LocalDate, _ position: UInt64, _ branch: String) {
            guard from <= day else { return }
            if let best, (from, position) < (best.from, best.position) { return }
            best = (from, position, branch)
        }
        for placement in member.placements {
            consider(placement.from, placement.position, placement.branch)
        }
        for transfer in transfers {
            guard let receipt = transfer.receipt else { continue }
            consider(receipt.on, receipt.position, receipt.toBranch)
        }
        return best?.branch
    }

    /// Probationary or full on a day, by valid time; nil when on no roll.
    package func status(on day: LocalDate) -> Status? {
        guard branch(on: day) != nil, let spell = spell(on: day) else { return nil }
        return (spell.fullFrom.map { $0 <= day } ?? false) ? .full : .probationary
    }

    /// A full member on a day, wherever on a roll.
    package func isFull(on day: LocalDate) -> Bool { status(on: day) == .full }

    /// May vote in a branch on a day: full, on its roll, and the conversion was approved by then
    /// (specification section 6, number 7).
    package func mayVote(in branch: String, on day: LocalDate) -> Bool {
        guard status(on: day) == .full, self.branch(on: day) == branch,
            let votesFrom = spell(on: day)?.votesFrom
        else { return false }
        return votesFrom <= day
    }

    /// On the roll of a branch on at least one day of a closed range.
    package func wasOnRoll(of branch: String, from first: LocalDate, through last: LocalDate)
        -> Bool
    {
        var days = [first, last]
        days += member.spells.map(\.from)
        days += member.placements.map(\.from)
        days += transfers.compactMap { $0.receipt?.on }
        return days.contains { first <= $0 && $0 <= last && self.branch(on: $0) == branch }
    }

    /// The letter under which the person is in transit on a day.
    package func transit(on day: LocalDate) -> TransferState? {
        transfers.last { $0.isUnderWay(on: day) }
    }

    /// The membership that covers a day.
    package func spell(on day: LocalDate) -> MemberState.Spell? {
        member.spells.last { $0.covers(day) }
    }
}

extension Office {
    /// A person's membership.
    package func membership(of person: String) throws -> Membership {
        let member = try aggregate(MemberState.self, person)
        var transfers: [TransferState] = []
        for id in member.transfers {
            transfers.append(try aggregate(TransferState.self, id))
        }
        return Membership(member: member, transfers: transfers)
    }
}
