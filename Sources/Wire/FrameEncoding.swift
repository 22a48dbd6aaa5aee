package import NIOCore

extension ByteBuffer {
    /// Appends a whole frame, its header included.
    ///
    /// Texts and details that are longer than `Limits` allows are cut; the frame is always legal
    /// if its parts are. A part must fit into a frame: the outbound lane splits messages.
    package mutating func writeFrame(_ frame: Frame) {
        switch frame {
        case .hello(let hello):
            writeFrame(.hello) { $0.writeHello(hello) }
        case .welcome(let welcome):
            writeFrame(.welcome) { $0.writeWelcome(welcome) }
        case .open(let call, let open):
            writeOpen(call, open)
        case .unacceptableOpen:
            // What a decoder says about a frame that was received; there is nothing to send.
            return
        case .message(let call, let part):
            writePart(.message, call, part)
        case .block(let call, let part):
            writePart(.block, call, part)
        case .halfClose(let call):
            writeHeader(bodyBytes: 0, .halfClose, call: call)
        case .cancel(let call):
            writeHeader(bodyBytes: 0, .cancel, call: call)
        case .status(let call, let status):
            writeStatusFrame(call, status)
        case .credit(let call, let credit):
            writeHeader(bodyBytes: 8, .credit, call: call)
            writeMultipleIntegers(credit.wireEvents, credit.wireBytes)
        case .ping(let token):
            writeHeader(bodyBytes: 8, .ping)
            writeInteger(token)
        case .pong(let token):
            writeHeader(bodyBytes: 8, .pong)
            writeInteger(token)
        case .goAway(let goAway):
            writeFrame(.goAway) { buffer in
                buffer.writeMultipleIntegers(
                    goAway.lastCall.number, goAway.code.rawValue, UInt8(0))
                buffer.writeLongText(goAway.text, bytesMax: Limits.goAwayTextBytesMax)
            }
        }
    }

    mutating func writeHeader(
        bodyBytes: Int, _ type: FrameType, flags: FrameFlags = [], call: CallID = CallID(0),
        events: UInt32 = 0
    ) {
        // Two words instead of six numbers: every frame has a header.
        let length = UInt64(UInt32(clamping: bodyBytes + Limits.headerBytes))
        writeInteger(length << 32 | UInt64(type.rawValue) << 24 | UInt64(flags.rawValue) << 16)
        writeInteger(UInt64(call.number) << 32 | UInt64(events))
    }

    /// Appends a STATUS; most say nothing but their code.
    mutating func writeStatusFrame(_ call: CallID, _ status: WireStatus) {
        guard status.message.isEmpty, status.details.isEmpty else {
            writeFrame(.status, call: call) { $0.writeStatus(status) }
            return
        }
        writeHeader(bodyBytes: 6, .status, call: call)
        writeInteger(UInt32(status.code.rawValue) << 24)
        writeInteger(UInt16(0))
    }

    private mutating func writeFrame(
        _ type: FrameType, flags: FrameFlags = [], call: CallID = CallID(0), events: UInt32 = 0,
        body: (inout ByteBuffer) -> Void
    ) {
        let start = writerIndex
        writeHeader(bodyBytes: 0, type, flags: flags, call: call, events: events)
        body(&self)
        setInteger(UInt32(clamping: writerIndex - start), at: start)
    }

    private mutating func writePart(_ type: FrameType, _ call: CallID, _ part: Part) {
        var flags: FrameFlags = part.hasMore ? .more : []
        if part.ends { flags.insert(.end) }
        writeHeader(
            bodyBytes: part.bytes.readableBytes, type, flags: flags, call: call,
            events: part.events)
        writeImmutableBuffer(part.bytes)
    }

    private mutating func writeOpen(_ call: CallID, _ open: Open) {
        var flags: FrameFlags = open.ends ? .end : []
        if open.deadlineMs != nil { flags.insert(.deadline) }
        if let first = open.first {
            flags.insert(.message)
            if first.hasMore { flags.insert(.more) }
        }
        writeFrame(.open, flags: flags, call: call, events: open.first?.events ?? 0) { buffer in
            buffer.writeMultipleIntegers(
                open.deadlineMs ?? 0, open.credit.wireEvents, open.credit.wireBytes)
            buffer.writeShortText(open.method, bytesMax: Limits.methodBytesMax)
            buffer.writeMetadata(open.metadata)
            if let first = open.first { buffer.writeImmutableBuffer(first.bytes) }
        }
    }

