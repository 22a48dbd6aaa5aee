import NIOCore

/// What can be wrong with a body.
enum BodyFlaw: Error {
    /// The bytes are not what the protocol says: the connection ends.
    case fault(ProtocolFault)
    /// The bytes are well formed but say something that is not allowed: the call ends.
    case refusal(reason: String, String)

    /// The same where there is no call that could end.
    var asFault: ProtocolFault {
        switch self {
        case .fault(let fault): fault
        case .refusal(let reason, let text): ProtocolFault(.badValue, "\(reason): \(text)")
        }
    }

    /// Reads what a call can do nothing about: any fault is the connection's.
    static func structural<R>(
        _ body: () throws(ProtocolFault) -> R
    ) throws(BodyFlaw) -> R {
        do { return try body() } catch { throw .fault(error) }
    }
}

extension Frame {
    /// Decodes the body; what is left of it afterwards is one byte too many.
    init(header: FrameHeader, body: inout ByteBuffer) throws(ProtocolFault) {
        let call = header.call
        switch header.type {
        case .hello: self = .hello(try Hello(from: &body))
        case .welcome: self = .welcome(try Welcome(from: &body))
        case .open: self = try Frame.open(header, &body)
        case .message: self = .message(call, try Part(header: header, body: &body))
        case .block: self = .block(call, try Part(header: header, body: &body))
        case .halfClose: self = .halfClose(call)
        case .cancel: self = .cancel(call)
        case .status: self = .status(call, try WireStatus(from: &body))
        case .credit:
            let credit = Credit(events: try body.take(), bytes: try body.take())
            guard credit != .none else { throw ProtocolFault(.badValue, "credit of nothing") }
            self = .credit(call, credit)
        case .ping: self = .ping(try body.take())
        case .pong: self = .pong(try body.take())
        case .goAway: self = .goAway(try GoAway(from: &body))
        }
    }

    private static func open(
        _ header: FrameHeader, _ body: inout ByteBuffer
    ) throws(ProtocolFault) -> Frame {
        do {
            return .open(header.call, try Open(header: header, body: &body))
        } catch {
            switch error {
            case .fault(let fault): throw fault
            case .refusal(let reason, let text):
                // The frame's end is known, so the connection can go on behind it.
                body.moveReaderIndex(to: body.writerIndex)
                return .unacceptableOpen(
                    header.call, .refusal(.invalidArgument, reason: reason, text))
            }
        }
    }
}

extension Hello {
    fileprivate init(from body: inout ByteBuffer) throws(ProtocolFault) {
        versionMin = try body.take()
        versionMax = try body.take()
        frameBytesMax = try body.take()
        messageBytesMax = try body.take()
        let ledgerBytes = Int(try body.take() as UInt8)
        guard ledgerBytes == 0 || ledgerBytes == Limits.ledgerBytes else {
            throw ProtocolFault(.badValue, "ledger identity of \(ledgerBytes) bytes")
        }
        ledger = LedgerID(Array(try body.take(bytes: ledgerBytes).readableBytesView))
        software = try body.takeSoftware()
        metadata = try body.takeMetadataOrFault()
        guard versionMin <= versionMax else {
            throw ProtocolFault(.badValue, "versions \(versionMin) to \(versionMax)")
        }
        try checkAnnounced(frameBytesMax: frameBytesMax, messageBytesMax: messageBytesMax)
    }
}

extension Welcome {
    fileprivate init(from body: inout ByteBuffer) throws(ProtocolFault) {
        version = try body.take()
        guard try body.take() as UInt16 == 0 else {
            throw ProtocolFault(.reservedNotZero, "body of welcome")
        }
        frameBytesMax = try body.take()
        messageBytesMax = try body.take()
        callsMax = try body.take()
        callCredit = Credit(events: try body.take(), bytes: try body.take())
        metadataBytesMax = try body.take()
        idleMs = try body.take()
        keepaliveMs = try body.take()
        let identity = Array(try body.take(bytes: Limits.ledgerBytes).readableBytesView)
        guard let ledger = LedgerID(identity) else { throw ProtocolFault(.truncatedBody) }
        self.ledger = ledger
        software = try body.takeSoftware()
        metadata = try body.takeMetadataOrFault()
        try checkAnnounced(frameBytesMax: frameBytesMax, messageBytesMax: messageBytesMax)
        guard callsMax > 0, callCredit.events > 0, callCredit.bytes > 0, idleMs > 0,
            keepaliveMs > 0
        else { throw ProtocolFault(.badValue, "a limit of zero") }
    }
}

