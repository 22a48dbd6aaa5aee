import Crypto
package import EventLog
package import Names
package import PartyBuilding
import Schema

/// Lets the rulebook judge what the log is about to record.
///
/// All of its state belongs to the sequencer's thread, on which the log makes every call; that is
/// why it may be shared unchecked.
package final class RulebookJudge: Judge, @unchecked Sendable {
    private let rulebook: Rulebook
    private let source: LogFactSource
    private let office: Office

    /// - Parameters:
    ///   - inlineFactsMax: states of more facts are folded aside, on a thread of the log's.
    ///   - subjectsMax: about how many subjects' states are kept, twice at most.
    package init(
        ruleSets: RuleSets = .shipped, inlineFactsMax: Int = 64, subjectsMax: Int = 200_000
    ) {
        rulebook = Rulebook(ruleSets: ruleSets) { Array(SHA256.hash(data: $0)) }
        source = LogFactSource(inlineFactsMax: inlineFactsMax)
        self.office = Office(source: source, capacity: subjectsMax)
    }

    package func judge(_ request: AppendRequest, at moment: JudgeMoment) -> Verdict {
        guard let context = request.context as? RecordContext,
            1 + context.more.count == request.events.count
        else {
            // The log is only written through the record service, which always hands one over.
            return .refuse(FactDecodingError(description: "the append has no record context"))
        }
        if let place = context.place, place.isBehindRefusal {
            return .refuse(ImportHasStopped())
        }
        return source.reading(through: moment.view, mayWait: moment.mayWait) {
            do {
                return try admit(context, at: moment)
            } catch is StateIsMissing {
                office.discard(from: moment.nextPosition.value)
                // All that is lacking at once: a call of many facts does not wait many times.
                if !context.more.isEmpty { probe(context, at: moment) }
                return .later(source.takeLacking())
            } catch {
                office.discard(from: moment.nextPosition.value)
                return .refuse(error)
            }
        }
    }

    package func preparations(
        for request: AppendRequest, at moment: JudgeMoment
    ) -> [any Preparation] {
        guard let context = request.context as? RecordContext else { return [] }
        return source.reading(through: moment.view, mayWait: true) {
            office.visible(through: moment.nextPosition.predecessor.value)
            probe(context, at: moment)
            return source.takeLacking()
        }
    }

    package func prepared(_ preparation: any Preparation, view: SequencerView) {
        guard let fold = preparation as? any OfficeFold else { return }
        source.forget(fold)
        fold.finish(in: office, view)
    }

    /// Judges without recording, to see which states are missing.
    private func probe(_ context: RecordContext, at moment: JudgeMoment) {
        office.isProbing = true
        defer { office.isProbing = false }
        for proposal in [context.first] + context.more {
            // What is wrong with it will be told when it is judged.
            _ = try? rulebook.admit(
                proposal, at: moment.nextPosition.value, version: 0, now: moment.ledgerAt,
                actor: context.actor, office: office)
        }
    }

    package func discard(from position: Position) {
        office.discard(from: position.value)
    }

    package func settled(through position: Position) {
        office.settled(through: position.value)
    }

    /// An export writes out what the server knew better, so a line that comes back has other bytes
    /// than the fact it was written from.
    package func saysTheSame(
        _ draft: EventDraft, as recorded: RecordedEvent, view: SequencerView
    ) -> Bool {
        let record = FactJSON.Record(
            envelope: recorded.body, trailer: recorded.trailer,
            position: recorded.position.value, streamVersion: recorded.streamVersion,
            ledgerAt: recorded.ledgerAt, tags: recorded.tags)
        let isSame = try? FactJSON.saysTheSame(draft.body, as: record) { id in
            guard let id = EventID(bytes: id), let event = try? view.event(withID: id) else {
                return nil
            }
            return EventType(number: event.type)
        }
        return isSame ?? false
    }

    package func foresee(_ names: [NameList]) {
        office.foresee(names)
    }

    package func failed(_ request: AppendRequest) {
        (request.context as? RecordContext)?.place?.refused()
    }

    private func admit(
        _ context: RecordContext, at moment: JudgeMoment
    ) throws -> Verdict {
        // What was judged before this call can be read through the view.
        office.visible(through: moment.nextPosition.predecessor.value)
        var additions: [Addition] = []
        additions.reserveCapacity(1 + context.more.count)
        let position = moment.nextPosition.value
        additions.append(try admit(context.first, 0, position, context.actor, moment))
        if !context.more.isEmpty {
            let all = context.more
            let more = all.span
            for index in more.indices {
                let position = position + UInt64(index) + 1
                additions.append(
                    try admit(more[index], index + 1, position, context.actor, moment))
            }
        }
        return .admit(additions)
    }

    private func admit(
        _ proposal: Proposal, _ index: Int, _ position: UInt64, _ actor: Actor,
        _ moment: JudgeMoment
    ) throws -> Addition {
        let admission: Admission
        do {
            admission = try rulebook.admit(
                proposal, at: position, version: 0, now: moment.ledgerAt, actor: actor,
                office: office)
        } catch let refusal as Refusal {
            throw FailureStatus.of(refusal, index: index)
        }
        return Addition(
            trailer: Self.trailer(admission, actor), tags: admission.addedTags)
    }

    /// A message `Trailer`; fields in ascending order, those that are zero or empty left out.
    private static func trailer(_ admission: Admission, _ actor: Actor) -> [UInt8] {
        let fact = admission.fact
        let dataClass = fact.dataClass ?? fact.type.dataClass
        return [UInt8](wireCapacity: 96 + admission.filled.count) { writer in
            writer.number(UInt64(bitPattern: fact.recordedAt), field: 1)
            writer.text(fact.tenant, field: 2)
            writer.text(actor.principal, field: 3)
            writer.text(admission.ruleSetVersion, field: 4)
            writer.number(fact.isLate ? 1 : 0, field: 5)
            writer.number(fact.isAfterSeal ? 1 : 0, field: 6)
            for warning in admission.warnings {
                var message = WireWriter()
                message.text(warning.rule, field: 1)
                message.text(warning.text.zh, field: 2)
                message.text(warning.text.en, field: 3)
                writer.delimited(message.bytes, field: 7)
            }
            writer.number(UInt64(bitPattern: Int64(dataClass.rawValue)), field: 8)
            if !admission.filled.isEmpty { writer.delimited(admission.filled, field: 9) }
        }
    }
}
