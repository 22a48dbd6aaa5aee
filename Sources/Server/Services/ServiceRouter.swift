import EventLog
package import NIOPosix
import Schema
import Wire

/// Finds the service of each call by the method's name.
package final class ServiceRouter: CallRouter {
    private let ledger: Ledger
    /// Where work that takes its time is done: queries over history, verification.
    private let workers: NIOThreadPool
    private let softwareVersion: String
    private let figures: @Sendable () -> ServerFigures

    package init(
        ledger: Ledger, workers: NIOThreadPool, softwareVersion: String,
        figures: @escaping @Sendable () -> ServerFigures
    ) {
        self.ledger = ledger
        self.workers = workers
        self.softwareVersion = softwareVersion
        self.figures = figures
    }

    package func open(call: CallContext) -> any CallHandler {
        let ledger = ledger
        let responder = call.responder
        guard let method = Method(rawValue: call.method) else {
            responder.finish(
                FailureStatus.status(
                    .unimplemented, "UNKNOWN_METHOD", "", zh: "没有方法 \(call.method)",
                    en: "there is no method \(call.method)"))
            return SingleRequestHandler(call) { _ throws(WireStatus) in nil }
        }
        switch method {
        case .record:
            return SingleRequestHandler(call) { bytes throws(WireStatus) in
                try RecordService.record(
                    bytes, ledger, try Self.actor(call), mayCarry: call.isAlone, responder)
                return nil
            }
        case .importFacts:
            do throws(WireStatus) {
                return ImportHandler(
                    call, ledger, try Self.actor(call),
                    stopsAtRefusal: try Self.stopsAtRefusal(call))
            } catch {
                responder.finish(error)
                return SingleRequestHandler(call) { _ throws(WireStatus) in nil }
            }
        case .read:
            return SingleRequestHandler(call) { bytes throws(WireStatus) in
                try Self.read(bytes, ledger, call)
            }
        case .subscribe:
            return SingleRequestHandler(call) { bytes throws(WireStatus) in
                try Self.subscribe(bytes, ledger, call)
            }
        case .query, .watch:
            let deadline = call.deadline
            let workers = workers
            return SingleRequestHandler(call) { bytes throws(WireStatus) in
                try QueryService.open(
                    bytes, watches: method == .watch, ledger, workers, deadline, responder)
            }
        case .status:
            let version = softwareVersion
            let figures = figures
            return SingleRequestHandler(call) { _ throws(WireStatus) in
                try StatusService.status(ledger, version, figures(), responder)
                return nil
            }
        case .verify:
            let workers = workers
            return SingleRequestHandler(call) { _ throws(WireStatus) in
                try VerifyService.start(ledger, workers, responder)
            }
        }
    }

    package func briefMethod(_ name: UnsafeRawBufferPointer) -> BriefMethod? {
        for (number, bytes) in Self.briefNames.enumerated()
        where name.count == bytes.count && name.elementsEqual(bytes) {
            return BriefMethod(number)
        }
        return nil
    }

    package func serve(_ call: BriefCall) -> BriefOutcome {
        guard call.method == Self.briefRecord else {
            return QueryService.quickOutcome(call.message, ledger)
        }
        let bytes = [UInt8](call.message)
        let responder = call.responder()
        do throws(WireStatus) {
            try RecordService.record(
                bytes, ledger, call.isLocal ? .local : .remote, mayCarry: call.isAlone, responder)
        } catch {
            responder.finish(error)
        }
        return .later
    }

    /// Methods that may be served without a handler, by the number that `BriefMethod` holds.
    private static let briefNames = [Method.record, .query].map { Array($0.rawValue.utf8) }
    private static let briefRecord = BriefMethod(0)

    private enum Method: String {
        case record = "taizhang.services.v1.Record/Record"
        case importFacts = "taizhang.services.v1.Record/Import"
        case read = "taizhang.services.v1.Read/Read"
        case subscribe = "taizhang.services.v1.Read/Subscribe"
        case query = "taizhang.services.v1.Query/Query"
        case watch = "taizhang.services.v1.Query/Watch"
        case status = "taizhang.services.v1.Status/Status"
        case verify = "taizhang.services.v1.Status/Verify"
    }

    /// Who calls. Nobody is authenticated yet: the class of the address stands for the principal,
    /// and a call may restrict itself to subjects or give permissions up.
    private static func actor(_ call: CallContext) throws(WireStatus) -> RecordingActor {
        if call.metadata.isEmpty { return call.peer.isLocal ? .local : .remote }
        let words = { (text: String) in text.split(separator: ",").map(String.init) }
        return try RecordingActor(
            principal: call.peer.isLocal ? "local" : "remote",
            scope: call.metadata["scope"].map(words),
            without: call.metadata["without"].map(words) ?? [])
    }

    /// - Throws: `WireStatus` INVALID_ARGUMENT for a word that means nothing: to go on against the
    /// sender's will cannot be taken back.
    private static func stopsAtRefusal(_ call: CallContext) throws(WireStatus) -> Bool {
        switch call.metadata["on-refusal"] {
        case "stop": return true
        case "continue", nil: return false
        case .some(let word):
            throw FailureStatus.status(
                .invalidArgument, "ON_REFUSAL", "", zh: "on-refusal 应为 stop 或 continue，现为 \(word)",
                en: "on-refusal is stop or continue, not \(word)")
        }
    }

    private static func read(
        _ bytes: [UInt8], _ ledger: Ledger, _ call: CallContext
    ) throws(WireStatus) -> any StreamingAnswer {
        let request = try decode(ReadRequest.self, bytes)
        let query = RequestParts.query(
            request.filter, from: request.from == 0 ? nil : Position(request.from),
            direction: request.backwards ? .backwards : .forwards)
        let answer = ReadAnswer(
            ledger, call.responder, query: query,
            limit: request.limit == 0 ? nil : request.limit)
        // Every caller may read every class of data. Who may not must not get values whole.
        if request.acceptsBlocks {
            answer.shipValues(messageBytesMax: call.messageBytesMax, startIsKnown: true)
        }
        return answer
    }

    private static func subscribe(
        _ bytes: [UInt8], _ ledger: Ledger, _ call: CallContext
    ) throws(WireStatus) -> any StreamingAnswer {
        let request = try decode(SubscribeRequest.self, bytes)
        let start =
            request.fromEnd ? ledger.log.head.successor : Position(max(request.from, 1))
        let query = RequestParts.query(request.filter, from: start, direction: .forwards)
        let answer = ReadAnswer(subscribing: ledger, call.responder, query: query)
        if request.acceptsBlocks {
            answer.shipValues(
                messageBytesMax: call.messageBytesMax, startIsKnown: !request.fromEnd)
        }
        return answer
    }

    /// A request message, or INVALID_ARGUMENT.
    static func decode<Request: RequestMessage>(
        _ type: Request.Type, _ bytes: [UInt8]
    ) throws(WireStatus) -> Request {
        do {
            return try Request(decoding: bytes)
        } catch {
            throw FailureStatus.of(error: error)
        }
    }
}

/// What the server knows of itself for the status service.
package struct ServerFigures: Sendable {
    package var connections: Int

    package init(connections: Int) {
        self.connections = connections
    }
}
