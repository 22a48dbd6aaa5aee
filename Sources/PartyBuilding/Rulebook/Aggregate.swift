package import Schema

/// State of one subject, folded from the facts that carry its tag.
///
/// A value type; `apply` never refuses: facts that were recorded are true. It must give the same
/// state for the same facts, whatever happened in between (eviction, restart).
package protocol Aggregate: Sendable {
    /// Kind of the subject: what stands before the first hyphen of its tag (`branch`, `person`).
    static var subject: String { get }

    /// The event types that matter to the state; nil for all. Others are not read from the log.
    static var types: [EventType]? { get }

    /// - Parameter id: the identity part of the tag (`yq-b1` of `branch-yq-b1`).
    init(id: String)

    /// Takes in one effective fact, in order of position.
    mutating func apply(_ fact: Fact)

    /// Looks at some of what the state refers to, so that the processor has it at hand when a fact
    /// comes. Returns anything that depends on what was looked at; nothing else may.
    ///
    /// It changes nothing: it is called a mutating method because others are called on a copy.
    mutating func foresee() -> UInt64
}

extension Aggregate {
    package static var types: [EventType]? { nil }
    package mutating func foresee() -> UInt64 { 0 }
}

/// Where judged facts come from: the log, including what is judged but not yet durable.
package protocol FactSource: AnyObject {
    /// All facts with a tag in order of position, corrections and voids among them.
    ///
    /// - Parameter types: only these types (L01 and L02 are always included); nil for all.
    func facts(tag: String, types: [EventType]?) throws -> [Fact]

    /// The facts that a state is folded from, as `facts` gives them. A source from which that
    /// would take long may throw instead, and let the office `adopt` the state before the
    /// judgement is repeated.
    func facts<State: Aggregate>(folding type: State.Type, tag: String) throws -> [Fact]

    /// The first fact with a tag.
    func first(tag: String) throws -> Fact?

    /// The last fact with a tag.
    func last(tag: String) throws -> Fact?

    /// The fact with an id.
    func fact(id: FactID) throws -> Fact?
}

extension FactSource {
    package func facts<State: Aggregate>(folding type: State.Type, tag: String) throws -> [Fact] {
        try facts(tag: tag, types: type.types)
    }
}
