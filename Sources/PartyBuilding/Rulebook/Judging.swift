import Schema

/// Who records, and what they may do.
package struct Actor: Sendable {
    /// What an actor may do, one permission or several.
    package struct Permission: OptionSet, Sendable {
        package let rawValue: UInt8

        /// May set `recorded_at`: bring history in.
        package static let importHistory = Permission(rawValue: 1)
        /// May write into a sealed period (R-GEN-04).
        package static let amendRecords = Permission(rawValue: 2)
        package static let all: Permission = [.importHistory, .amendRecords]

        /// The word of each.
        package static let words: [(word: String, permission: Permission)] = [
            ("history.import", .importHistory), ("records.amend", .amendRecords),
        ]

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }
    }

    package enum Scope: Sendable {
        case everything
        /// Only facts of these subjects (`org-x`, `branch-y`), R-GEN-08.
        case subjects([String])
    }

    package var principal: String
    package var permissions: Permission
    package var scope: Scope

    package init(
        principal: String, permissions: Permission = .all, scope: Scope = .everything
    ) {
        self.principal = principal
        self.permissions = permissions
        self.scope = scope
    }
}

/// What a guard sees while it judges one proposed fact.
package struct Judging {
    /// The proposed fact; position 0.
    package let fact: Fact
    package let office: Office
    /// The parameters in force on the fact's valid day.
    package let rules: RuleSet
    package let actor: Actor
    /// The rulebook that judges, for guards that judge other facts again (L01, L02).
    package let rulebook: Rulebook
    /// Code of the rule that is judging now.
    package var rule = ""
    /// Rules that were not met but do not refuse.
    package private(set) var warnings: [JudgementWarning] = []

    package init(
        fact: Fact, office: Office, rules: RuleSet, actor: Actor, rulebook: Rulebook
    ) {
        self.fact = fact
        self.office = office
        self.rules = rules
        self.actor = actor
        self.rulebook = rulebook
    }

    /// The state of a subject before the proposed fact.
    package func state<State: Aggregate>(_ type: State.Type, _ id: String) throws -> State {
        try office.aggregate(type, id)
    }

    /// The state of the subject that the fact's own stream is.
    func ownState<State: Aggregate>(_ type: State.Type) throws -> State {
        try office.ownBox(type, of: fact).state
    }

    /// The same state where the office keeps it, for facts that come by the million: a state that
    /// holds several lists costs more to copy than to ask.
    func ownBox<State: Aggregate>(_ type: State.Type) throws -> AggregateBox<State> {
        try office.ownBox(type, of: fact)
    }

    /// Refuses under the current rule unless the condition holds.
    ///
    /// - Parameters:
    ///   - facts: the deciding numbers.
    ///   - zh: what was wrong, with the values, and what to do.
    ///   - en: the same in English.
    package func require(
        _ condition: Bool, _ facts: @autoclosure () -> [DecidingFact] = [],
        zh: @autoclosure () -> String, en: @autoclosure () -> String
    ) throws(Refusal) {
        if !condition { throw Refusal(rule, zh: zh(), en: en(), facts()) }
    }

    /// Refuses under the current rule.
    package func refusal(_ facts: [DecidingFact] = [], zh: String, en: String) -> Refusal {
        Refusal(rule, zh: zh, en: en, facts)
    }

    /// Adds a warning under the current rule unless the condition holds.
    package mutating func expect(
        _ condition: Bool, zh: @autoclosure () -> String, en: @autoclosure () -> String
    ) {
        if !condition {
            warnings.append(
                JudgementWarning(rule: rule, text: BilingualText(zh: zh(), en: en())))
        }
    }
}
