/// Why a text is not the JSON that is expected, and where.
package struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// From 1.
    package let line: Int
    /// From 1, counted in characters of Unicode.
    package let column: Int
    /// In bytes, from 0.
    package let offset: Int
    /// For example "a comma or } is expected".
    package let problem: String

    /// - Parameters:
    ///   - bytes: the whole text, from which line and column are counted.
    ///   - offset: where the problem is.
    init(_ problem: String, in bytes: [UInt8], at offset: Int) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
        self.offset = offset
        self.problem = problem
    }

    /// The first line is not named: what is read line by line has its own count of lines.
    package var description: String {
        line == 1 ? "column \(column): \(problem)" : "line \(line), column \(column): \(problem)"
    }
}

/// How much JSON is read before it is refused.
package struct JSONLimits: Equatable, Sendable {
    /// Objects and arrays inside one another. The schema's own limit is 32 messages, each of which
    /// may stand in an array.
    package var depth = 80
    /// Of the whole text. A fact is at most some hundred kilobytes.
    package var bytes = 16 << 20

    package init() {}
}
