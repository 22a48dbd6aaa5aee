/// Names one behind the other in one run of bytes, each after a byte with its length: the subjects
/// of a fact, as its record holds them. Copies share the bytes.
///
/// A fact has a handful of subjects and goes through many hands; as strings each of them would be
/// an object of its own.
package struct NameList: Sendable {
    /// The names; `range` says which of them belong to the list.
    package let bytes: [UInt8]
    /// Where in `bytes` the list stands.
    package let range: Range<Int>
    package let count: Int

    /// The list that has no names.
    package init() {
        bytes = []
        range = 0..<0
        count = 0
    }

    /// - Parameter bytes: `count` names, each behind its length.
    private init(_ bytes: [UInt8], count: Int) {
        self.bytes = bytes
        range = 0..<bytes.count
        self.count = count
    }

    /// - Parameter names: of at most 255 bytes each; what is longer is cut off.
    package init(_ names: some Sequence<String>) {
        if let list = names as? NameList {
            self = list
            return
        }
        var bytes: [UInt8] = []
        var count = 0
        for name in names {
            TextBytes.withBytes(of: name) { text in
                bytes.append(UInt8(clamping: text.count))
                bytes.append(contentsOf: text.prefix(255))
            }
            count += 1
        }
        self.init(bytes, count: count)
    }

    package var isEmpty: Bool { count == 0 }

    /// Calls `body` with where each name stands in `bytes`.
    @inlinable
    package func forEachPlace<Failure: Error>(
        _ body: (Range<Int>) throws(Failure) -> Void
    ) throws(Failure) {
        var offset = range.lowerBound
        while offset < range.upperBound {
            let name = (offset + 1)..<(offset + 1 + Int(bytes[offset]))
            try body(name)
            offset = name.upperBound
        }
    }

    /// Calls `body` with each name in UTF-8.
    @inlinable
    package func forEachName(_ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { all in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let end = offset + 1 + Int(all[offset])
                body(UnsafeRawBufferPointer(rebasing: all[offset + 1..<end]))
                offset = end
            }
        }
    }

    /// Whether a name is in the list.
    package func contains(_ name: String) -> Bool {
        TextBytes.withBytes(of: name) { contains($0) }
    }

    /// Whether a name, in UTF-8, is in the list.
    package func contains(_ name: UnsafeRawBufferPointer) -> Bool {
        bytes.withUnsafeBytes { all in
            var offset = range.lowerBound
            while offset < range.upperBound {
                let end = offset + 1 + Int(all[offset])
                if TextBytes.same(UnsafeRawBufferPointer(rebasing: all[offset + 1..<end]), name) {
                    return true
                }
                offset = end
            }
            return false
        }
    }

    /// The sorted list with a further name in its place; itself when it has the name.
    ///
    /// - Parameter name: of at most 255 bytes; what is longer is cut off.
    package func joined(with name: String) -> NameList {
        TextBytes.withBytes(of: name) { whole in
            let name = UnsafeRawBufferPointer(rebasing: whole.prefix(255))
            var place = range.lowerBound
            var isThere = false
            bytes.withUnsafeBytes { all in
                while place < range.upperBound {
                    let end = place + 1 + Int(all[place])
                    let other = UnsafeRawBufferPointer(rebasing: all[place + 1..<end])
                    let order = TextBytes.order(other, name)
                    if order >= 0 {
                        isThere = order == 0
                        break
                    }
                    place = end
                }
            }
            if isThere { return self }
            let joined = [UInt8](unsafeUninitializedCapacity: range.count + 1 + name.count) {
                room, count in
                let room = UnsafeMutableRawBufferPointer(room)
                count = bytes.withUnsafeBytes { all in
                    let before = all[range.lowerBound..<place]
                    room.copyBytes(from: before)
                    room[before.count] = UInt8(truncatingIfNeeded: name.count)
                    UnsafeMutableRawBufferPointer(rebasing: room[(before.count + 1)...])
                        .copyBytes(from: name)
                    let rest = before.count + 1 + name.count
                    UnsafeMutableRawBufferPointer(rebasing: room[rest...])
                        .copyBytes(from: all[place..<range.upperBound])
                    return rest + (range.upperBound - place)
                }
            }
            return NameList(joined, count: count + 1)
        }
    }

    /// The names in the order of their bytes, each once.
    ///
    /// - Parameters:
    ///   - bytes: names in any order, each behind its length, and nothing else; the caller answers
    ///     for the lengths.
    ///   - count: how many.
    package static func sorted(_ bytes: [UInt8], count: Int) -> NameList {
        guard count > 1 else { return NameList(bytes, count: count) }
        return bytes.withUnsafeBytes { sorted($0, count: count) }
    }

    /// The same of names that are lent.
    package static func sorted(_ all: UnsafeRawBufferPointer, count: Int) -> NameList {
        guard count > 0 else { return NameList() }
        return withUnsafeTemporaryAllocation(of: Int.self, capacity: count) { starts in
            var offset = 0
            for index in 0..<count {
                starts[index] = offset
                offset += 1 + Int(all[offset])
            }
            sort(starts, in: all)
            var kept = 0
            for index in 0..<count {
                if kept > 0 {
                    let last = name(at: starts[kept - 1], all)
                    if TextBytes.same(name(at: starts[index], all), last) { continue }
                }
                starts[kept] = starts[index]
                kept += 1
            }
            let sorted = [UInt8](unsafeUninitializedCapacity: all.count) { room, end in
                let room = UnsafeMutableRawBufferPointer(room)
                for start in starts[..<kept] {
                    let size = 1 + Int(all[start])
                    UnsafeMutableRawBufferPointer(rebasing: room[end..<end + size])
                        .copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: all[start..<start + size]))
                    end += size
                }
            }
            return NameList(sorted, count: kept)
        }
    }

    private static func sort(
        _ starts: UnsafeMutableBufferPointer<Int>, in bytes: UnsafeRawBufferPointer
    ) {
        func precedes(_ left: Int, _ right: Int) -> Bool {
            TextBytes.order(name(at: left, bytes), name(at: right, bytes)) < 0
        }
        // Nearly every fact has three to six; a payload may name a hundred thousand.
        guard starts.count <= 12 else {
            var all = starts
            all.sort(by: precedes)
            return
        }
        for index in 1..<starts.count {
            let start = starts[index]
            var place = index
            while place > 0, precedes(start, starts[place - 1]) {
                starts[place] = starts[place - 1]
                place -= 1
            }
            starts[place] = start
        }
    }

    private static func name(
        at start: Int, _ all: UnsafeRawBufferPointer
    ) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: all[start + 1..<start + 1 + Int(all[start])])
    }
}

extension NameList: Sequence {
    /// Makes a string of each name in turn.
    package struct Iterator: IteratorProtocol {
        private let list: NameList
        private var offset: Int

        fileprivate init(_ list: NameList) {
            self.list = list
            offset = list.range.lowerBound
        }

        package mutating func next() -> String? {
            guard offset < list.range.upperBound else { return nil }
            let end = offset + 1 + Int(list.bytes[offset])
            defer { offset = end }
            return String(decoding: list.bytes[offset + 1..<end], as: UTF8.self)
        }
    }

    package func makeIterator() -> Iterator { Iterator(self) }

    package var underestimatedCount: Int { count }
}

extension NameList: Equatable, ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: String...) { self.init(elements) }

    package static func == (left: NameList, right: NameList) -> Bool {
        left.count == right.count && left.bytes[left.range] == right.bytes[right.range]
    }
}
