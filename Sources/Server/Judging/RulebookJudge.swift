package import EventLog
package import PartyBuilding
import Schema

/// Lets the rulebook judge what the log is about to record.
///
/// All of its state belongs to the sequencer's thread, on which the log makes every call; that is
/// why it may be shared unchecked.
package final class RulebookJudge: Judge, @unchecked Sendable {
    private let rulebook: Rulebook
    private let source = LogFactSource()
    private let office: Office

    package init(rulebook: Rulebook = Rulebook()) {
        self.rulebook = rulebook
        self.office = Office(source: source)
    }

    package func judge(_ request: AppendRequest, at moment: JudgeMoment) -> Verdict {
        guard let context = request.context as? RecordContext,
            context.proposals.count == request.events.count
        else {
            // The log is only written through the record service, which always hands one over.
            return .refuse(FactDecodingError(description: "the append has no record context"))
        }
        if let session = context.session, session.hasFailed { return .refuse(ImportHasStopped()) }
        return source.reading(through: moment.view) {
            do {
                return try admit(context, request, at: moment)
            } catch {
                office.discard(from: moment.nextPosition.value)
                context.session?.fail()
                return .refuse(error as (any Error & Sendable))
            }
        }
    }

    package func discard(from position: Position) {
        office.discard(from: position.value)
    }

    package func settled(through position: Position) {
        office.settled(through: position.value)
    }

    private func admit(
        _ context: RecordContext, _ request: AppendRequest, at moment: JudgeMoment
    ) throws -> Verdict {
        // What was judged before this call can be read through the view.
        office.visible(through: moment.nextPosition.predecessor.value)
        var trailers: [[UInt8]] = []
        var extraTags: [[String]] = []
        trailers.reserveCapacity(context.proposals.count)
        extraTags.reserveCapacity(context.proposals.count)
        var position = moment.nextPosition.value
        for (index, proposal) in context.proposals.enumerated() {
            let admission: Admission
            do {
                admission = try rulebook.admit(
                    proposal, at: position, version: 0, now: moment.ledgerAt,
                    actor: context.actor, office: office)
            } catch let refusal as Refusal {
                throw FailureStatus.of(refusal, index: index)
            }
            trailers.append(try trailer(admission, context.actor))
            let own = request.events[index].tags
            extraTags.append(admission.fact.tags.filter { !own.contains($0) })
            position += 1
        }
        return .admit(trailers: trailers, extraTags: extraTags)
    }

    private func trailer(_ admission: Admission, _ actor: Actor) throws -> [UInt8] {
        var trailer = Trailer()
        trailer.recordedAtUs = admission.fact.recordedAt
        trailer.tenant = admission.fact.tenant
        trailer.principal = actor.principal
        trailer.ruleSetVersion = admission.ruleSetVersion
        trailer.late = admission.fact.isLate
        trailer.afterSeal = admission.fact.isAfterSeal
        trailer.warnings = admission.warnings.map { warning in
            var message = RuleWarning()
            message.rule = warning.rule
            message.zh = warning.text.zh
            message.en = warning.text.en
            return message
        }
        return try trailer.encoded()
    }
}