    private mutating func writeHello(_ hello: Hello) {
        writeMultipleIntegers(
            hello.versionMin, hello.versionMax, hello.frameBytesMax, hello.messageBytesMax)
        writeInteger(UInt8(hello.ledger == nil ? 0 : Limits.ledgerBytes))
        if let ledger = hello.ledger { writeBytes(ledger.bytes) }
        writeShortText(hello.software, bytesMax: Limits.softwareBytesMax)
        writeMetadata(hello.metadata, bytesMax: greetingMetadataBytesMax)
    }

    private mutating func writeWelcome(_ welcome: Welcome) {
        writeMultipleIntegers(welcome.version, UInt16(0))
        writeMultipleIntegers(
            welcome.frameBytesMax, welcome.messageBytesMax, welcome.callsMax,
            welcome.callCredit.wireEvents, welcome.callCredit.wireBytes,
            welcome.metadataBytesMax, welcome.idleMs, welcome.keepaliveMs)
        writeBytes(welcome.ledger.bytes)
        writeShortText(welcome.software, bytesMax: Limits.softwareBytesMax)
        writeMetadata(welcome.metadata, bytesMax: greetingMetadataBytesMax)
    }

    /// The greeting's fixed fields and texts take less than 256 bytes of its frame.
    private var greetingMetadataBytesMax: Int { Limits.handshakeFrameBytesMax - 256 }

    private mutating func writeStatus(_ status: WireStatus) {
        let bodyMax = Limits.statusFrameBytesMax - Limits.headerBytes
        let start = writerIndex
        writeMultipleIntegers(status.code.rawValue, UInt8(0))
        writeLongText(status.message, bytesMax: Limits.statusMessageBytesMax)
        let countIndex = writerIndex
        writeInteger(UInt16(0))
        var count: UInt16 = 0
        for detail in status.details.prefix(Limits.statusDetailsMax) {
            let before = writerIndex
            writeDetail(detail)
            guard writerIndex - start <= bodyMax else {
                moveWriterIndex(to: before)
                break
            }
            count += 1
        }
        setInteger(count, at: countIndex)
    }

    private mutating func writeDetail(_ detail: StatusDetail) {
        switch detail {
        case .info(let info):
            writeMultipleIntegers(StatusDetail.infoKind, UInt8(0))
            let lengthIndex = writerIndex
            writeInteger(UInt16(0))
            writeShortText(info.code, bytesMax: Limits.statusWordBytesMax)
            writeShortText(info.reason, bytesMax: Limits.statusWordBytesMax)
            writeShortText(info.domain, bytesMax: Limits.statusWordBytesMax)
            writeMetadata(info.metadata)
            setInteger(UInt16(clamping: writerIndex - lengthIndex - 2), at: lengthIndex)
        case .retry(let afterMs):
            writeMultipleIntegers(StatusDetail.retryKind, UInt8(0), UInt16(4), afterMs)
        }
    }

    private mutating func writeMetadata(
        _ metadata: Metadata, bytesMax: Int = Limits.metadataBytesMax
    ) {
        let countIndex = writerIndex
        writeInteger(UInt16(0))
        var count: UInt16 = 0
        for pair in metadata.pairs {
            let size = 3 + pair.key.utf8.count + pair.value.utf8.count
            guard writerIndex - countIndex + size <= bytesMax else { break }
            writeInteger(UInt8(clamping: pair.key.utf8.count))
            writeString(pair.key)
            writeInteger(UInt16(clamping: pair.value.utf8.count))
            writeString(pair.value)
            count += 1
        }
        setInteger(count, at: countIndex)
    }

    private mutating func writeShortText(_ text: String, bytesMax: Int) {
        let cut = text.cut(toBytes: min(bytesMax, Int(UInt8.max)))
        writeInteger(UInt8(clamping: cut.utf8.count))
        writeSubstring(cut)
    }

    private mutating func writeLongText(_ text: String, bytesMax: Int) {
        let cut = text.cut(toBytes: min(bytesMax, Int(UInt16.max)))
        writeInteger(UInt16(clamping: cut.utf8.count))
        writeSubstring(cut)
    }
}

extension String {
    /// The longest beginning of at most so many bytes of UTF-8 that ends between two scalars.
    func cut(toBytes bytesMax: Int) -> Substring {
        guard utf8.count > bytesMax else { return self[...] }
        var end = utf8.index(startIndex, offsetBy: bytesMax)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil {
            end = utf8.index(before: end)
        }
        return self[..<end]
    }
}
