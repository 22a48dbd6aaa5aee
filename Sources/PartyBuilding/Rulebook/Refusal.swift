/// A number (or word) that decided a judgement, named so that a program can read it.
package struct DecidingFact: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: some CustomStringConvertible) {
        self.name = name
        self.value = value.description
    }
}

/// A text in the two languages of the office: Chinese for those who run it, English for those who
/// run servers.
package struct BilingualText: Hashable, Sendable {
    package let zh: String
    package let en: String

    package init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }
}

/// Why a fact may not be recorded.
package struct Refusal: Error, Hashable, Sendable {
    /// Code of the rule (`R-MB-06`), of a state machine (`STATE-ISSUE`) or of an event's invariant
    /// (`INV-A01`).
    package let rule: String
    /// What was wrong, with which value, and what to do.
    package let text: BilingualText
    /// The deciding numbers.
    package let facts: [DecidingFact]

    package init(_ rule: String, zh: String, en: String, _ facts: [DecidingFact] = []) {
        self.rule = rule
        self.text = BilingualText(zh: zh, en: en)
        self.facts = facts
    }
}

/// A rule that was not met but does not refuse: recorded with the fact.
package struct JudgementWarning: Hashable, Sendable {
    package let rule: String
    package let text: BilingualText
}
