package import Schema

/// Which person's year a stream `learning-<person>-<yyyy>` holds.
package struct LearningYear: Hashable, Sendable {
    package let person: String
    package let year: Int

    /// Nil unless the name ends in a hyphen and four digits.
    package init?(stream: String) {
        let identity = subjectIdentity(stream)
        guard let hyphen = identity.utf8.lastIndex(of: UInt8(ascii: "-")) else { return nil }
        let digits = identity[identity.index(after: hyphen)...]
        guard digits.utf8.count == 4, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let year = Int(digits), hyphen > identity.startIndex
        else { return nil }
        person = String(identity[..<hyphen])
        self.year = year
    }
}

/// A person's learning in a calendar year: books read and sessions attended, each once.
package struct LearningYearState: Aggregate {
    package static let subject = "learning"
    package static let types: [EventType]? = [.bookCompleted, .studySessionAttended]

    package let id: String
    /// Normalised titles.
    package private(set) var books: Set<String> = []
    package private(set) var sessions: Set<String> = []

    package init(id: String) { self.id = id }

    package mutating func apply(_ fact: Fact) {
        switch fact.payload {
        case .bookCompleted(let event): books.insert(BookTitle.normalised(event.titleKey))
        case .studySessionAttended(let event): sessions.insert(event.sessionID)
        default: break
        }
    }
}

/// Titles and ISBNs as keys: what differs only in brackets, spaces, hyphens or case is one book.
package enum BookTitle {
    package static func normalised(_ title: String) -> String {
        let ignored: Set<Character> = [
            " ", "\t", "\u{3000}", "-", "–", "—", "《", "》", "〈", "〉", "“", "”", "\"", "·", "•",
        ]
        return title.filter { !ignored.contains($0) }.lowercased()
    }
}
