import LogFormat

extension RecordFormat {
    /// Writes a record into the bytes that are lent, which it must fill: one call for each part, in
    /// the order of the parts. The caller has checked the lengths of names and the number of tags.
    struct Writer {
        private let bytes: UnsafeMutableRawBufferPointer
        private var offset = 0

        init(_ bytes: UnsafeMutableRawBufferPointer) {
            self.bytes = bytes
        }

        /// The parts of fixed size and the stream's name.
        mutating func begin(
            _ event: EventDraft, tagCount: Int, trailerBytes: Int, streamVersion: UInt64,
            ledgerAt: Int64
        ) {
            let count = UInt64(UInt16(truncatingIfNeeded: tagCount))
            store(UInt64(version) | count << 16 | UInt64(event.type) << 32)
            store(event.id.high.byteSwapped)
            store(event.id.low.byteSwapped)
            store(UInt64(bitPattern: ledgerAt))
            store(streamVersion)
            let bodyBytes = UInt64(UInt32(truncatingIfNeeded: event.bodyCount))
            store(bodyBytes | UInt64(UInt32(truncatingIfNeeded: trailerBytes)) << 32)
            add(event.bytes, event.streamPlace)
        }

        /// The stream's name or a further tag.
        mutating func add(_ name: [UInt8], _ place: Range<Int>) {
            bytes[offset] = UInt8(truncatingIfNeeded: place.count)
            offset += 1
            copy(name, place)
        }

        /// Body and trailer.
        mutating func end(_ event: EventDraft, trailer: [UInt8]) {
            copy(event.bytes, event.bodyPlace)
            copy(trailer, 0..<trailer.count)
        }

        /// Stores a number, its lowest byte first.
        private mutating func store(_ number: UInt64) {
            bytes.storeBytes(of: number.littleEndian, toByteOffset: offset, as: UInt64.self)
            offset += 8
        }

        private mutating func copy(_ source: [UInt8], _ place: Range<Int>) {
            source.withUnsafeBytes { all in
                UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + place.count])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: all[place]))
            }
            offset += place.count
        }
    }
}

extension StoredRecord {
    /// Copies everything out.
    func event(at position: UInt64) -> RecordedEvent {
        let stream = String(decoding: streamBytes, as: UTF8.self)
        var tags = [stream]
        forEachTag { tags.append(String(decoding: $0, as: UTF8.self)) }
        return RecordedEvent(
            position: Position(position), id: EventID(high: idHigh, low: idLow), stream: stream,
            streamVersion: streamVersion, type: type, tags: tags, ledgerAt: ledgerAt,
            body: [UInt8](body), trailer: trailer)
    }
}

extension RecordView {
    var id: EventID {
        EventID(high: idHigh, low: idLow)
    }

    /// Copies everything out.
    func event(at position: UInt64) -> RecordedEvent {
        StoredRecord.whole(self).event(at: position)
    }
}
