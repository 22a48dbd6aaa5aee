package import EventLog
import PartyBuilding
import Schema
package import Wire

/// Turns envelopes from clients into appends for the log: checks them against the schema, derives
/// their tags, decodes them for the judge. Runs on the caller's thread, off the sequencer's.
package enum FactIntake {
    /// The append of one call: all facts or none.
    ///
    /// - Parameters:
    ///   - bytes: hold the messages `Envelope`, which are stored as they are.
    ///   - envelopes: where each of them stands.
    ///   - expected: expected stream versions.
    /// - Throws: `WireStatus` INVALID_ARGUMENT that names the field and value at fault.
    package static func request(
        _ bytes: [UInt8], _ envelopes: [Range<Int>], expected: [StreamExpectation] = [],
        condition: LogCondition? = nil, dryRun: Bool = false, actor: RecordingActor,
        place: ImportPlace? = nil
    ) throws(WireStatus) -> AppendRequest {
        guard let range = envelopes.first else {
            throw FailureStatus.status(
                .invalidArgument, "EMPTY", "", zh: "没有要记录的事实", en: "there is no fact to record")
        }
        var drafts: [EventDraft] = []
        drafts.reserveCapacity(envelopes.count)
        let first = try proposal(bytes, range, 0, &drafts)
        var more: [Proposal] = []
        if envelopes.count > 1 {
            more.reserveCapacity(envelopes.count - 1)
            for index in 1..<envelopes.count {
                more.append(try proposal(bytes, envelopes[index], index, &drafts))
            }
        }
        return AppendRequest(
            events: drafts, expected: expected, condition: condition, dryRun: dryRun,
            context: RecordContext(first: first, more: more, actor: actor.actor, place: place))
    }

    /// The fact of one envelope, which is added to the drafts.
    private static func proposal(
        _ bytes: [UInt8], _ range: Range<Int>, _ index: Int, _ drafts: inout [EventDraft]
    ) throws(WireStatus) -> Proposal {
        do {
            let envelope = try SchemaValidator.validate(envelope: bytes, in: range)
            let proposal = try FactDecoder.proposal(checked: envelope)
            drafts.append(EventDraft(proposal.fact, envelope))
            return proposal
        } catch {
            throw FailureStatus.of(error: error, index: index)
        }
    }
}

extension EventDraft {
    /// - Parameter envelope: the one that the fact was read from.
    fileprivate init(_ fact: Fact, _ envelope: EnvelopeReader) {
        self.init(
            id: EventID(high: fact.id.high, low: fact.id.low), type: fact.type.number,
            stream: envelope.streamRange,
            names: fact.tags,
            body: envelope.range, in: envelope.bytes)
    }
}

/// Who calls, as the services know it.
package struct RecordingActor: Sendable {
    let actor: Actor

    /// A caller on this machine who restricts itself to nothing.
    static let local = RecordingActor(unrestricted: "local")
    /// The same from elsewhere.
    static let remote = RecordingActor(unrestricted: "remote")

    private init(unrestricted principal: String) {
        actor = Actor(principal: principal)
    }

    /// - Parameters:
    ///   - principal: who was authenticated, or the class of the peer's address.
    ///   - scope: full subject names the call restricts itself to (R-GEN-08); nil for all.
    ///   - permissions: words of `Actor.Permission.words` that the call gives up (`records.amend`).
    /// - Throws: `WireStatus` INVALID_ARGUMENT for a permission that does not exist: who misspells
    ///   what is to be given up would keep it.
    package init(
        principal: String, scope: [String]? = nil, without permissions: [String] = []
    ) throws(WireStatus) {
        var granted = Actor.Permission.all
        for word in permissions {
            guard let permission = Actor.Permission.words.first(where: { $0.word == word }) else {
                let known = Actor.Permission.words.map(\.word).joined(separator: ", ")
                throw FailureStatus.status(
                    .invalidArgument, "PERMISSION", "", zh: "没有权限 \(word)：应为 \(known)",
                    en: "there is no permission \(word); there are \(known)")
            }
            granted.remove(permission.permission)
        }
        actor = Actor(
            principal: principal, permissions: granted,
            scope: scope.map { .subjects($0) } ?? .everything)
    }
}
