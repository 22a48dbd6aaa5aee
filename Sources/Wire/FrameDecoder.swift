package import NIOCore

/// Turns the bytes of a connection into frames, or into the fault that ends it.
///
/// It keeps no bytes: whoever reads the socket keeps what is left over, which is never more than
/// one frame, because a header is judged before its body is waited for. No bytes can trap it.
package struct FrameDecoder: Sendable, Equatable {
    /// What comes next in the stream of bytes.
    package enum Phase: Sendable, Equatable {
        /// The client's twelve bytes.
        case preface
        /// The greeting, with its own small limit.
        case greeting
        case frames
    }

    package private(set) var phase: Phase
    private let receiver: Role

    var isServers: Bool { receiver == .server }

    /// - Parameter receiver: the end that reads.
    package init(receiver: Role) {
        self.receiver = receiver
        phase = receiver == .server ? .preface : .greeting
    }

    /// Takes the next frame from the front of the buffer.
    ///
    /// - Returns: nil when it is not there completely.
    /// - Throws: the fault for which the connection is to be closed; do not call again then.
    package mutating func next(_ buffer: inout ByteBuffer) throws(ProtocolFault) -> Frame? {
        if phase == .preface {
            guard try takePreface(&buffer) else { return nil }
            phase = .greeting
        }
        guard
            let header = try FrameHeader.peek(
                buffer, receiver: receiver, handshaking: phase == .greeting),
            buffer.readableBytes >= Limits.headerBytes + header.bodyBytes
        else { return nil }
        buffer.moveReaderIndex(forwardBy: Limits.headerBytes)
        guard var body = buffer.readSlice(length: header.bodyBytes) else { return nil }
        let frame = try Frame(header: header, body: &body)
        guard body.readableBytes == 0 else {
            throw ProtocolFault(
                .trailingBytes, "\(body.readableBytes) after the body of \(header.type)")
        }
        phase = .frames
        return frame
    }

    private func takePreface(_ buffer: inout ByteBuffer) throws(ProtocolFault) -> Bool {
        let preface = Limits.preface
        guard
            buffer.readableBytesView.prefix(preface.count).elementsEqual(
                preface.prefix(buffer.readableBytes))
        else { throw ProtocolFault(.badPreface) }
        guard buffer.readableBytes >= preface.count else { return false }
        buffer.moveReaderIndex(forwardBy: preface.count)
        return true
    }
}
