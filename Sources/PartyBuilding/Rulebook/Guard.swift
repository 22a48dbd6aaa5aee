package import Schema

/// Where a rule comes from (specification section 0.1).
package enum RuleSource: String, Sendable {
    /// Stated in a published programme, official procedure confirmed, known but not confirmed,
    /// or a choice made for this product.
    case stated = "S"
    case confirmed = "V"
    case known = "K"
    case assumed = "A"
}

/// What a rule is called and says: the catalogue entry behind a refusal's code.
package struct Rule: Sendable {
    /// `R-MB-06`; `STATE-…` for a state machine, `INV-…` for an event's invariant.
    package let code: String
    package let text: BilingualText
    package let source: RuleSource
    package let parameters: [Parameter]

    package init(
        _ code: String, _ source: RuleSource, zh: String, en: String,
        parameters: [Parameter] = []
    ) {
        self.code = code
        self.source = source
        self.text = BilingualText(zh: zh, en: en)
        self.parameters = parameters
    }
}

/// One rule's judgement of one type of event: a named, pure value.
///
/// Pure but for what it reads through the context's office: the same facts give the same
/// judgement.
package struct Guard: Sendable {
    /// Code of the rule that refuses or warns.
    package let rule: String
    package let event: EventType
    private let judgement: @Sendable (EventPayload, inout Judging) throws -> Void

    /// - Parameters:
    ///   - rule: code of the rule.
    ///   - event: the type of event it guards.
    ///   - judge: throws a `Refusal` (through `Judging.require`) or adds a warning.
    package init<Event: EventMessage>(
        _ rule: String, on event: Event.Type,
        _ judge: @escaping @Sendable (Event, inout Judging) throws -> Void
    ) {
        self.rule = rule
        self.event = Event.eventType
        self.judgement = { payload, judging in
            guard let event = Event(payload) else { return }
            try judge(event, &judging)
        }
    }

    package func judge(_ payload: EventPayload, _ judging: inout Judging) throws {
        judging.rule = rule
        try judgement(payload, &judging)
    }
}

/// One area of the specification: its rules and the guards that apply them.
package protocol RuleArea: Sendable {
    static var rules: [Rule] { get }
    static var guards: [Guard] { get }
}
