import PartyBuilding

/// A value that may stand for many: `bench-{1..8}` is `bench-1` to `bench-8`,
/// `p{001..400}` keeps its leading zeros.
enum ValueRange {
    /// More values than this are a slip of the keyboard.
    private static let valuesMax = 1_000_000

    /// The values that a text stands for; the text itself when it holds no range.
    static func values(_ text: String) -> [String] {
        guard let open = text.firstIndex(of: "{"), let close = text[open...].firstIndex(of: "}")
        else { return [text] }
        let inside = text[text.index(after: open)..<close]
        let bounds = inside.split(separator: ".", omittingEmptySubsequences: true)
        guard inside.contains(".."), bounds.count == 2, let first = Int(bounds[0]),
            let last = Int(bounds[1]), first <= last, first >= 0, last - first < valuesMax
        else { return [text] }
        let width = bounds[0].first == "0" ? bounds[0].count : 0
        let before = text[..<open]
        let after = text[text.index(after: close)...]
        return (first...last).map { "\(before)\(padded($0, width))\(after)" }
    }
}
