package import NIOCore

/// Which end of a connection this is.
package enum Role: Sendable, Equatable {
    case client
    case server
}

/// The number of a call on its connection: chosen by the client, from 1, always growing.
package struct CallID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: UInt32

    package init(_ number: UInt32) {
        self.number = number
    }

    package static func < (left: CallID, right: CallID) -> Bool {
        left.number < right.number
    }

    package var description: String { "call \(number)" }
}

/// The kinds of frames and their numbers on the wire.
package enum FrameType: UInt8, Sendable, CaseIterable {
    case hello = 1
    case welcome = 2
    case open = 3
    case message = 4
    case halfClose = 5
    case status = 6
    case cancel = 7
    case credit = 8
    case ping = 9
    case pong = 10
    case goAway = 11
    case block = 12
}

/// The flags of a frame.
package struct FrameFlags: OptionSet, Sendable, Equatable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The message or block goes on in the call's next frame.
    package static let more = FrameFlags(rawValue: 0x01)
    /// The client sends nothing more in this call.
    package static let end = FrameFlags(rawValue: 0x02)
    /// An OPEN carries the first message, or its first part.
    package static let message = FrameFlags(rawValue: 0x04)
    /// An OPEN's deadline counts; without the flag the field is zero and the call has no end.
    package static let deadline = FrameFlags(rawValue: 0x08)
}

/// The sixteen bytes at the beginning of every frame.
///
/// ```
/// 0 length u32 | 4 type u8 | 5 flags u8 | 6 reserved u16 = 0 | 8 call u32 | 12 events u32
/// ```
///
/// A header is judged as soon as it has arrived, before room is made for its body.
package struct FrameHeader: Sendable, Equatable {
    /// Bytes of the frame after the header.
    package let bodyBytes: Int
    package let type: FrameType
    package let flags: FrameFlags
    package let call: CallID
    package let events: UInt32

    /// Reads the header at the front of the buffer without consuming it.
    ///
    /// - Parameters:
    ///   - receiver: the end that reads; some frames may only go one way.
    ///   - handshaking: nothing but the greeting (or a GO_AWAY) is legal yet.
    /// - Returns: nil while fewer than sixteen bytes are there.
    package static func peek(
        _ buffer: ByteBuffer, receiver: Role, handshaking: Bool
    ) throws(ProtocolFault) -> FrameHeader? {
        guard
            let (length, typeNumber, flagBits, reserved, call, events) =
                buffer.peekMultipleIntegers(
                    as: (UInt32, UInt8, UInt8, UInt16, UInt32, UInt32).self)
        else { return nil }
        let bytesMax = handshaking ? Limits.handshakeFrameBytesMax : Limits.frameBytesMax
        guard length >= UInt32(Limits.headerBytes) else {
            throw ProtocolFault(.frameTooShort, "\(length) bytes")
        }
        guard length <= UInt32(bytesMax) else {
            throw ProtocolFault(.frameTooLong, "\(length) bytes, limit \(bytesMax)")
        }
        guard let type = FrameType(rawValue: typeNumber) else {
            throw ProtocolFault(.unknownType, "type \(typeNumber)")
        }
        guard reserved == 0 else {
            throw ProtocolFault(.reservedNotZero, "header of \(type)")
        }
        let header = FrameHeader(
            bodyBytes: Int(length) - Limits.headerBytes, type: type,
            flags: FrameFlags(rawValue: flagBits), call: CallID(call), events: events)
        try header.check(receiver: receiver, handshaking: handshaking)
        return header
    }

    private func check(receiver: Role, handshaking: Bool) throws(ProtocolFault) {
        guard type.goes(to: receiver) else {
            throw ProtocolFault(.wrongDirection, "\(type) to the \(receiver)")
        }
        let isGreeting = type == (receiver == .server ? .hello : .welcome)
        guard handshaking ? (isGreeting || type == .goAway) : !isGreeting else {
            throw ProtocolFault(
                .wrongPhase, "\(type) \(handshaking ? "before" : "after") the handshake")
        }
        guard type.flagsAllowed(to: receiver).isSuperset(of: flags), flagsAgree else {
            throw ProtocolFault(.badFlags, "\(flags.rawValue) on \(type)")
        }
        guard type.concernsCall == (call.number != 0) else {
            throw ProtocolFault(.badCall, "\(type) with \(call)")
        }
        guard type.bodyRange.contains(bodyBytes) else {
            throw ProtocolFault(.wrongLength, "\(bodyBytes) bytes of body for \(type)")
        }
        guard events <= (type.mayCountEvents ? Limits.eventsPerMessageMax : 0) else {
            throw ProtocolFault(.badEvents, "\(events) events on \(type)")
        }
    }

    private var flagsAgree: Bool {
        if flags.contains(.more) && flags.contains(.end) { return false }
        guard type == .open else { return true }
        return flags.contains(.message) || (!flags.contains(.more) && events == 0)
    }
}

extension FrameType {
    /// Whether the frame belongs to one call; the others concern the connection.
    var concernsCall: Bool {
        switch self {
        case .hello, .welcome, .ping, .pong, .goAway: false
        case .open, .message, .halfClose, .status, .cancel, .credit, .block: true
        }
    }

    /// Whether the header's last field may count events.
    var mayCountEvents: Bool {
        switch self {
        case .open, .message, .block: true
        case .hello, .welcome, .halfClose, .status, .cancel, .credit, .ping, .pong, .goAway: false
        }
    }

    func goes(to receiver: Role) -> Bool {
        switch self {
        case .hello, .open, .halfClose, .cancel: receiver == .server
        case .welcome, .status, .block: receiver == .client
        case .message, .credit, .ping, .pong, .goAway: true
        }
    }

    func flagsAllowed(to receiver: Role) -> FrameFlags {
        switch self {
        case .open: [.more, .end, .message, .deadline]
        case .message: receiver == .server ? [.more, .end] : [.more]
        case .block: [.more]
        case .hello, .welcome, .halfClose, .status, .cancel, .credit, .ping, .pong, .goAway: []
        }
    }

    /// Bytes that the body may have. A fixed size is a range of one.
    var bodyRange: ClosedRange<Int> {
        let most = Limits.frameBytesMax - Limits.headerBytes
        switch self {
        case .hello: return 16...(Limits.handshakeFrameBytesMax - Limits.headerBytes)
        case .welcome: return 55...(Limits.handshakeFrameBytesMax - Limits.headerBytes)
        case .open: return 16...most
        case .message: return 0...most
        case .block: return 1...most
        case .status: return 6...(Limits.statusFrameBytesMax - Limits.headerBytes)
        case .halfClose, .cancel: return 0...0
        case .credit, .ping, .pong: return 8...8
        case .goAway: return 8...(8 + Limits.goAwayTextBytesMax)
        }
    }
}
