import Schema

extension Judging {
    /// Refuses under the current rule a fact whose sender names a lower confidentiality than the
    /// rule allows (specification section 5.4). A sender who names none leaves it to the type.
    func requireClass(atLeast least: DataClass) throws(Refusal) {
        guard let named = fact.dataClass else { return }
        try require(
            named.rawValue >= least.rawValue,
            [DecidingFact("data_class", named.word), DecidingFact("least", least.word)],
            zh: "密级写的是 \(named.word)，此类事实不得低于 \(least.word)，请更正或去掉 data_class",
            en: "data_class is \(named.word); it may not be below \(least.word) here: "
                + "raise it or leave it out")
    }
}

extension DataClass {
    /// `C0` … `C3`.
    var word: String {
        switch self {
        case .c0: "C0"
        case .c1: "C1"
        case .c2: "C2"
        case .c3: "C3"
        case .unspecified, .UNRECOGNIZED: "C?"
        }
    }
}