private func checkAnnounced(
    frameBytesMax: UInt32, messageBytesMax: UInt32
) throws(ProtocolFault) {
    guard frameBytesMax >= UInt32(Limits.frameBytesMaxLeast) else {
        throw ProtocolFault(.badValue, "frame_bytes_max \(frameBytesMax)")
    }
    guard messageBytesMax >= UInt32(Limits.messageBytesMaxLeast) else {
        throw ProtocolFault(.badValue, "message_bytes_max \(messageBytesMax)")
    }
}

extension Open {
    fileprivate init(header: FrameHeader, body: inout ByteBuffer) throws(BodyFlaw) {
        let milliseconds: UInt32
        (milliseconds, credit) = try BodyFlaw.structural { () throws(ProtocolFault) in
            (try body.take(), Credit(events: try body.take(), bytes: try body.take()))
        }
        let hasDeadline = header.flags.contains(.deadline)
        guard hasDeadline || milliseconds == 0 else {
            throw .fault(ProtocolFault(.badValue, "deadline without its flag"))
        }
        deadlineMs = hasDeadline ? milliseconds : nil
        ends = header.flags.contains(.end)
        method = try body.takeMethod()
        metadata = try body.takeMetadata()
        if header.flags.contains(.message) {
            first = try BodyFlaw.structural { () throws(ProtocolFault) in
                try Part(header: header, body: &body)
            }
        } else {
            first = nil
        }
        // Outstanding credit has one limit, whether it comes with the call or later.
        guard credit.events <= Limits.creditMax, credit.bytes <= Limits.creditMax else {
            throw .refusal(reason: "CREDIT_TOO_LARGE", "credit beyond \(Limits.creditMax)")
        }
    }
}

extension Part {
    fileprivate init(header: FrameHeader, body: inout ByteBuffer) throws(ProtocolFault) {
        hasMore = header.flags.contains(.more)
        ends = header.flags.contains(.end)
        events = header.events
        bytes = try body.take(bytes: body.readableBytes)
        guard !hasMore || bytes.readableBytes > 0 else {
            throw ProtocolFault(.emptyPart, "on \(header.call)")
        }
    }
}

extension GoAway {
    fileprivate init(from body: inout ByteBuffer) throws(ProtocolFault) {
        lastCall = CallID(try body.take())
        code = try body.takeStatusCode()
        guard try body.take() as UInt8 == 0 else {
            throw ProtocolFault(.reservedNotZero, "body of goAway")
        }
        text = try body.takeText(length: Int(try body.take() as UInt16))
    }
}

extension WireStatus {
    fileprivate init(from body: inout ByteBuffer) throws(ProtocolFault) {
        let code = try body.takeStatusCode()
        guard try body.take() as UInt8 == 0 else {
            throw ProtocolFault(.reservedNotZero, "body of status")
        }
        let message = try body.takeText(length: Int(try body.take() as UInt16))
        let count = try body.take() as UInt16
        guard count <= UInt16(Limits.statusDetailsMax) else {
            throw ProtocolFault(.badValue, "\(count) details")
        }
        self.init(code, message)
        for _ in 0..<count {
            if let detail = try StatusDetail(from: &body) { details.append(detail) }
        }
    }
}

extension StatusDetail {
    static let infoKind: UInt8 = 1
    static let retryKind: UInt8 = 2

    /// Nil for a kind that later software may know.
    fileprivate init?(from body: inout ByteBuffer) throws(ProtocolFault) {
        let kind: UInt8 = try body.take()
        guard try body.take() as UInt8 == 0 else {
            throw ProtocolFault(.reservedNotZero, "detail of status")
        }
        var inner = try body.take(bytes: Int(try body.take() as UInt16))
        switch kind {
        case Self.infoKind:
            let code = try inner.takeText(length: Int(try inner.take() as UInt8))
            let reason = try inner.takeText(length: Int(try inner.take() as UInt8))
            let domain = try inner.takeText(length: Int(try inner.take() as UInt8))
            let metadata = try inner.takeMetadataOrFault()
            self = .info(
                ErrorInfo(code: code, reason: reason, domain: domain, metadata: metadata))
        case Self.retryKind:
            self = .retry(afterMs: try inner.take())
        default:
            return nil
        }
        guard inner.readableBytes == 0 else {
            throw ProtocolFault(.trailingBytes, "detail of status")
        }
    }
}
