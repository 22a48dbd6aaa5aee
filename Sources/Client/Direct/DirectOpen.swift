import NIOCore
import Wire

/// The bytes of an OPEN frame that carries its call's only message, up to that message.
///
/// They are the same for every call of a method but for the length and the call's number.
struct DirectOpen: Sendable {
    /// For calls whose message does not fit into the frame.
    let name: String
    let credit: Credit
    /// Header, credit, method and metadata.
    private let head: [UInt8]

    init(method: String, events: UInt32, bytes: UInt32) {
        name = method
        credit = Credit(events: events, bytes: bytes)
        var buffer = ByteBuffer()
        let first = Part(bytes: ByteBuffer(), events: 1)
        buffer.writeFrame(
            .open(CallID(1), Open(method: method, credit: credit, first: first, ends: true)))
        head = Array(buffer.readableBytesView)
    }

    /// The most bytes of a message that travels in the frame.
    var messageBytesMax: Int { Limits.frameBytesMax - head.count }

    /// Appends the frame of a call.
    ///
    /// - Parameters:
    ///   - messageBytes: at most `messageBytesMax`.
    ///   - write: fills exactly the message's bytes.
    func write(
        call: UInt32, messageBytes: Int, to buffer: inout ByteBuffer,
        _ write: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        let length = head.count + messageBytes
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { room in
            head.withUnsafeBytes { room.copyMemory(from: $0) }
            room.storeBytes(of: UInt32(clamping: length).bigEndian, as: UInt32.self)
            room.storeBytes(of: call.bigEndian, toByteOffset: 8, as: UInt32.self)
            write(UnsafeMutableRawBufferPointer(rebasing: room[head.count..<length]))
            return length
        }
    }
}
