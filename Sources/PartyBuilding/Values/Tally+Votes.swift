package import Schema

extension Tally {
    /// Votes cast in favour, against and in abstention, written opinions among them.
    package var votesCast: Int {
        Int(inFavour) + Int(against) + Int(abstain)
    }

    /// Whether the numbers can describe one vote: none negative, not more present than entitled,
    /// and not more votes than those present and the written opinions together.
    package var isConsistent: Bool {
        let all = [electorate, present, written, inFavour, against, abstain]
        return all.allSatisfy { $0 >= 0 } && present <= electorate
            && Int(present) + Int(written) <= Int(electorate)
            && votesCast <= Int(present) + Int(written)
    }

    /// Present members are more than half of the electorate (R-MB-10); written opinions are no
    /// presence.
    package var hasQuorum: Bool {
        Majority.isMoreThanHalf(Int(present), of: Int(electorate))
    }

    /// Votes in favour are more than half of the electorate (R-MB-11), not of those present.
    package var isCarried: Bool {
        Majority.isMoreThanHalf(Int(inFavour), of: Int(electorate))
    }
}
