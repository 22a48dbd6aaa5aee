/// Finds the allowed word that a wrong one was probably meant to be.
package enum Suggestion {
    /// The nearest of the words, nil when none is near: at most a third of its letters may differ.
    package static func nearest(to wrong: String, among words: [String]) -> String? {
        let target = Array(wrong.lowercased().unicodeScalars.prefix(64))
        var best: (word: String, distance: Int)?
        for word in words {
            let letters = Array(word.lowercased().unicodeScalars)
            let limit = max(1, letters.count / 3)
            if abs(letters.count - target.count) > limit { continue }
            let distance = distance(target, letters)
            if distance <= limit, distance < best?.distance ?? .max { best = (word, distance) }
        }
        return best?.word
    }

    /// Insertions, deletions, replacements and swaps of neighbours between two words
    /// (optimal string alignment).
    private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforePrevious = [Int](repeating: 0, count: right.count + 1)
        var previous = Array(0...right.count)
        var current = previous
        for row in 0..<left.count {
            current[0] = row + 1
            for column in 0..<right.count {
                let cost = left[row] == right[column] ? 0 : 1
                var least = min(
                    previous[column + 1] + 1, current[column] + 1, previous[column] + cost)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    least = min(least, beforePrevious[column - 1] + 1)
                }
                current[column + 1] = least
            }
            (beforePrevious, previous, current) = (previous, current, beforePrevious)
        }
        return previous[right.count]
    }
}
