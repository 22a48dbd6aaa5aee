/// Every number that bounds the protocol `taizhang/1`, each with its reason.
///
/// The static constants are part of the protocol and the same on every machine. The instance
/// properties are one side's own choice: what it tolerates, and what it announces to its peer.
/// Sizes are bytes, times are milliseconds; the unit is in the name. The relations between the
/// numbers are asserted in `LimitsTests`.
package struct Limits: Sendable, Equatable {
    // MARK: Fixed by the protocol

    /// The first bytes of a connection, from the client. As long as twelve bytes of text that no
    /// HTTP, TLS or Redis client begins with, so that a stray client is recognised by its first
    /// wrong byte.
    package static let preface = Array("TAIZHANG/1\r\n".utf8)

    /// The protocol version that this code speaks.
    package static let version: UInt16 = 1

    /// Size of the fixed frame header.
    package static let headerBytes = 16

    /// The largest frame, header included. It bounds what one peer can make the other buffer
    /// before anything is looked at, and is the size of a sealed block.
    package static let frameBytesMax = 65_536

    /// The smallest `frame_bytes_max` that a peer may announce: every frame that cannot be split
    /// (OPEN without its message, STATUS, GO_AWAY, HELLO, WELCOME) fits in it.
    package static let frameBytesMaxLeast = 16_384

    /// The largest frame before the handshake is complete. Nothing is known of the peer yet.
    package static let handshakeFrameBytesMax = 4_096

    /// The largest STATUS frame. A status is never split.
    package static let statusFrameBytesMax = 16_384

    /// The smallest `message_bytes_max` that a peer may announce: a sealed block always fits.
    package static let messageBytesMaxLeast = 65_536

    /// Length of the text of a GO_AWAY: one line for a person.
    package static let goAwayTextBytesMax = 1_024

    /// Length of a method name.
    package static let methodBytesMax = 128

    /// Size of an encoded metadata block, its count included (gRPC's usual limit).
    package static let metadataBytesMax = 8_192

    /// Pairs in a metadata block: a duplicate is found by looking at each other key.
    package static let metadataPairsMax = 64

    /// Length of a metadata key.
    package static let metadataKeyBytesMax = 64

    /// Length of the name and version of a peer's software.
    package static let softwareBytesMax = 128

    /// Length of the text of a status.
    package static let statusMessageBytesMax = 2_048

    /// Details of a status.
    package static let statusDetailsMax = 32

    /// Length of the code, the reason and the domain of a status detail.
    package static let statusWordBytesMax = 128

    /// Size of a ledger's identity, a UUID.
    package static let ledgerBytes = 16

    /// The most events that one message or block may stand for.
    package static let eventsPerMessageMax: UInt32 = 65_536

    /// The most credit that may be outstanding in one direction of one call. Beyond it the peer
    /// counts wrongly; below it no sum of credits can overflow.
    package static let creditMax: Int64 = 2_147_483_647

    // MARK: Announced

    /// The largest message that is accepted. A message is kept whole in memory.
    package var messageBytesMax = 4 * 1_024 * 1_024

    /// Calls of one connection at the same time, those included whose caller has gone while
    /// their handler still runs.
    package var callsMax = 100

    /// Events that a client may send in a new call before it is given credit.
    package var callCreditEvents: UInt32 = 1_024

    /// Bytes that a client may send in a new call before it is given credit.
    package var callCreditBytes: UInt32 = 262_144

    /// A connection without calls is closed after this time; it costs a descriptor and buffers.
    package var idleMs: UInt32 = 900_000

    /// A peer that has been silent for this time is asked whether it is still there. Shorter than
    /// the usual five minutes after which a middlebox forgets a connection.
    package var keepaliveMs: UInt32 = 30_000

    // MARK: Kept to oneself

    /// Time from the acceptance of a connection to the end of the handshake.
    package var handshakeMsMax: UInt32 = 5_000

    /// Time in which a frame that has begun must be complete, however its bytes trickle.
    package var partialFrameMsMax: UInt32 = 10_000

    /// Time in which a message that has begun must be complete. 4 MiB at 70 KB/s.
    package var partialMessageMsMax: UInt32 = 60_000

    /// Time in which a ping must be answered by any sign of life.
    package var keepaliveAnswerMsMax: UInt32 = 20_000

    /// Time for which a peer may take nothing at all of what waits for it in the socket.
    package var writeStallMsMax: UInt32 = 30_000

    /// Time that calls have to end after an orderly GO_AWAY.
    package var drainMsMax: UInt32 = 30_000

    /// Time for which bytes are read and dropped after the last frame was written, so that the
    /// system does not answer them with a reset that overtakes that frame.
    package var lingerMsMax: UInt32 = 500

    /// Bytes of unfinished messages of one connection: two of the largest.
    package var reassemblyBytesMax = 8 * 1_024 * 1_024

    /// Bytes of a call that wait to be sent before its handler is asked to pause.
    package var callQueueBytesMax = 131_072

    /// Bytes of a connection that wait for the socket before it reads no more, and bytes that
    /// wait for credit before it refuses new calls.
    package var connectionQueueBytesMax = 1_048_576

    /// Bytes of control frames (PONG, STATUS of refused calls, CREDIT) that wait for the socket
    /// before the connection reads no more. A reply that cannot be sent is not made.
    package var controlBytesMax = 65_536

    /// Payload of a frame when a larger message is split. Smaller than the largest frame, so that
    /// another call's turn comes soon.
    package var chunkBytes = 16_368

    /// Bytes that one call may send in its turn.
    package var turnBytes = 16_384

    /// Cancelled and refused calls that a connection may have at once. gRPC in Swift takes 200 in
    /// 30 s (CVE-2023-44487, rapid reset).
    package var faultsBurst: Int64 = 200
    /// Cancelled and refused calls that are forgiven in a second.
    package var faultsPerSecond: Int64 = 10

    /// Frames without effect of their own (CREDIT, PONG, frames of calls that have ended) at
    /// once; each frame that is sent to the peer allows one more (CVE-2019-9515, 9518).
    package var controlBurst: Int64 = 2_000
    /// Frames without effect of their own that are allowed in a second.
    package var controlPerSecond: Int64 = 200

    /// Pings at once (CVE-2019-9512).
    package var pingsBurst: Int64 = 20
    /// Pings in a second.
    package var pingsPerSecond: Int64 = 1

    package init() {}
}
