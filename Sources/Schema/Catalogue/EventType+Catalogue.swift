extension EventType: Comparable {
    package static func < (left: EventType, right: EventType) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension EventType: CustomStringConvertible {
    package var description: String { name }
}

extension EventType {
    /// The stable number of the catalogue: A12 is 112.
    package var number: UInt32 { rawValue }

    /// The type of a number, nil when this build does not know it.
    package init?(number: UInt32) {
        self.init(rawValue: number)
    }

    /// The type of a name ("BranchEstablished").
    package init?(name: String) {
        guard let type = SchemaCatalogue.shared.eventType(named: name) else { return nil }
        self = type
    }

    /// The type of an identity in the specification ("A12").
    package init?(specID: String) {
        guard let type = Self.allCases.first(where: { $0.specID == specID }) else { return nil }
        self = type
    }

    /// All types in the order of their numbers.
    package static var all: [EventType] { allCases }

    /// The name of the payload's message.
    package var name: String { entry.descriptor.name }
    /// Identity in the specification ("A12").
    package var specID: String { entry.specID }
    /// Chinese name.
    package var zh: String { entry.zh }
    /// Prefixes of the streams the fact may stand in, without the hyphen; none: any stream.
    package var streamPrefixes: [String] { entry.streamPrefixes }
    package var area: Area { entry.area }
    /// 1 reproduces the published programmes, 2 completes an office, 3 is optional.
    package var tier: Int { entry.tier }
    /// Confidentiality of the fact when its sender names none.
    package var dataClass: DataClass { entry.dataClass }
    /// One English sentence.
    package var doc: String { entry.doc }
    /// The payload's message.
    package var descriptor: MessageDescriptor { entry.descriptor }

    /// Whether a fact of this type may stand in the stream.
    package func accepts(stream: String) -> Bool {
        guard SubjectForm.isName(stream), let (prefix, _) = SubjectForm.split(stream) else {
            return false
        }
        return streamPrefixes.isEmpty || streamPrefixes.contains(prefix)
    }

    /// Whether bytes are a stream in which a fact of this type may stand.
    func accepts(stream bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard SubjectForm.isName(bytes, range) else { return false }
        let prefixes = entry.prefixBytes
        if prefixes.isEmpty { return true }
        for prefix in prefixes where prefix.stand(in: bytes, range, isWhole: false) {
            return true
        }
        return false
    }

    /// Whether bytes are the type's name.
    func isNamed(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        entry.nameBytes.stand(in: bytes, range, isWhole: true)
    }

    private var entry: SchemaCatalogue.EventEntry { SchemaCatalogue.shared.entry(of: self) }
}

extension [UInt8] {
    /// Whether a part of other bytes begins with these, or is nothing but these.
    fileprivate func stand(in bytes: [UInt8], _ range: Range<Int>, isWhole: Bool) -> Bool {
        guard isWhole ? range.count == count : range.count >= count else { return false }
        for index in 0..<count where bytes[range.lowerBound + index] != self[index] {
            return false
        }
        return true
    }
}
