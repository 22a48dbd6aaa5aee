/// A set of persons by their numbers: a list while few of those numbered are in it, then a bit for
/// each number. So it weighs little for few persons out of a million, and for most of them, too.
///
/// Numbers are below 2³², as many as can be given out.
struct PersonSet {
    /// In ascending order; empty when there are words.
    private var numbers: [UInt32] = []
    /// Inserted since, in the order they came, at most about as many as `numbers`.
    private var recent: [UInt32] = []
    /// A bit for each number.
    private var words: [UInt64] = []
    /// Bits that are set in `words`.
    private var bits = 0

    /// Numbers beside which one in a list takes as much memory as a bit for each of them.
    private static let listed = 32
    /// A set goes back to a list only when that is much smaller.
    private static let listedAgain = 4 * listed
    private static let recentMax = 32

    var isEmpty: Bool { numbers.isEmpty && recent.isEmpty && bits == 0 }

    var count: Int {
        if !words.isEmpty { return bits }
        var settled = self
        settled.settle()
        return settled.words.isEmpty ? settled.numbers.count : settled.bits
    }

    /// Bytes of memory that its elements take up.
    var weight: Int { words.count * 8 + (numbers.count + recent.count) * 4 }

    mutating func insert(_ number: Int) {
        let number = UInt32(truncatingIfNeeded: number)
        if words.isEmpty {
            recent.append(number)
            if recent.count > max(Self.recentMax, numbers.count) { settle() }
        } else if number >> 6 < words.count || bits * Self.listedAgain > Int(number) {
            set(number)
        } else {
            spread()
            recent.append(number)
        }
    }

    /// Quick after `formUnion`; else those inserted last are looked through.
    func contains(_ number: Int) -> Bool {
        let number = UInt32(truncatingIfNeeded: number)
        guard words.isEmpty else {
            let word = Int(number >> 6)
            return word < words.count && words[word] >> UInt64(number & 63) & 1 == 1
        }
        var low = 0
        var high = numbers.count
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < numbers.count && numbers[low] == number || recent.contains(number)
    }

    mutating func formUnion(_ other: PersonSet) {
        if other.words.isEmpty {
            for number in other.numbers { insert(Int(number)) }
            for number in other.recent { insert(Int(number)) }
        } else if words.isEmpty {
            let listed = self
            self = other
            formUnion(listed)
        } else {
            grow(to: other.words.count)
            bits = 0
            for (index, word) in other.words.enumerated() { words[index] |= word }
            for word in words { bits += word.nonzeroBitCount }
        }
        settle()
    }

    private mutating func set(_ number: UInt32) {
        let word = Int(number >> 6)
        let bit: UInt64 = 1 << UInt64(number & 63)
        grow(to: word + 1)
        if words[word] & bit == 0 { bits += 1 }
        words[word] |= bit
    }

    private mutating func grow(to count: Int) {
        guard count > words.count else { return }
        words.append(contentsOf: repeatElement(0, count: count - words.count))
    }

    /// Sorts what was inserted last among the others, and changes to words when they are smaller.
    private mutating func settle() {
        if !recent.isEmpty {
            recent.sort()
            let before = numbers
            numbers = []
            numbers.reserveCapacity(before.count + recent.count)
            var next = 0
            for number in recent {
                while next < before.count, before[next] <= number {
                    numbers.append(before[next])
                    next += 1
                }
                if numbers.last != number { numbers.append(number) }
            }
            numbers.append(contentsOf: before[next...])
            recent = []
        }
        guard let last = numbers.last, numbers.count * Self.listed > Int(last) else { return }
        let listed = numbers
        numbers = []
        for number in listed { set(number) }
    }

    /// Changes to a list.
    private mutating func spread() {
        numbers.reserveCapacity(bits)
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                numbers.append(UInt32(truncatingIfNeeded: index << 6 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        words = []
        bits = 0
    }
}
