import ReadModels
import Synchronization

/// Answers to questions that are asked again and again, for example by the many who look at the
/// same board: as long as nothing has changed that an answer stands on, neither question nor rows
/// are looked at a second time.
final class KeptAnswers: Sendable {
    /// An answer, with the question as it came.
    private final class Entry: Sendable {
        let request: [UInt8]
        let question: Question
        let standing: AnswerStanding
        let message: TimelessMessage

        init(
            _ request: [UInt8], _ question: Question, _ standing: AnswerStanding,
            _ message: TimelessMessage
        ) {
            self.request = request
            self.question = question
            self.standing = standing
            self.message = message
        }
    }

    /// Each question has one place, which the last one to come takes.
    private let entries = Mutex<[Entry?]>([Entry?](repeating: nil, count: placesMax))

    /// A power of two.
    private static let placesMax = 512
    private static let requestBytesMax = 512
    private static let messageBytesMax = 4_096

    /// The message that answers a request, if it is known and still says what is so.
    ///
    /// - Parameter request: the message `QueryRequest` as it came.
    func message(
        for request: UnsafeRawBufferPointer, _ models: ModelEngine, at now: Int64
    ) -> [UInt8]? {
        guard request.count <= Self.requestBytesMax else { return nil }
        let place = Self.place(of: request)
        guard let entry = entries.withLock({ $0[place] }),
            entry.request.count == request.count, entry.request.elementsEqual(request),
            // Where there would be no answer now, somebody else says why.
            let (standing, knownAt) = try? models.standing(of: entry.question, at: now),
            standing == entry.standing
        else { return nil }
        return entry.message.at(knownAt)
    }

    /// Keeps the answer to a request: a page that says all there is to say.
    func keep(
        _ page: ModelPage, _ message: TimelessMessage, for request: [UInt8], _ query: ModelQuery
    ) {
        guard request.count <= Self.requestBytesMax, message.bytes.count <= Self.messageBytesMax,
            let question = Question(query)
        else { return }
        let entry = Entry(request, question, page.standing, message)
        let place = request.withUnsafeBytes { Self.place(of: $0) }
        entries.withLock { $0[place] = entry }
    }

    /// Word by word as FNV-1a does byte by byte.
    private static func place(of request: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var offset = 0
        while offset + 8 <= request.count {
            hash ^= request.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            hash = (hash ^ hash >> 32) &* 0x9E37_79B9_7F4A_7C15
            offset += 8
        }
        while offset < request.count {
            hash = (hash ^ UInt64(request[offset])) &* 0x0000_0100_0000_01B3
            offset += 1
        }
        return Int(truncatingIfNeeded: hash ^ hash >> 29) & (placesMax - 1)
    }
}
