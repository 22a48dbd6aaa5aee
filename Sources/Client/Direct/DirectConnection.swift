import Glibc
import NIOCore
import Wire

/// A connection for programs that make very many calls and decide themselves what each needs, for
/// example a load generator.
///
/// It has none of the comforts of `TaizhangClient`: no tasks, deadlines, repetition or resumption.
/// Messages are written by the caller straight into the bytes that leave, answers are seen in the
/// bytes that arrived, and everything that one arrival leads to leaves in one write. Confined to
/// its `DirectLoop`.
package final class DirectConnection {
    private let driver: any DirectDriver
    private let reactor: DirectReactor
    /// Host and port, for people.
    private let name: String
    /// Those that have not been tried.
    private var addresses: ArraySlice<DirectAddress>
    private var socket: DirectSocket?
    /// Where the reactor keeps it; nil before the first attempt.
    private var place: Int?
    private var isConnected = false
    private var decoder = FrameDecoder(receiver: .client)
    private var isOpen = false
    @exclusivity(unchecked) private var isClosed = false
    @exclusivity(unchecked) private var isReading = false
    /// The socket takes nothing more for now.
    @exclusivity(unchecked) private var isBlocked = false
    @exclusivity(unchecked) private var lastCall: UInt32 = 0
    @exclusivity(unchecked) private var output = ByteBuffer()
    /// The beginning of a frame whose end has not arrived.
    private var leftover = ByteBuffer()
    /// Messages that arrive in several frames.
    private var unfinished: [UInt32: (bytes: ByteBuffer, events: UInt32)] = [:]
    /// What was received and not given back, of calls that go on for long.
    private var windows: [UInt32: Window] = [:]

    private struct Window {
        let whole: Credit
        var taken = Credit.none
    }

    /// The largest message that is accepted.
    static let messageBytesMax = 16 * 1_024 * 1_024

    /// The most that the beginning of a frame can be.
    static let leftoverBytesMax = Limits.frameBytesMax

    /// - Parameters:
    ///   - name: what errors call the server.
    ///   - addresses: are tried in order; none when the name has none.
    init(
        driver: any DirectDriver, _ reactor: DirectReactor, name: String,
        addresses: [DirectAddress]
    ) {
        self.driver = driver
        self.reactor = reactor
        self.name = name
        self.addresses = addresses[...]
    }

    /// Calls that the server takes at the same time; 0 before it has greeted.
    package private(set) var callsMax = 0

    // MARK: Calls

    /// Begins a call with one message and no more; it leaves with the next flush.
    ///
    /// - Parameters:
    ///   - messageBytes: size of the message.
    ///   - write: fills exactly so many bytes.
    /// - Returns: the call's number; numbers grow by one.
    @discardableResult
    package func call(
        _ method: DirectMethod, messageBytes: Int, _ write: (UnsafeMutableRawBufferPointer) -> Void
    ) -> UInt32 {
        lastCall &+= 1
        if messageBytes <= method.open.messageBytesMax {
            method.open.write(call: lastCall, messageBytes: messageBytes, to: &output, write)
        } else {
            var message = ByteBuffer()
            message.writeWithUnsafeMutableBytes(minimumWritableBytes: messageBytes) { room in
                write(UnsafeMutableRawBufferPointer(rebasing: room[..<messageBytes]))
                return messageBytes
            }
            writeInParts(method.open, message)
        }
        return lastCall
    }

    /// Begins a call whose answers may go on for ever: what arrives is given back by itself.
    ///
    /// - Returns: the call's number.
    @discardableResult
    package func stream(_ method: DirectMethod, _ message: [UInt8]) -> UInt32 {
        let number = call(method, messageBytes: message.count) { $0.copyBytes(from: message) }
        windows[number] = Window(whole: method.open.credit)
        return number
    }

    private func writeInParts(_ open: DirectOpen, _ message: ByteBuffer) {
        let call = CallID(lastCall)
        output.writeFrame(.open(call, Open(method: open.name, credit: open.credit, ends: false)))
        var rest = message
        var events: UInt32 = 1
        while let bytes = rest.readSlice(
            length: min(rest.readableBytes, Limits.frameBytesMax - Limits.headerBytes))
        {
            let isLast = rest.readableBytes == 0
            output.writeFrame(
                .message(call, Part(bytes: bytes, events: events, hasMore: !isLast, ends: isLast)))
            events = 0
            if isLast { return }
        }
    }

    /// Sends what was begun outside a callback.
    package func flush() {
        guard !isReading, !isBlocked, output.readableBytes > 0 else { return }
        send()
    }

    /// Says farewell and closes; `closed` follows.
    package func close() {
        guard !isClosed else { return }
        output.writeFrame(
            .goAway(GoAway(lastCall: CallID(0), code: .ok, text: "client leaves")))
        isReading = false
        flush()
        fail(.unavailable("the connection was closed"))
    }

    // MARK: Connecting

    /// Tries the next address.
    ///
    /// - Parameter reason: why there is no connection yet.
    func connect(after reason: String = "the name cannot be resolved") {
        let place = self.place ?? reactor.insert(self)
        self.place = place
        socket = nil
        var reason = reason
        while let address = addresses.popFirst() {
            do throws(SystemCode) {
                let socket = try DirectSocket(connectingTo: address)
                guard reactor.watch(socket, place: place, reads: false, writes: true) else {
                    throw SystemCode(errno)
                }
                self.socket = socket
                return
            } catch {
                reason = error.text
            }
        }
        fail(.unavailable("cannot reach \(name): \(reason)"))
    }

    func connectTimeIsOver() {
        guard !isConnected else { return }
        fail(.unavailable("cannot reach \(name): \(SystemCode(ETIMEDOUT).text)"))
    }

    private func connectEnded(_ socket: DirectSocket, _ place: Int) {
        let code = socket.connectOutcome()
        guard code == 0 else {
            connect(after: SystemCode(code).text)
            return
        }
        isConnected = true
        output.writeBytes(Limits.preface)
        output.writeFrame(
            .hello(
                Hello(
                    messageBytesMax: UInt32(Self.messageBytesMax),
                    software: "taizhang-direct-client")))
        isBlocked = true
        send()
    }

    // MARK: What the socket says

    /// The socket can be read from or written to.
    func ready(_ readiness: DirectSelector.Readiness) {
        guard let socket, let place else { return }
        guard isConnected else {
            connectEnded(socket, place)
            return
        }
        if readiness.reads { receive(socket) }
        if readiness.writes, !isClosed { send() }
    }

    private func receive(_ socket: DirectSocket) {
        let room = reactor.room
        let before = leftover.readableBytes
        if before > 0 {
            leftover.withUnsafeReadableBytes { room.copyMemory(from: $0) }
        }
        switch socket.receive(into: UnsafeMutableRawBufferPointer(rebasing: room[before...])) {
        case .notNow: return
        case .failed(let code): fail(.unavailable(SystemCode(code).text))
        case .bytes(0): fail(.unavailable("the server closed the connection"))
        case .bytes(let count):
            bytesArrived(UnsafeRawBufferPointer(rebasing: room[..<(before + count)]))
        }
    }

    private func bytesArrived(_ bytes: UnsafeRawBufferPointer) {
        isReading = true
        do {
            let taken = try takeFrames(bytes)
            isReading = false
            guard !isClosed else { return }
            if leftover.readableBytes > 0 { leftover.clear() }
            if taken < bytes.count {
                leftover.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
            }
        } catch {
            isReading = false
            fail(TaizhangError.unavailable("the server's bytes are wrong: \(error)"))
            return
        }
        driver.settled(self)
        flush()
    }

    /// Writes what the socket takes; it says when it takes the rest.
    private func send() {
        guard !isClosed, isConnected, let socket, let place else { return }
        while output.readableBytes > 0 {
            switch output.withUnsafeReadableBytes(socket.send) {
            case .bytes(let count): output.moveReaderIndex(forwardBy: count)
            case .failed(let code):
                fail(.unavailable(SystemCode(code).text))
                return
            case .notNow:
                output.discardReadBytes()
                if !isBlocked, !reactor.rewatch(socket, place: place, writes: true) {
                    fail(.unavailable(SystemCode(errno).text))
                }
                isBlocked = true
                return
            }
        }
        // The same memory again.
        output.clear()
        guard isBlocked else { return }
        isBlocked = false
        if !reactor.rewatch(socket, place: place, writes: false) {
            fail(.unavailable(SystemCode(errno).text))
        }
    }

    /// The connection is gone, or could not be made.
    func fail(_ failure: TaizhangError) {
        guard !isClosed, let place else { return }
        isClosed = true
        socket = nil
        reactor.remove(self, place: place, failure)
    }

    /// Tells the driver; the last of the connection.
    func tellClosed(_ failure: TaizhangError) { driver.closed(self, failure) }

    // MARK: Frames

    /// - Returns: bytes of the frames that were there completely.
    private func takeFrames(_ bytes: UnsafeRawBufferPointer) throws(ProtocolFault) -> Int {
        var start = 0
        while bytes.count - start >= Limits.headerBytes, !isClosed {
            let length = Int(
                UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
            guard length >= Limits.headerBytes, length <= Limits.frameBytesMax else {
                throw ProtocolFault(.frameTooLong, "\(length) bytes")
            }
            guard bytes.count - start >= length else { break }
            let frame = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)])
            try take(frame)
            start += length
        }
        return start
    }

    /// The frames that a call of one answer brings are looked at where they are; all others are
    /// decoded.
    private func take(_ frame: UnsafeRawBufferPointer) throws(ProtocolFault) {
        let call = UInt32(bigEndian: frame.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        switch (isOpen, frame[4], frame[5]) {
        case (true, FrameType.message.rawValue, 0) where unfinished.isEmpty,
            (true, FrameType.block.rawValue, 0) where unfinished.isEmpty:
            let events = UInt32(
                bigEndian: frame.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            deliver(
                call, UnsafeRawBufferPointer(rebasing: frame[Limits.headerBytes...]), events,
                isBlock: frame[4] == FrameType.block.rawValue)
            if !windows.isEmpty { giveBack(call, events: events, bytes: frame.count) }
        case (true, FrameType.status.rawValue, 0) where frame.count > 16 && frame[16] == 0:
            ended(call, nil)
        default:
            var copy = ByteBuffer(bytes: frame)
            guard let decoded = try decoder.next(&copy) else { return }
            try carryOut(decoded)
        }
    }

    private func carryOut(_ frame: Frame) throws(ProtocolFault) {
        switch frame {
        case .welcome(let welcome):
            isOpen = true
            callsMax = Int(welcome.callsMax)
            driver.opened(self)
        case .message(let call, let part): try assemble(call.number, part, isBlock: false)
        case .block(let call, let part): try assemble(call.number, part, isBlock: true)
        case .status(let call, let status): ended(call.number, TaizhangError(status))
        case .ping(let token): output.writeFrame(.pong(token))
        case .goAway(let goAway):
            fail(TaizhangError.unavailable("the server is leaving: \(goAway.text)"))
        case .credit, .pong: return
        case .hello, .open, .unacceptableOpen, .halfClose, .cancel:
            throw ProtocolFault(.wrongDirection)
        }
    }

    private func assemble(
        _ call: UInt32, _ part: Part, isBlock: Bool
    ) throws(ProtocolFault) {
        let frameBytes = Limits.headerBytes + part.bytes.readableBytes
        var message = unfinished.removeValue(forKey: call) ?? (ByteBuffer(), part.events)
        message.bytes.writeImmutableBuffer(part.bytes)
        guard message.bytes.readableBytes <= Self.messageBytesMax else {
            throw ProtocolFault(.frameTooLong, "\(message.bytes.readableBytes) bytes of message")
        }
        if part.hasMore {
            unfinished[call] = message
        } else {
            message.bytes.withUnsafeReadableBytes {
                deliver(call, $0, message.events, isBlock: isBlock)
            }
        }
        giveBack(call, events: part.events, bytes: frameBytes)
    }

    private func deliver(
        _ call: UInt32, _ message: UnsafeRawBufferPointer, _ events: UInt32, isBlock: Bool
    ) {
        driver.received(call, message, events: events, isBlock: isBlock, on: self)
    }

    private func ended(_ call: UInt32, _ failure: TaizhangError?) {
        if !windows.isEmpty { windows[call] = nil }
        if !unfinished.isEmpty { unfinished[call] = nil }
        driver.ended(call, failure, on: self)
    }

    /// Credit goes back in halves of the window, not with each message.
    private func giveBack(_ call: UInt32, events: UInt32, bytes: Int) {
        guard var window = windows[call] else { return }
        window.taken = Credit(
            events: UInt32(clamping: window.taken.events + Int64(events)),
            bytes: UInt32(clamping: window.taken.bytes + Int64(bytes)))
        if window.taken.events * 2 >= window.whole.events
            || window.taken.bytes * 2 >= window.whole.bytes
        {
            output.writeFrame(.credit(CallID(call), window.taken))
            window.taken = .none
        }
        windows[call] = window
    }
}
